#include "value_code.hpp"

#include <linux/bpf.h>

namespace aiobpf::probes {
namespace {

// A __data_loc: the offset is in its low half, the length in its high half.
constexpr std::int32_t data_loc_offset_bits = 0xffff;
constexpr std::int32_t data_loc_bytes = 4;

std::int32_t to_offset(std::size_t bytes) {
  return static_cast<std::int32_t>(bytes);
}

}  // namespace

width width_of(std::size_t bytes) {
  return static_cast<width>(bytes);
}

std::int32_t value_code::scratch() {
  if (!scratch_) scratch_ = code_.stack(16);
  return *scratch_;
}

void value_code::builtin_number(builtin which) {
  switch (which) {
    case builtin::time_ns: return code_.call(BPF_FUNC_ktime_get_ns);
    case builtin::cpu: return code_.call(BPF_FUNC_get_smp_processor_id);
    case builtin::cgroup: return code_.call(BPF_FUNC_get_current_cgroup_id);
    case builtin::pid:
      code_.call(BPF_FUNC_get_current_pid_tgid);
      return code_.compute(arithmetic::shift_right, reg::r0, 32);
    case builtin::gid:
      code_.call(BPF_FUNC_get_current_uid_gid);
      return code_.compute(arithmetic::shift_right, reg::r0, 32);
    case builtin::duration_ns:  // a record begins with its time
      code_.call(BPF_FUNC_ktime_get_ns);
      code_.load(width::eight, reg::r1, reg::r10, beginning_);
      code_.load(width::eight, reg::r1, reg::r1, 0);
      return code_.compute(arithmetic::subtract, reg::r0, reg::r1);
    case builtin::tid: code_.call(BPF_FUNC_get_current_pid_tgid); break;
    case builtin::uid: code_.call(BPF_FUNC_get_current_uid_gid); break;
    default: return code_.move(reg::r0, std::int64_t{0});
  }
  code_.compute(arithmetic::shift_left, reg::r0, 32);
  code_.compute(arithmetic::shift_right, reg::r0, 32);
}

void value_code::number(const field& its) {
  const auto bytes = width_of(its.size);
  if (its.at.from == location::root::builtin) return builtin_number(its.at.which);
  if (its.at.from == location::root::constant)
    return code_.move(reg::r0, static_cast<std::int64_t>(its.at.offset));
  if (its.at.path.empty() && its.at.from == location::root::context) {
    load_context(its.at.offset, its.size);
  } else {
    address(its.at);
    read_memory(its.at, reg::r10, scratch(), its.size);
    code_.load(bytes, reg::r0, reg::r10, scratch());  // zeroes when it could not be read
  }
  if (its.is_signed) code_.sign_extend(bytes, reg::r0);
}

// The verifier lets a program load what is aligned, and the helper reads the rest.
void value_code::load_context(std::size_t offset, std::size_t bytes) {
  if (offset % bytes == 0) return code_.load(width_of(bytes), reg::r0, reg::r6, to_offset(offset));
  code_.move(reg::r3, reg::r6);
  code_.compute(arithmetic::add, reg::r3, to_offset(offset));
  read_memory({}, reg::r10, scratch() + 8, bytes);
  code_.load(width_of(bytes), reg::r0, reg::r10, scratch() + 8);
}

void value_code::pointer_at_root(const location& at) {
  if (at.from == location::root::task) {
    code_.call(BPF_FUNC_get_current_task);
  } else if (at.from == location::root::kept) {
    code_.load(width::eight, reg::r0, reg::r10, beginning_);
  } else {
    load_context(at.offset, 8);
  }
  code_.move(reg::r3, reg::r0);
}

void value_code::address(const location& at) {
  if (at.from == location::root::data_loc || at.from == location::root::rel_loc) {
    load_context(at.offset, data_loc_bytes);
    code_.compute(arithmetic::bit_and, reg::r0, data_loc_offset_bits);
    if (at.from == location::root::rel_loc) {
      code_.compute(arithmetic::add, reg::r0, to_offset(at.offset) + data_loc_bytes);
    }
    code_.move(reg::r3, reg::r6);
    return code_.compute(arithmetic::add, reg::r3, reg::r0);
  }
  if (at.path.empty()) {
    code_.move(reg::r3, reg::r6);
    return code_.compute(arithmetic::add, reg::r3, to_offset(at.offset));
  }
  pointer_at_root(at);
  for (std::size_t i = 0; i < at.path.size(); ++i) {
    if (at.path[i] != 0) code_.compute(arithmetic::add, reg::r3, to_offset(at.path[i]));
    if (i + 1 == at.path.size()) break;
    // A pointer that cannot be read is 0, where nothing can be read: the last read tells.
    read_memory(at, reg::r10, scratch() + 8, 8);
    code_.load(width::eight, reg::r3, reg::r10, scratch() + 8);
  }
}

void value_code::read_memory(const location& at, reg base, std::int32_t offset, std::size_t bytes) {
  code_.move(reg::r1, base);
  code_.compute(arithmetic::add, reg::r1, offset);
  code_.move(reg::r2, static_cast<std::int64_t>(bytes));
  code_.call(at.space == location::memory::user ? BPF_FUNC_probe_read_user : BPF_FUNC_probe_read_kernel);
}

void value_code::read_text(const location& at, reg base, std::int32_t offset, std::size_t bytes) {
  code_.move(reg::r1, base);
  code_.compute(arithmetic::add, reg::r1, offset);
  code_.move(reg::r2, static_cast<std::int64_t>(bytes));
  code_.call(at.space == location::memory::user ? BPF_FUNC_probe_read_user_str
                                                : BPF_FUNC_probe_read_kernel_str);
}

}  // namespace aiobpf::probes
