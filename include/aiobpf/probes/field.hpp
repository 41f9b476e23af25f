#pragma once

#include <aiobpf/bpf/type.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aiobpf::probes {

/// What every program can tell, whatever event it runs at.
enum class builtin : std::uint8_t {
  time_ns,  ///< CLOCK_MONOTONIC, nanoseconds
  pid,      ///< the process, as user space counts: the thread group
  tid,      ///< the thread
  uid,
  gid,
  cpu,
  comm,          ///< the thread's name
  cgroup,        ///< the number of the version 2 control group
  kernel_stack,  ///< the number of the stack in the probe's map of stacks; negative: an errno
  user_stack,
  duration_ns,  ///< of a call: from its entry to its exit
};

/// Where a value is when the program runs.
struct location {
  enum class root : std::uint8_t {
    builtin,   ///< `which` gives it
    context,   ///< at `offset` of what the program is given
    data_loc,  ///< in the record, where 4 bytes at `offset` say
    rel_loc,   ///< the same, from the end of these 4 bytes
    task,      ///< a pointer to the thread's struct task_struct
    kept,      ///< a pointer to what was kept when the call began
    constant,  ///< `offset` is the number itself
  };
  enum class memory : std::uint8_t { kernel, user };

  root from = root::context;
  builtin which = builtin::time_ns;
  std::size_t offset = 0;  ///< bytes
  /// Not empty: at the root there is a pointer. Each number is added to a pointer, and what is there is the
  /// next one; at the last there is the value.
  std::vector<std::size_t> path{};
  memory space = memory::kernel;  ///< what the pointers point to
};

enum class value_kind : std::uint8_t {
  number,  ///< of 1, 2, 4 or 8 bytes
  text,    ///< up to a NUL
  bytes,   ///< as many as there are
};

/// A value that a record, or a filter, can have.
struct field {
  std::string name;
  value_kind kind = value_kind::number;
  bool is_signed = false;  ///< of a number
  std::size_t size = 0;    ///< bytes of a number, or room in the record
  bool is_array = false;   ///< of text and bytes: as long as its type says, whatever is in it
  bpf::type_ptr type{};    ///< in the record; its size is `size`
  location at{};
  bool at_exit = false;           ///< of a call: known when it ends, and not before
  std::size_t record_offset = 0;  ///< bytes; the planner says it

  /// Whether there may be nothing: memory that is not mapped.
  bool may_be_unreadable() const noexcept { return !at.path.empty(); }
  /// Whether there may be more than its room.
  bool may_be_truncated() const noexcept { return !is_array && (kind == value_kind::text || has_length()); }
  /// Bytes whose number the record tells.
  bool has_length() const noexcept {
    return kind == value_kind::bytes &&
           (at.from == location::root::data_loc || at.from == location::root::rel_loc);
  }
};

/// Types of records, made by hand.
bpf::type_ptr number_type(std::size_t bytes, bool is_signed);
bpf::type_ptr boolean_type();
bpf::type_ptr text_type(std::size_t bytes);
/// `count` numbers; of one byte each: bytes.
bpf::type_ptr array_type(bpf::type_ptr element, std::size_t count);

/// What the record of a call has beside its arguments: ret, duration_ns. `ret_offset`: where the exit's
/// record has it.
std::vector<field> exit_fields(std::size_t ret_offset);

/// What all records begin with.
std::vector<field> header_fields();

}  // namespace aiobpf::probes
