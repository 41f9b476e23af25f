#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/mapped_array.hpp>
#include <aiobpf/bpf/missed_runs.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/loop/source.hpp>
#include <aiobpf/sources/ring_channel.hpp>
#include <aiobpf/sources/ring_counters.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace aiobpf::sources {

/// A kernel ring buffer as a source, with the counters its BPF programs keep (aiobpf.bpf.h), if any.
///
/// The counters are mapped into memory: statistics() makes no system call, and `unread` is what was submitted
/// and not received. verify() walks over the ring, and reads how many runs of its programs the kernel
/// skipped.
///
/// A ring that was read before counts from now on: what is unread in it is part of the ledger, what others
/// have taken is not. When programs emit meanwhile, the ledger says `settling` until a quiet moment, of a few
/// microseconds, has told which of the counted records are whose. When another reader takes the ring, the
/// ledger says what was received until then, and is not `counted` any more.
class ring_source final : public loop::single_source {
public:
  /// The ring `name` of an object, and its `name__ledger` when there is one. Programs that submit by
  /// AIOBPF_SUBMIT then wake a reader that looks by a timer when the ring is half full.
  /// Throws bpf::error: not_found, wrong_type (not a ring buffer), an errno.
  ring_source(const bpf::object& object, std::string_view name);

  /// A ring by its map. `counters` is the map of struct aiobpf_ledger, else kernel losses are not counted.
  /// Throws bpf::error: wrong_type (not a ring buffer, no such counters), wrong_size, an errno.
  explicit ring_source(const bpf::map& ring, const std::optional<bpf::map>& counters = std::nullopt);
  /// The same, with the programs whose skipped runs verify() asks for.
  ring_source(const bpf::map& ring, const std::optional<bpf::map>& counters, bpf::missed_runs programs);

  std::string name() const override { return name_; }
  int native_handle() const noexcept override { return ring_.reader().native_handle(); }
  bool has_records() const noexcept override { return ring_.reader().available() > 0; }
  std::size_t capacity() const noexcept override { return ring_.reader().size(); }
  loop::drain_result drain(const loop::drain_request& request, records::batch_writer& out) override;
  loop::drain_result visit(const loop::drain_request& request, std::uint32_t id,
                           loop::segment_visitor& visitor) override;
  void release() noexcept override {
    ring_.release();
    wake_at(0);
  }
  records::ledger statistics() const override;
  records::ledger verify() const override;

private:
  void steer(const loop::drain_request& request, const loop::drain_result& result) noexcept;
  void wake_at(std::uint64_t unread) noexcept;
  ring_counters read_counters() const noexcept;
  void observe(bool again = false) const noexcept;
  void drained(const loop::drain_result& result) const noexcept;

  std::string name_;
  ring_channel ring_;
  std::shared_ptr<std::uint64_t> wake_at_;  // what aiobpf.bpf.h wakes by; nothing where there is none
  std::optional<bpf::mapped_array> counters_;
  bpf::missed_runs programs_;
  ring_counters before_;             // when we came
  mutable earlier_records earlier_;  // found when it can be; constant from then on
  std::uint64_t missed_before_ = 0;
  mutable std::uint64_t missed_ = 0;
};

}  // namespace aiobpf::sources
