#pragma once

#include <aiobpf/loop/source.hpp>
#include <aiobpf/records/batch_writer.hpp>

#include <cstdint>
#include <functional>

namespace aiobpf::tests {

/// One drain of a channel into a batch.
inline loop::drain_result drain(loop::channel& from, records::batch& out,
                                const loop::drain_request& request = {}, std::uint32_t id = 0) {
  records::batch_writer writer{out, id};
  return from.drain(request, writer);
}

/// The account of a source whose records are all handed over, with `unread` looked at.
inline records::ledger account(const loop::source& from) {
  return compose(from.verify(), {});
}

/// Calls a function with each record of a visit.
class calling_visitor final : public loop::segment_visitor {
public:
  explicit calling_visitor(std::function<void(const records::record&)> call) : call_(std::move(call)) {}
  void operator()(const records::segment& segment) override {
    visited = 0;
    for (std::uint32_t i = 0; i < segment.count; ++i) {
      ++visited;
      call_(segment[i]);
    }
  }

private:
  std::function<void(const records::record&)> call_;
};

}  // namespace aiobpf::tests
