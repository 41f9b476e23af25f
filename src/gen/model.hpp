#pragma once

#include <aiobpf/bpf/contents.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::gen {

/// An object as its skeleton shows it: what each of the three outputs is written from.
struct model {
  std::string file;  ///< for people
  std::string name;  ///< of the namespace and the module
  std::span<const std::byte> object;
  bpf::object_contents contents;       ///< without the counters that AIOBPF_RING adds
  std::vector<bpf::type_ptr> records;  ///< structs and unions with a name, each behind what it is made of
  std::vector<bpf::type_ptr> enumerations;  ///< those with names and a name
};

/// Opens the object and walks over it. Throws what make_skeleton() throws.
model make_model(std::span<const std::byte> object, const std::string& file, const std::string& name);

/// What a struct, union or enumeration is called in code: its tag, else its typedef; empty for neither.
std::string name_of(const bpf::type& described);

bool is_record(const bpf::type& described);
bool is_ring(const bpf::object_contents::map& map);
/// Whether the section of a program says where it is attached, as "raw_tp/sys_enter" does and "xdp" does not.
bool names_place(std::string_view section);
bool is_constant(const bpf::object_contents::variable& variable);

}  // namespace aiobpf::gen
