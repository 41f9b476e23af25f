#pragma once

#include <cstddef>
#include <span>
#include <string_view>

struct btf;

namespace aiobpf::bpf {

/// Looks whether every type and every name that BTF refers to is there. Throws bpf::error that begins with
/// `step`: btf_corrupt.
void check_btf(const ::btf* types, std::string_view step);

/// The same for the BTF of an ELF object, before libbpf opens it: libbpf follows such references unchecked
/// (before 1.3 it does not look at all) and dies where they lead nowhere. What else is wrong with the file,
/// libbpf says.
void check_btf(std::span<const std::byte> object, std::string_view step);

}  // namespace aiobpf::bpf
