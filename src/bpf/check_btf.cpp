#include "check_btf.hpp"

#include "btf_types.hpp"
#include "elf_sections.hpp"
#include "libbpf_log.hpp"

#include <bpf/btf.h>

#include <memory>
#include <string>

namespace aiobpf::bpf {
namespace {

// Typedefs and qualifiers in a row; libbpf gives up after that (btf.c, MAX_RESOLVE_DEPTH).
constexpr int longest_chain = 32;

class checker {
public:
  checker(const ::btf* types, std::string_view step) : types_(types), step_(step) {}

  void check_all() const {
    for (__u32 id = 1; id < ::btf__type_cnt(types_); ++id) check(*type_at(types_, id, step_));
  }

private:
  // Type 0 is void.
  void check_id(__u32 id) const { type_at(types_, id, step_); }

  void check_name(__u32 offset) const {
    if (::btf__name_by_offset(types_, offset) == nullptr) throw_btf_corrupt(step_, "a name is missing");
  }

  // libbpf follows them without an end when they lead in a circle.
  void check_chain(const ::btf_type* type) const {
    for (int length = 0; ::btf_is_mod(type) || ::btf_is_typedef(type); ++length) {
      if (length == longest_chain) throw_btf_corrupt(step_, "types refer to one another in a circle");
      type = type_at(types_, type->type, step_);
    }
  }

  template <class Entry>
  void check_entries(const Entry* entries, const ::btf_type& owner) const {
    for (int i = 0; i < ::btf_vlen(&owner); ++i) {
      if constexpr (requires { entries->name_off; }) check_name(entries[i].name_off);
      if constexpr (requires { entries->type; }) check_id(entries[i].type);
    }
  }

  void check(const ::btf_type& type) const {
    check_name(type.name_off);
    switch (::btf_kind(&type)) {
      case BTF_KIND_PTR:
      case BTF_KIND_FUNC:
      case BTF_KIND_VAR:
      case BTF_KIND_DECL_TAG: check_id(type.type); return;
      case BTF_KIND_TYPEDEF:
      case BTF_KIND_VOLATILE:
      case BTF_KIND_CONST:
      case BTF_KIND_RESTRICT:
      case BTF_KIND_TYPE_TAG: check_chain(&type); return;
      case BTF_KIND_ARRAY:
        check_id(::btf_array(&type)->type);
        check_id(::btf_array(&type)->index_type);
        return;
      case BTF_KIND_STRUCT:
      case BTF_KIND_UNION: check_entries(::btf_members(&type), type); return;
      case BTF_KIND_ENUM: check_entries(::btf_enum(&type), type); return;
      case BTF_KIND_ENUM64: check_entries(::btf_enum64(&type), type); return;
      case BTF_KIND_FUNC_PROTO:
        check_id(type.type);
        check_entries(::btf_params(&type), type);
        return;
      case BTF_KIND_DATASEC: check_entries(::btf_var_secinfos(&type), type); return;
      default: return;  // refers to nothing
    }
  }

  const ::btf* types_;
  std::string_view step_;
};

}  // namespace

void check_btf(const ::btf* types, std::string_view step) {
  checker{types, step}.check_all();
}

void check_btf(bytes_view object, std::string_view step) {
  for (const auto section : elf_sections(object, ".BTF")) {
    const libbpf_log unheard;  // it is said again when the object is opened
    const std::unique_ptr<::btf, decltype(&::btf__free)> types{
        ::btf__new(section.data(), static_cast<__u32>(section.size())), ::btf__free};
    if (types) check_btf(types.get(), step);
  }
}

}  // namespace aiobpf::bpf
