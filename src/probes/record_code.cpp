#include "record_code.hpp"

#include <linux/bpf.h>

#include <algorithm>

namespace aiobpf::probes {
namespace {

constexpr std::int32_t data_loc_length_bit = 16;

std::int32_t to_offset(std::size_t bytes) {
  return static_cast<std::int32_t>(bytes);
}

// r7 is the record, r8 the bits of what is truncated, r9 of what is unreadable.
class writer {
public:
  writer(assembler& code, value_code& values, const record_plan& plan)
      : code_(code), values_(values), plan_(plan) {}

  void write(phase which) {
    if (which == phase::exit) {
      for (const auto& one : plan_.fields) {
        if (one.at_exit) write(one);
      }
      return;
    }
    if (!plan_.checked.empty()) {
      code_.move(reg::r8, std::int64_t{0});
      code_.move(reg::r9, std::int64_t{0});
    }
    zero_gaps();
    for (const auto& one : plan_.fields) {
      if (one.at_exit && which == phase::entry) {
        zero(one.record_offset, one.record_offset + one.size);
      } else {
        write(one);
      }
    }
    if (plan_.checked.empty()) return;
    code_.store(width::eight, reg::r7, to_offset(plan_.truncated_offset), reg::r8);
    code_.store(width::eight, reg::r7, to_offset(plan_.unreadable_offset), reg::r9);
  }

private:
  // Members are in order, so the bytes between two of them, and after the last, are padding.
  void zero_gaps() {
    std::size_t end = 0;
    for (const auto& one : plan_.type->members) {
      zero(end, one.bit_offset / 8);
      end = one.bit_offset / 8 + one.type->size;
    }
    zero(end, plan_.size);
  }

  void zero(std::size_t from, std::size_t to) {
    while (from < to) {
      std::size_t bytes = 8;
      while (from % bytes != 0 || bytes > to - from) bytes /= 2;
      code_.store(width_of(bytes), reg::r7, to_offset(from), 0);
      from += bytes;
    }
  }

  void write(const field& one) {
    const auto at = to_offset(one.record_offset);
    if (one.at.from == location::root::builtin && one.at.which == builtin::comm) {
      code_.move(reg::r1, reg::r7);
      code_.compute(arithmetic::add, reg::r1, at);
      code_.move(reg::r2, static_cast<std::int64_t>(one.size));
      return code_.call(BPF_FUNC_get_current_comm);
    }
    if (one.kind == value_kind::number) return write_number(one, at);
    if (one.is_array) return write_array(one, at);
    zero(one.record_offset, one.record_offset + one.size);
    if (one.at.path.empty()) {
      write_data_loc(one, at);
    } else {
      write_text(one, at);
    }
  }

  // Every thread and process in one call each: what the other half of the result is.
  bool write_pair(const field& one, std::int32_t at) {
    if (one.at.from != location::root::builtin) return false;
    const bool is_first = one.at.which == builtin::pid || one.at.which == builtin::uid;
    const auto other_kind = one.at.which == builtin::pid ? builtin::tid : builtin::gid;
    if (!is_first)
      return (one.at.which == builtin::tid || one.at.which == builtin::gid) && has_pair(one.at.which);
    const auto other = std::find_if(plan_.fields.begin(), plan_.fields.end(), [&](const auto& its) {
      return its.at.from == location::root::builtin && its.at.which == other_kind;
    });
    if (other == plan_.fields.end()) return false;
    const auto other_at = to_offset(other->record_offset);
    code_.call(one.at.which == builtin::pid ? BPF_FUNC_get_current_pid_tgid : BPF_FUNC_get_current_uid_gid);
    // The low half of the one is the thread, of the other the user.
    code_.store(width::four, reg::r7, one.at.which == builtin::pid ? other_at : at, reg::r0);
    code_.compute(arithmetic::shift_right, reg::r0, 32);
    code_.store(width::four, reg::r7, one.at.which == builtin::pid ? at : other_at, reg::r0);
    return true;
  }

