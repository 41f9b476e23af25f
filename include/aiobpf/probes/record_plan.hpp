#pragma once

#include <aiobpf/bpf/type.hpp>
#include <aiobpf/probes/condition.hpp>
#include <aiobpf/probes/field.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::probes {

/// What a program is to record, and when: all that the program is written from. Plain data.
///
/// The record is a struct: the header (time_ns, pid, tid, uid, gid, cgroup, comm, cpu), `truncated_bits` and
/// `unreadable_bits` where a value can be either, and the values asked for. Bytes of no fixed number have
/// `<name>_length` beside them. A value of the event that is called as one of the header, or `event`,
/// `truncated` or `unreadable`, is `arg_<name>`.
struct record_plan {
  std::string name;           ///< of the struct
  std::vector<field> fields;  ///< with their places in the record
  bpf::type_ptr type;         ///< the struct
  std::size_t size = 0;       ///< bytes of a record

  /// Where the bits are, each for one of `checked`, in order; meaningless when there are none.
  std::size_t truncated_offset = 0;
  std::size_t unreadable_offset = 0;
  std::vector<std::string> checked;  ///< fields that may be truncated or unreadable, 64 at most

  std::optional<condition> where;          ///< bound
  std::optional<condition> where_at_exit;  ///< of a call: the part that is known when it ends
  std::uint32_t sample = 1;                ///< one in N
  std::uint32_t per_second = 0;            ///< 0: no limit
};

/// A record is no larger than this: the program's code grows with it.
inline constexpr std::size_t largest_record = 16 * 1024;
inline constexpr std::size_t most_checked_fields = 64;

/// Finds values by name: those of the event, those of the header, and paths of BTF.
class field_finder {
public:
  /// `elsewhere` is asked for names with dots.
  field_finder(std::vector<field> of_event, std::function<field(std::string_view path)> elsewhere);

  /// Throws bpf::error: not_found, which names the nearest, or all where they are few.
  field find(std::string_view name) const;

  const std::vector<field>& of_header() const noexcept { return of_header_; }
  const std::vector<field>& of_event() const noexcept { return of_event_; }

private:
  std::vector<field> of_header_;
  std::vector<field> of_event_;  // called as in records
  std::function<field(std::string_view)> elsewhere_;
};

struct plan_options {
  std::string name{};  ///< of the event; the struct is called so
  /// Whether the record begins with the header and the bits; a key has the fields alone.
  bool has_header = true;
  /// Beside the header: "filename", "task.real_parent.tgid" (called task_real_parent_tgid),
  /// "ppid=task.real_parent.tgid"; "*": all of the event. None: all of the event.
  std::vector<std::string> fields{};
  std::string where{};  ///< as parse_condition() reads it
  std::optional<std::uint32_t> pid{};
  std::optional<std::uint32_t> uid{};
  std::optional<std::uint64_t> cgroup{};
  std::uint32_t sample = 1;
  std::uint32_t per_second = 0;
};

/// No I/O. Throws bpf::error: invalid_expression, not_found, not_supported (the record is too large).
record_plan make_plan(const field_finder& finder, const plan_options& options);

}  // namespace aiobpf::probes
