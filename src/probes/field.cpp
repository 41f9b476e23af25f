#include <aiobpf/probes/field.hpp>

#include <memory>
#include <utility>

namespace aiobpf::probes {
namespace {

constexpr std::size_t comm_bytes = 16;  // TASK_COMM_LEN

std::shared_ptr<bpf::type> new_type(bpf::type_kind kind, std::string name, std::size_t size) {
  auto made = std::make_shared<bpf::type>();
  made->kind = kind;
  made->name = std::move(name);
  made->size = size;
  return made;
}

field builtin_number(std::string name, builtin which, std::size_t size, bool is_signed = false) {
  return {.name = std::move(name),
          .kind = value_kind::number,
          .is_signed = is_signed,
          .size = size,
          .type = number_type(size, is_signed),
          .at = {.from = location::root::builtin, .which = which}};
}

}  // namespace

bpf::type_ptr number_type(std::size_t bytes, bool is_signed) {
  static constexpr const char* signed_names[] = {"signed char", "short", "int", "long"};
  static constexpr const char* unsigned_names[] = {"unsigned char", "unsigned short", "unsigned int",
                                                   "unsigned long"};
  const int index = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
  auto made =
      new_type(bpf::type_kind::integer, is_signed ? signed_names[index] : unsigned_names[index], bytes);
  made->is_signed = is_signed;
  return made;
}

bpf::type_ptr boolean_type() {
  return new_type(bpf::type_kind::boolean, "_Bool", 1);
}

bpf::type_ptr text_type(std::size_t bytes) {
  auto character = new_type(bpf::type_kind::character, "char", 1);
  character->is_signed = true;
  return array_type(std::move(character), bytes);
}

bpf::type_ptr array_type(bpf::type_ptr element, std::size_t count) {
  auto made = new_type(bpf::type_kind::array, "", element->size * count);
  made->count = count;
  made->element = std::move(element);
  return made;
}

std::vector<field> exit_fields(std::size_t ret_offset) {
  field ret{.name = "ret",
            .kind = value_kind::number,
            .is_signed = true,
            .size = 8,
            .type = number_type(8, true),
            .at = {.from = location::root::context, .offset = ret_offset}};
  field duration = builtin_number("duration_ns", builtin::duration_ns, 8);
  ret.at_exit = duration.at_exit = true;
  return {std::move(ret), std::move(duration)};
}

std::vector<field> header_fields() {
  return {
      builtin_number("time_ns", builtin::time_ns, 8),
      builtin_number("pid", builtin::pid, 4),
      builtin_number("tid", builtin::tid, 4),
      builtin_number("uid", builtin::uid, 4),
      builtin_number("gid", builtin::gid, 4),
      builtin_number("cgroup", builtin::cgroup, 8),
      {.name = "comm",
       .kind = value_kind::text,
       .size = comm_bytes,
       .is_array = true,
       .type = text_type(comm_bytes),
       .at = {.from = location::root::builtin, .which = builtin::comm}},
      builtin_number("cpu", builtin::cpu, 4),
  };
}

}  // namespace aiobpf::probes
