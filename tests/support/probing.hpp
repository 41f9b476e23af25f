#pragma once

#include "draining.hpp"

#include <aiobpf/probes/trace.hpp>
#include <aiobpf/records/batch.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::tests {

/// One record of a probe, by the names of its fields.
class probed {
public:
  probed(const probes::record_plan& plan, std::vector<std::byte> data)
      : plan_(plan), data_(std::move(data)) {}

  std::int64_t number(std::string_view name) const {
    const auto& one = member(name);
    std::int64_t value = 0;
    std::memcpy(&value, data_.data() + one.bit_offset / 8, one.type->size);
    if (!one.type->is_signed) return value;
    const auto unused = 64 - 8 * one.type->size;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << unused) >> unused;
  }
  std::string text(std::string_view name) const {
    const auto all = bytes(name);
    return all.substr(0, all.find('\0'));
  }
  std::string bytes(std::string_view name) const {
    const auto& one = member(name);
    return {reinterpret_cast<const char*>(data_.data()) + one.bit_offset / 8, one.type->size};
  }
  bool is_truncated(std::string_view name) const { return has_bit("truncated_bits", name); }
  bool is_unreadable(std::string_view name) const { return has_bit("unreadable_bits", name); }
  const std::vector<std::byte>& data() const { return data_; }

private:
  const bpf::member& member(std::string_view name) const {
    const auto& members = plan_.type->members;
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.name == name; });
    BOOST_REQUIRE_MESSAGE(found != members.end(), "no field " << name);
    return *found;
  }
  bool has_bit(const char* bits, std::string_view name) const {
    const auto found = std::find(plan_.checked.begin(), plan_.checked.end(), name);
    BOOST_REQUIRE(found != plan_.checked.end());
    return number(bits) >> (found - plan_.checked.begin()) & 1;
  }

  const probes::record_plan& plan_;
  std::vector<std::byte> data_;
};

/// A probe, and what reads it.
struct probing {
  explicit probing(const probes::trace_options& options)
      : probe(probes::trace(options)), source(probe.take_source()) {}

  /// All that is there.
  std::vector<probed> read() {
    records::batch batch;
    std::vector<probed> all;
    for (bool more = true; more; batch.clear()) {
      auto& channel = source->get_channel(0);
      records::batch_writer out{batch, 0};
      more = channel.drain({}, out).stop == loop::drain_stop::limit;
      for (const auto& record : batch) {
        BOOST_REQUIRE(record.data.size() == probe.plan().size);
        all.emplace_back(probe.plan(), std::vector<std::byte>{record.data.begin(), record.data.end()});
      }
    }
    return all;
  }

  probes::probe probe;
  std::unique_ptr<loop::source> source;
};

}  // namespace aiobpf::tests
