#pragma once

#include <aiobpf/loop/background_stream.hpp>
#include <aiobpf/loop/embedded_stream.hpp>

#include <boost/test/data/monomorphic.hpp>

#include <memory>
#include <string>

namespace aiobpf::tests {

/// The kinds of polled_stream, for BOOST_DATA_TEST_CASE: one contract for all.
inline const auto polled_kinds = boost::unit_test::data::make({"embedded", "background"});

inline std::unique_ptr<loop::polled_stream> make_polled_stream(const std::string& kind,
                                                               const loop::stream_options& options = {},
                                                               std::size_t queue_bytes = 8 << 20) {
  if (kind == "embedded") return std::make_unique<loop::embedded_stream>(options);
  return std::make_unique<loop::background_stream>(
      loop::background_options{.stream = options, .queue_bytes = queue_bytes});
}

}  // namespace aiobpf::tests
