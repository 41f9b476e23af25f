#include "open_failure.hpp"

#include "log_lines.hpp"
#include "throw_error.hpp"

#include <elf.h>

#include <bit>
#include <cstring>

namespace aiobpf::bpf {
namespace {

constexpr const char* compile_it = "compile it with clang -g -O2 -target bpf -c";
constexpr std::uint16_t machine_bpf = 247;  // EM_BPF

// What libbpf says at length when it refuses an object of clang's, and what to do about it.
struct refusal {
  std::string_view said;
  const char* remedy;
};
constexpr refusal refusals[] = {
    {"legacy map definitions", "define its maps in SEC(\".maps\"), as libbpf 1.0 and later want them"},
    {"static", "make that program global: leave `static` out"},
    {"extern", "declare what it names as __ksym, __kconfig or __weak, or link the object that defines it"},
    {"unrecognized ELF section name 'maps'",
     "define its maps in SEC(\".maps\"), as libbpf 1.0 and later want them"},
    {"BTF is required", "compile it with -g"},
};

}  // namespace

std::string explain_open_failure(std::span<const std::byte> object, int errno_value, std::string_view log) {
  const auto reason = errno_code(errno_value).message();
  Elf64_Ehdr elf;
  const bool is_elf = object.size() >= sizeof(elf) && std::memcmp(object.data(), ELFMAG, SELFMAG) == 0;
  if (!is_elf) return "not a BPF object that libbpf reads (" + reason + "); " + compile_it;
  std::memcpy(&elf, object.data(), sizeof(elf));
  const auto own_order = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  if (elf.e_ident[EI_DATA] != own_order) {
    return std::string{"its byte order is not this machine's: compile it with clang -target "} +
           (own_order == ELFDATA2LSB ? "bpfel" : "bpfeb");
  }
  if (elf.e_machine != machine_bpf && elf.e_machine != EM_NONE) {
    return std::string{"an object for another machine than BPF: "} + compile_it;
  }
  for (const auto& [said, remedy] : refusals) {
    if (const auto line = line_with(log, said); !line.empty()) return line + "; " + remedy;
  }
  const auto line = line_with(log, "libbpf: ");
  return "not a BPF object that libbpf reads (" + (line.empty() ? reason : line) + "); " + compile_it;
}

}  // namespace aiobpf::bpf
