#pragma once

#include <aiobpf/bpf/type.hpp>
#include <aiobpf/probes/record_plan.hpp>
#include <aiobpf/probes/tracepoint_fields.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aiobpf::probes {

/// What is summed up in the kernel, and by what.
struct aggregate_options {
  std::vector<std::string> events;  ///< as trace_options::event; all into one table
  /// The key, fields as plan_options::fields; "event" is which of the events it was. Those of the events must
  /// be of one type in all of them.
  std::vector<std::string> by{"event"};
  std::string value{};  ///< the number that is summed up; none: events are counted
  /// How values are sorted into buckets, which are a part of the key then.
  enum class buckets : std::uint8_t {
    none,
    log2,   ///< 0, 1, 2 to 3, 4 to 7, ...; negative values are in the one of 0
    linear  ///< of `step`, from `least` on; smaller ones are in the first, larger ones in the last of `steps`
  };
  buckets sorted = buckets::none;
  std::int64_t least = 0;
  std::uint64_t step = 1;
  std::uint32_t steps = 64;

  std::string where{};
  std::optional<std::uint32_t> pid{};
  std::optional<std::uint32_t> uid{};
  std::optional<std::uint64_t> cgroup{};
  std::size_t text_bytes = 64;     ///< of a text in the key
  std::uint32_t keys = 16 * 1024;  ///< different ones, at most
};

/// What came together for one key.
struct aggregate_row {
  std::vector<std::byte> key;  ///< of the type aggregate::key_type()
  std::uint32_t bucket = 0;    ///< of sorted values: its number
  std::uint64_t count = 0;
  std::int64_t sum = 0;  ///< of values; wraps around
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// A table in the kernel that programs fill, each for one event: counts, sums, the least and the most, by
/// key. Each CPU has its own, so that programs do not wait for one another; read() adds them up.
class aggregate {
public:
  /// Makes the programs, and attaches them. Throws bpf::error as trace() does; invalid_expression: a key that
  /// the events do not have alike, or a value that is not a number.
  explicit aggregate(const aggregate_options& options);
  aggregate(aggregate&&) noexcept;
  aggregate& operator=(aggregate&&) noexcept;
  ~aggregate();  ///< detaches

  const std::vector<std::string>& events() const noexcept;  ///< by their numbers in the key
  const bpf::type_ptr& key_type() const noexcept;           ///< a struct of what `by` names

  /// All rows, in no order. Programs go on meanwhile: a row is what it was at some moment of the call.
  /// Throws bpf::error: an errno.
  std::vector<aggregate_row> read() const;

  /// Events whose key found no room in the table.
  /// Throws bpf::error: an errno.
  std::uint64_t lost() const;

  /// Detaches the programs; what is there can still be read. Idempotent.
  void detach() noexcept;

private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace aiobpf::probes
