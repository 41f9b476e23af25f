#include <aiobpf/bpf/layout.hpp>

#include "nearest_names.hpp"
#include "throw_error.hpp"

#include <algorithm>

namespace aiobpf::bpf {
namespace {

bool is_struct(const type& its) {
  return its.kind == type_kind::structure || its.kind == type_kind::union_;
}

bool is_padding(const member& field) {
  return field.name.starts_with('_');
}

std::string bytes(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " byte" : " bytes");
}

// Of a field, with bits where it is not on a byte.
std::string offset_of(const member& field) {
  const auto bits = field.bit_offset % 8;
  return std::to_string(field.bit_offset / 8) + (bits != 0 ? " and " + std::to_string(bits) + " bits" : "");
}

std::size_t bits_of(const member& field) {
  return field.bit_size != 0 ? field.bit_size : field.type->size * 8;
}

const member* find(const std::vector<member>& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const member& one) { return one.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

class comparison {
public:
  explicit comparison(bool by_name) : by_name_(by_name) {}

  void compare(const type& ours, const type& btf, const std::string& what) {
    if (ours.size != btf.size) {
      add("Size mismatch: " + what + " '" + to_string(btf) + "' has " + bytes(btf.size) + " in BTF, " +
              std::to_string(ours.size) + " here",
          {});
    }
    if (is_struct(ours) && is_struct(btf)) {
      compare_structs(ours, btf, what);
    } else if (ours.size == btf.size) {
      compare_parts(ours, btf, what);
    }
  }

  std::vector<layout_mismatch> take() { return std::move(found_); }

private:
  void add(std::string what, std::string remedy) { found_.push_back({std::move(what), std::move(remedy)}); }

  void compare_parts(const type& ours, const type& btf, const std::string& what) {
    if (ours.kind == type_kind::array && btf.kind == type_kind::array && ours.count == btf.count) {
      compare(*ours.element, *btf.element, "an element of " + what);
    } else if ((ours.kind == type_kind::floating_point) != (btf.kind == type_kind::floating_point) &&
               !is_struct(ours) && !is_struct(btf) && ours.kind != type_kind::array) {
      add(what + " is '" + to_string(btf) + "' in BTF, '" + to_string(ours) + "' here",
          "a floating point number and an integer are not the same bits");
    }
  }

  void compare_structs(const type& ours, const type& btf, const std::string& owner) {
    const auto mine = fields_of(ours);
    const auto theirs = fields_of(btf);
    shift_ = 0;
    if (by_name_) {
      for (const auto& field : theirs) compare_by_name(mine, field, owner);
      for (const auto& field : mine) check_known(field, theirs);
    } else {
      compare_in_order(mine, theirs);
    }
  }

  void compare_by_name(const std::vector<member>& mine, const member& field, const std::string& owner) {
    if (const member* same = find(mine, field.name)) return compare_field(*same, field);
    add("field " + field.name + " (offset " + offset_of(field) + ", " + bytes((bits_of(field) + 7) / 8) +
            ") of " + owner + " is missing here",
        "add it");
  }

  void compare_in_order(const std::vector<member>& mine, const std::vector<member>& theirs) {
    if (mine.size() != theirs.size()) {
      return add(
          "BTF has " + std::to_string(theirs.size()) + " fields, here are " + std::to_string(mine.size()),
          "name them all, padding too");
    }
    for (std::size_t i = 0; i < mine.size(); ++i) compare_field(mine[i], theirs[i]);
  }

  void compare_field(const member& ours, const member& theirs) {
    // What comes behind a field at a wrong place is as far off: it is said once.
    const auto shift =
        static_cast<std::ptrdiff_t>(theirs.bit_offset) - static_cast<std::ptrdiff_t>(ours.bit_offset);
    if (shift != shift_) {
      const auto more = shift - shift_;
      add("field " + theirs.name + " is at offset " + offset_of(theirs) + " in BTF, " + offset_of(ours) +
              " here",
          more % 8 != 0 ? "make it a bitfield at the same place"
          : more > 0    ? "add " + bytes(static_cast<std::size_t>(more) / 8) + " of padding before it"
                        : "remove " + bytes(static_cast<std::size_t>(-more) / 8) + " before it");
      shift_ = shift;
    }
    if (bits_of(ours) != bits_of(theirs)) {
      const bool in_bits = ours.bit_size != 0 || theirs.bit_size != 0;
      const auto size = [&](const member& one) {
        return in_bits ? std::to_string(bits_of(one)) + " bits" : bytes(one.type->size);
      };
      add("field " + theirs.name + " has " + size(theirs) + " in BTF, " + size(ours) + " here",
          "make it '" + to_string(*theirs.type) + "'");
      // What follows may be as far off as the sizes differ, or not: padding may have taken it.
      return;
    }
    if (theirs.bit_size != 0) return;
    const auto outer = shift_;
    if (is_struct(*ours.type) && is_struct(*theirs.type)) {
      compare_structs(*ours.type, *theirs.type, "field " + theirs.name);
    } else {
      compare_parts(*ours.type, *theirs.type, "field " + theirs.name);
    }
    shift_ = outer;
  }

  void check_known(const member& field, const std::vector<member>& theirs) {
    if (is_padding(field) || find(theirs, field.name) != nullptr) return;
    std::vector<std::string_view> names;
    for (const auto& one : theirs) names.push_back(one.name);
    const auto near = nearest_names(field.name, names);
    add("field " + field.name + " is not in BTF", near.empty() ? "begin its name with '_' where it is padding"
                                                               : "did you mean " + std::string{near.front()});
  }

  bool by_name_;
  std::ptrdiff_t shift_ = 0;  // how far ours is off at the field before
  std::vector<layout_mismatch> found_;
};

}  // namespace

std::vector<layout_mismatch> compare_layouts(const type& ours, const type& btf, bool by_name) {
  comparison its{by_name};
  its.compare(ours, btf, is_struct(btf) ? "the struct" : "the type");
  return its.take();
}

void check_layout(const type& ours, const type& btf, std::string_view step) {
  std::string all;
  for (const auto& [what, remedy] : compare_layouts(ours, btf)) {
    all += (all.empty() ? "" : "; ") + what + (remedy.empty() ? "" : ": " + remedy);
  }
  if (!all.empty()) throw_error(errc::wrong_size, step, all);
}

}  // namespace aiobpf::bpf
