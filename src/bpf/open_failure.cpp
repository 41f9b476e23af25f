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

void check_machine(std::span<const std::byte> object, std::string_view step) {
  Elf64_Ehdr elf;
  if (object.size() < sizeof(elf) || std::memcmp(object.data(), ELFMAG, SELFMAG) != 0) return;
  std::memcpy(&elf, object.data(), sizeof(elf));
  const bool is_little = std::endian::native == std::endian::little;
  if (elf.e_ident[EI_DATA] == (is_little ? ELFDATA2MSB : ELFDATA2LSB)) {
    throw_error(errc::wrong_type, step,
                std::string{"its byte order is not this machine's: compile it with clang -target "} +
                    (is_little ? "bpfel" : "bpfeb"));
  }
  if (elf.e_machine != machine_bpf && elf.e_machine != EM_NONE) {
    throw_error(errc::wrong_type, step, std::string{"an object for another machine than BPF: "} + compile_it);
  }
}

std::string explain_open_failure(int errno_value, std::string_view log) {
  for (const auto& [said, remedy] : refusals) {
    if (const auto line = line_with(log, said); !line.empty()) return line + "; " + remedy;
  }
  const auto line = line_with(log, "libbpf: ");
  return "not a BPF object that libbpf reads (" + (line.empty() ? errno_code(errno_value).message() : line) +
         "); " + compile_it;
}

}  // namespace aiobpf::bpf
