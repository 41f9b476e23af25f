#include <aiobpf/bpf/error.hpp>
#include <aiobpf/probes/type_path.hpp>

#include "../bpf/nearest_names.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace aiobpf::probes {
namespace {

constexpr std::size_t members_named = 12;  // in an error message

class walk {
public:
  walk(std::string_view path, const bpf::btf& types, const room& limits)
      : path_(path), types_(types), limits_(limits) {}

  field go(std::string_view structure, const location& root) {
    at_ = root;
    at_.path = {0};
    bpf::type_ptr here = types_.find("struct " + std::string{structure});
    std::string_view left = path_;
    next_name(left);  // the root's
    while (!left.empty()) here = step(*here, next_name(left), left.empty());
    return finish(*here, here);
  }

private:
  [[noreturn]] void refuse(bpf::errc why, const std::string& what) const {
    throw bpf::error{why, "field '" + std::string{path_} + "': " + what};
  }

  static std::string_view next_name(std::string_view& left) {
    const auto end = std::min(left.find('.'), left.size());
    const auto name = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    return name;
  }

  static bool is_struct(const bpf::type& one) {
    return one.kind == bpf::type_kind::structure || one.kind == bpf::type_kind::union_;
  }

  bpf::type_ptr step(const bpf::type& owner, std::string_view name, bool is_last) {
    if (!is_struct(owner)) refuse(bpf::errc::invalid_expression, "'" + to_string(owner) + "' has no members");
    const auto members = fields_of(owner);
    const auto found =
        std::find_if(members.begin(), members.end(), [&](const auto& one) { return one.name == name; });
    if (found == members.end()) refuse(bpf::errc::not_found, no_member(owner, name, members));
    if (found->bit_size != 0) {
      refuse(bpf::errc::not_supported, "'" + found->name + "' is a bitfield, which is not read by itself");
    }
    at_.path.back() += found->bit_offset / 8;
    if (is_last || found->type->kind != bpf::type_kind::pointer) return found->type;
    at_.path.push_back(0);  // the pointer is followed
    const auto& pointed_to = *found->type->element;
    if (pointed_to.kind != bpf::type_kind::opaque || pointed_to.name == "void") {
      refuse(bpf::errc::invalid_expression, "'" + to_string(pointed_to) + "' has no members");
    }
    return types_.find(pointed_to.name);
  }

  static std::string no_member(const bpf::type& owner, std::string_view name,
                               const std::vector<bpf::member>& members) {
    std::vector<std::string_view> names;
    for (const auto& one : members) names.push_back(one.name);
    auto near = bpf::nearest_names(name, names);
    std::string text = "'" + to_string(owner) + "' has no member '" + std::string{name} + "'";
    if (near.empty() && names.size() <= members_named) near = names;
    for (std::size_t i = 0; i < near.size(); ++i)
      text += (i ? ", " : "; similar names: ") + std::string{near[i]};
    return text;
  }

  field finish(const bpf::type& its, const bpf::type_ptr& shared) {
    field made{.name = std::string{path_}, .size = its.size, .type = shared, .at = std::move(at_)};
    switch (its.kind) {
      case bpf::type_kind::integer:
      case bpf::type_kind::boolean:
      case bpf::type_kind::character:
      case bpf::type_kind::enumeration:
        if (its.size > 8)
          refuse(bpf::errc::not_supported, "a number of " + std::to_string(its.size) + " bytes");
        made.is_signed = its.is_signed;
        return made;
      case bpf::type_kind::pointer:
        if (its.element->kind == bpf::type_kind::character) {
          made.kind = value_kind::text;
          made.size = limits_.text + 2;
          made.type = text_type(made.size);
          made.at.path.push_back(0);
        } else {
          made.type = number_type(8, false);
        }
        return made;
      case bpf::type_kind::array:
        if (its.size == 0 || its.size > limits_.bytes) {
          refuse(bpf::errc::not_supported, "an array of " + std::to_string(its.size) + " bytes");
        }
        made.kind = its.element->kind == bpf::type_kind::character ? value_kind::text : value_kind::bytes;
        made.is_array = true;
        return made;
      default: break;
    }
    std::string members;
    for (const auto& one : fields_of(its)) {
      members += (members.empty() ? ": name one of its members, as " : ", ") + one.name;
      if (members.size() > 200) break;
    }
    refuse(bpf::errc::invalid_expression, "it is a '" + to_string(its) + "'" + members);
  }

  std::string_view path_;
  const bpf::btf& types_;
  const room& limits_;
  location at_;
};

}  // namespace

field follow(std::string_view path, std::string_view structure, const location& root, const bpf::btf& types,
             const room& limits) {
  return walk{path, types, limits}.go(structure, root);
}

}  // namespace aiobpf::probes
