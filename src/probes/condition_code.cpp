#include "condition_code.hpp"

#include <linux/bpf.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>

namespace aiobpf::probes {
namespace {

bool is_text(const operand& one) {
  return one.is == operand::kind::text;
}

// Whether a value may be 2^63 or more.
bool is_large(const operand& one) {
  const bool alone = one.is == operand::kind::number
                         ? !one.is_negative && static_cast<std::int64_t>(one.number) < 0
                         : !one.bound->is_signed && one.bound->size == 8;
  return alone && (one.mask.empty() || is_large(one.mask.front()));
}

comparison opposite(comparison how) {
  switch (how) {
    case comparison::equal: return comparison::not_equal;
    case comparison::not_equal: return comparison::equal;
    case comparison::less: return comparison::greater_equal;
    case comparison::less_equal: return comparison::greater;
    case comparison::greater: return comparison::less_equal;
    case comparison::greater_equal: break;
  }
  return comparison::less;
}

relation relation_of(comparison how, bool without_sign) {
  switch (how) {
    case comparison::equal: return relation::equal;
    case comparison::not_equal: return relation::not_equal;
    case comparison::less: return without_sign ? relation::less : relation::signed_less;
    case comparison::less_equal: return without_sign ? relation::less_equal : relation::signed_less_equal;
    case comparison::greater: return without_sign ? relation::greater : relation::signed_greater;
    case comparison::greater_equal: break;
  }
  return without_sign ? relation::greater_equal : relation::signed_greater_equal;
}

bool fits_immediate(const operand& one) {
  const auto value = static_cast<std::int64_t>(one.number);
  return one.is == operand::kind::number && one.mask.empty() && value == static_cast<std::int32_t>(value) &&
         (one.is_negative || value >= 0);
}

class writer {
public:
  writer(assembler& code, value_code& values, const condition& all) : code_(code), values_(values) {
    if (const auto bytes = text_room(all)) text_ = code.stack(bytes);
  }

  // Jumps to `to` where `what` is `when`, else goes on.
  void jump(const condition& what, bool when, assembler::label to) {
    switch (what.is) {
      case condition::kind::negation: return jump(what.parts.front(), !when, to);
      case condition::kind::all: return join(what, when, to, true);
      case condition::kind::any: return join(what, when, to, false);
      case condition::kind::compare: break;
    }
    if (is_text(what.left) || is_text(what.right)) return compare_text(what, when, to);
    compare_numbers(what, when, to);
  }

private:
  // `all` is false with its first part that is false, `any` true with its first that is true.
  void join(const condition& what, bool when, assembler::label to, bool until) {
    if (when != until) {
      for (const auto& part : what.parts) jump(part, when, to);
      return;
    }
    const auto decided = code_.new_label();
    for (const auto& part : what.parts) {
      const bool is_last = &part == &what.parts.back();
      if (is_last) {
        jump(part, when, to);
      } else {
        jump(part, !until, decided);
      }
    }
    code_.place(decided);
  }

  void compare_numbers(const condition& what, bool when, assembler::label to) {
    const bool alone = what.right.column == 0;
    const operand zero{};
    const auto& right = alone ? zero : what.right;
    load(what.left, reg::r8, reg::r9);
    const bool without_sign = is_large(what.left) || is_large(right);
    const auto how = relation_of(when ? what.how : opposite(what.how), without_sign);
    if (fits_immediate(right)) {
      return code_.jump_if(how, reg::r8, static_cast<std::int32_t>(right.number), to);
    }
    load(right, reg::r9, reg::r7);
    code_.jump_if(how, reg::r8, reg::r9, to);
  }

  // The mask's other side is kept in `spare`, which is not in use before the record is.
  void load(const operand& one, reg to, reg spare) {
    load_alone(one, to);
    if (one.mask.empty()) return;
    load_alone(one.mask.front(), spare);
    code_.compute(arithmetic::bit_and, to, spare);
  }

  void load_alone(const operand& one, reg to) {
    if (one.is == operand::kind::number) return code_.move(to, static_cast<std::int64_t>(one.number));
    values_.number(*one.bound);
    code_.move(to, reg::r0);
  }

  void compare_text(const condition& what, bool when, assembler::label to) {
    const auto& [name, literal] =
        is_text(what.right) ? std::tie(what.left, what.right) : std::tie(what.right, what.left);
    const bool jumps_when_equal = (what.how == comparison::equal) == when;
    const auto differs = code_.new_label();
    const auto different = jumps_when_equal ? differs : to;
    read(*name.bound, literal.text, different);
    std::string wanted = literal.text;
    if (compares_nul_) wanted.push_back('\0');
    for (std::size_t at = 0; at < wanted.size();) {
      std::size_t bytes = 8;
      while (bytes > wanted.size() - at) bytes /= 2;
      std::uint64_t value = 0;
      std::memcpy(&value, wanted.data() + at, bytes);
      code_.load(width_of(bytes), reg::r1, reg::r10, text_ + static_cast<std::int32_t>(at));
      code_.move(reg::r2, static_cast<std::int64_t>(value));
      code_.jump_if(relation::not_equal, reg::r1, reg::r2, different);
      at += bytes;
    }
    if (jumps_when_equal) code_.jump(to);
    code_.place(differs);
  }

  // The field's text in our room; jumps where it is longer or shorter than `wanted`, as far as that is known.
  void read(const field& its, const std::string& wanted, assembler::label different) {
    const auto length = static_cast<std::int32_t>(wanted.size());
    if (its.at.from == location::root::builtin) {
      code_.move(reg::r1, reg::r10);
      code_.compute(arithmetic::add, reg::r1, text_);
      code_.move(reg::r2, static_cast<std::int64_t>(its.size));
      code_.call(BPF_FUNC_get_current_comm);
      compares_nul_ = true;
      return;
    }
    values_.address(its.at);
    if (its.is_array) {
      const std::size_t bytes = std::min(its.size, wanted.size() + 1);
      values_.read_memory(its.at, reg::r10, text_, bytes);
      code_.jump_if(relation::signed_less, reg::r0, 0, different);
      compares_nul_ = bytes > wanted.size();
      return;
    }
    values_.read_text(its.at, reg::r10, text_, wanted.size() + 2);
    code_.jump_if(relation::not_equal, reg::r0, length + 1, different);
    compares_nul_ = false;
  }

  assembler& code_;
  value_code& values_;
  std::int32_t text_ = 0;
  bool compares_nul_ = false;
};

}  // namespace

void write_condition(assembler& code, value_code& values, const condition& what, assembler::label otherwise) {
  writer{code, values, what}.jump(what, false, otherwise);
}

}  // namespace aiobpf::probes