  bool has_pair(builtin second) const {
    const auto first = second == builtin::tid ? builtin::pid : builtin::uid;
    return std::any_of(plan_.fields.begin(), plan_.fields.end(), [&](const auto& its) {
      return its.at.from == location::root::builtin && its.at.which == first;
    });
  }

  void write_number(const field& one, std::int32_t at) {
    if (write_pair(one, at)) return;
    if (one.at.path.empty()) {
      auto without_sign = one;
      without_sign.is_signed = false;  // only its bytes are stored
      values_.number(without_sign);
      return code_.store(width_of(one.size), reg::r7, at, reg::r0);
    }
    values_.address(one.at);
    values_.read_memory(one.at, reg::r7, at, one.size);  // zeroes what cannot be read
    mark_unreadable(one);
  }

  void write_array(const field& one, std::int32_t at) {
    if (one.at.path.empty() && one.size % 8 == 0 && one.at.offset % 8 == 0 && one.size <= 64) {
      for (std::size_t i = 0; i < one.size; i += 8) {
        code_.load(width::eight, reg::r1, reg::r6, to_offset(one.at.offset + i));
        code_.store(width::eight, reg::r7, at + to_offset(i), reg::r1);
      }
      return;
    }
    values_.address(one.at);
    values_.read_memory(one.at, reg::r7, at, one.size);
    if (one.may_be_unreadable()) mark_unreadable(one);
  }

  void write_text(const field& one, std::int32_t at) {
    values_.address(one.at);
    values_.read_text(one.at, reg::r7, at, one.size);
    mark_unreadable(one);
    // The helper fills all of the room for a text of one character less as well as for longer ones; so that
    // one is cut, too, and then it is sure.
    const auto whole = code_.new_label();
    code_.jump_if(relation::not_equal, reg::r0, to_offset(one.size), whole);
    code_.store(width::one, reg::r7, at + to_offset(one.size) - 2, 0);
    mark(reg::r8, one);
    code_.place(whole);
  }

  // As many bytes as there are, and as there is room for.
  void write_data_loc(const field& one, std::int32_t at) {
    const auto fits = code_.new_label();
    values_.load_context(one.at.offset, 4);
    code_.compute(arithmetic::shift_right, reg::r0, data_loc_length_bit);
    if (one.has_length()) code_.store(width::four, reg::r7, at + to_offset(one.size), reg::r0);
    const auto bytes = values_.scratch();
    code_.store(width::eight, reg::r10, bytes, reg::r0);
    values_.address(one.at);
    code_.load(width::eight, reg::r2, reg::r10, bytes);
    code_.jump_if(relation::less_equal, reg::r2, to_offset(one.size), fits);
    code_.move(reg::r2, static_cast<std::int64_t>(one.size));
    mark(reg::r8, one);
    code_.place(fits);
    code_.move(reg::r1, reg::r7);
    code_.compute(arithmetic::add, reg::r1, at);
    code_.call(BPF_FUNC_probe_read_kernel);
  }

  void mark_unreadable(const field& one) {
    const auto readable = code_.new_label();
    code_.jump_if(relation::signed_greater_equal, reg::r0, 0, readable);
    mark(reg::r9, one);
    code_.place(readable);
  }

  // Uses r1.
  void mark(reg bits, const field& one) {
    const auto found = std::find(plan_.checked.begin(), plan_.checked.end(), one.name);
    if (found == plan_.checked.end()) return;  // a key does not tell
    code_.move(reg::r1, static_cast<std::int64_t>(std::uint64_t{1} << (found - plan_.checked.begin())));
    code_.compute(arithmetic::bit_or, bits, reg::r1);
  }

  assembler& code_;
  value_code& values_;
  const record_plan& plan_;
};

}  // namespace

void write_record(assembler& code, value_code& values, const record_plan& plan, phase which) {
  writer{code, values, plan}.write(which);
}

}  // namespace aiobpf::probes
