#include <aiobpf/probes/tracepoint_fields.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace aiobpf::probes {
namespace {

struct c_type {
  std::string_view name;
  std::size_t size;
  bool is_signed;
};

// Those of arguments of system calls (include/linux/syscalls.h), where the record says 8 bytes of each. What
// is not here is as the record says.
constexpr std::array argument_types{
    c_type{"int", 4, true},          c_type{"unsigned int", 4, false}, c_type{"unsigned", 4, false},
    c_type{"long", 8, true},         c_type{"short", 2, true},         c_type{"u32", 4, false},
    c_type{"__u32", 4, false},       c_type{"uint32_t", 4, false},     c_type{"s32", 4, true},
    c_type{"__s32", 4, true},        c_type{"__s64", 8, true},         c_type{"pid_t", 4, true},
    c_type{"uid_t", 4, false},       c_type{"gid_t", 4, false},        c_type{"qid_t", 4, false},
    c_type{"umode_t", 2, false},     c_type{"mode_t", 4, false},       c_type{"loff_t", 8, true},
    c_type{"off_t", 8, true},        c_type{"ssize_t", 8, true},       c_type{"clockid_t", 4, true},
    c_type{"timer_t", 4, true},      c_type{"mqd_t", 4, true},         c_type{"key_t", 4, true},
    c_type{"key_serial_t", 4, true}, c_type{"rwf_t", 4, true},
};

std::string_view without_const(std::string_view type) {
  constexpr std::string_view qualifier = "const ";
  return type.starts_with(qualifier) ? type.substr(qualifier.size()) : type;
}

bool is_text(std::string_view type) {
  return without_const(type) == "char";
}

bool is_number_size(std::size_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

field number(const format_field& from, std::size_t size, bool is_signed) {
  const bool is_boolean = size == 1 && from.type == "bool";
  return {.name = from.name,
          .kind = value_kind::number,
          .is_signed = is_signed,
          .size = size,
          .type = is_boolean ? boolean_type() : number_type(size, is_signed),
          .at = {.from = location::root::context, .offset = from.offset}};
}

// An argument of a system call: what its type says of the 8 bytes.
std::optional<field> argument(const format_field& from, const room& limits) {
  if (from.size != 8 || from.is_array) return std::nullopt;
  if (from.type == "const char *") {
    const std::size_t bytes = limits.text + 2;  // a NUL, and one more that tells a longer text
    return field{.name = from.name,
                 .kind = value_kind::text,
                 .size = bytes,
                 .type = text_type(bytes),
                 .at = {.from = location::root::context,
                        .offset = from.offset,
                        .path = {0},
                        .space = location::memory::user}};
  }
  const auto known = std::find_if(argument_types.begin(), argument_types.end(),
                                  [&](const c_type& one) { return one.name == without_const(from.type); });
  if (known == argument_types.end()) return std::nullopt;
  return number(from, known->size, known->is_signed);
}

field elsewhere(const format_field& from, const room& limits) {
  const bool text = is_text(from.type);
  const std::size_t size = text ? limits.text : limits.bytes;
  return {.name = from.name,
          .kind = text ? value_kind::text : value_kind::bytes,
          .size = size,
          .type = text ? text_type(size) : array_type(number_type(1, false), size),
          .at = {.from = from.where == format_field::reach::data_loc ? location::root::data_loc
                                                                     : location::root::rel_loc,
                 .offset = from.offset}};
}

// An array of numbers where its type tells their size; else bytes.
bpf::type_ptr array_of(const format_field& from) {
  for (const c_type& one :
       {c_type{"unsigned long", 8, false}, c_type{"u64", 8, false}, c_type{"__u64", 8, false},
        c_type{"u32", 4, false}, c_type{"__u32", 4, false}, c_type{"int", 4, true},
        c_type{"unsigned int", 4, false}, c_type{"u16", 2, false}, c_type{"__u16", 2, false}}) {
    if (one.name == from.type && from.size % one.size == 0) {
      return array_type(number_type(one.size, one.is_signed), from.size / one.size);
    }
  }
  return array_type(number_type(1, false), from.size);
}

field inside(const format_field& from) {
  if (!from.is_array && is_number_size(from.size)) return number(from, from.size, from.is_signed);
  const bool text = from.is_array && is_text(from.type);
  return {.name = from.name,
          .kind = text ? value_kind::text : value_kind::bytes,
          .size = from.size,
          .is_array = true,
          .type = text ? text_type(from.size) : array_of(from),
          .at = {.from = location::root::context, .offset = from.offset}};
}

// `__syscall_nr`: Python has another meaning for such names.
std::string without_underscores(std::string name) {
  name.erase(0, std::min(name.find_first_not_of('_'), name.size() - 1));
  return name;
}

}  // namespace

std::vector<field> tracepoint_fields(std::string_view category, const event_format& format,
                                     const room& limits) {
  const bool is_call = category == "syscalls";
  std::vector<field> made;
  for (const auto& one : format.fields) {
    if (one.where != format_field::reach::inside) {
      made.push_back(elsewhere(one, limits));
    } else if (one.size != 0) {
      const auto its_argument = is_call ? argument(one, limits) : std::nullopt;
      made.push_back(its_argument ? *its_argument : inside(one));
    } else {
      continue;
    }
    made.back().name = without_underscores(made.back().name);
  }
  return made;
}

}  // namespace aiobpf::probes
