#pragma once

#include <cstdint>
#include <string>
#include <string_view>

struct btf;
struct btf_type;

namespace aiobpf::bpf {

// A compiler's BTF is consistent, a damaged object's need not be: libbpf gives null for what is missing.

/// Throws errc::btf_corrupt: "<step>: the BTF is damaged (<what>): compile the object again".
[[noreturn]] void throw_btf_corrupt(std::string_view step, std::string_view what);

/// The name at that offset of the string table. Throws btf_corrupt when it is missing, or not an
/// identifier as the kernel takes it (kernel/bpf/btf.c, btf_name_valid_identifier).
std::string identifier_at(const ::btf* types, std::uint32_t name_offset, std::string_view step);

/// The type of that number. Throws btf_corrupt when it is missing.
const ::btf_type* type_at(const ::btf* types, std::uint32_t id, std::string_view step);

/// As type_at(), through typedef, const, volatile and the like; null when that leads to void or nowhere.
const ::btf_type* resolved_type(const ::btf* types, std::uint32_t id);

bool is_identifier(std::string_view name) noexcept;

}  // namespace aiobpf::bpf
