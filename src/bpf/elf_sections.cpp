#include "elf_sections.hpp"

#include <elf.h>

#include <cstring>
#include <optional>

namespace aiobpf::bpf {
namespace {

bytes_view part(bytes_view file, std::uint64_t offset, std::uint64_t size) {
  if (offset > file.size() || size > file.size() - offset) return {};
  return file.subspan(offset, size);
}

template <class Plain>
std::optional<Plain> read_at(bytes_view file, std::uint64_t offset) {
  const auto from = part(file, offset, sizeof(Plain));
  if (from.empty()) return std::nullopt;
  Plain value;
  std::memcpy(&value, from.data(), sizeof(value));
  return value;
}

// Up to its NUL, or to the end of the table.
std::string_view string_at(bytes_view table, std::uint64_t offset) {
  if (offset >= table.size()) return {};
  const auto* text = reinterpret_cast<const char*>(table.data() + offset);
  return {text, ::strnlen(text, table.size() - offset)};
}

std::vector<Elf64_Shdr> headers_of(bytes_view file, const Elf64_Ehdr& elf) {
  std::vector<Elf64_Shdr> headers;
  std::uint64_t count = elf.e_shnum;
  for (std::uint64_t i = 0; i == 0 || i < count; ++i) {
    const auto header = read_at<Elf64_Shdr>(file, elf.e_shoff + i * sizeof(Elf64_Shdr));
    if (!header) break;
    if (i == 0 && count == 0) count = header->sh_size;  // more than e_shnum can tell
    headers.push_back(*header);
  }
  return headers;
}

}  // namespace

std::vector<bytes_view> elf_sections(bytes_view file, std::string_view name) {
  const auto elf = read_at<Elf64_Ehdr>(file, 0);
  if (!elf || std::memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0) return {};
  const auto headers = headers_of(file, *elf);
  const std::size_t strings =
      elf->e_shstrndx == SHN_XINDEX && !headers.empty() ? headers[0].sh_link : elf->e_shstrndx;
  if (strings >= headers.size()) return {};
  const auto names = part(file, headers[strings].sh_offset, headers[strings].sh_size);

  std::vector<bytes_view> found;
  for (const auto& header : headers) {
    if (string_at(names, header.sh_name) != name) continue;
    if (const auto data = part(file, header.sh_offset, header.sh_size); !data.empty()) found.push_back(data);
  }
  return found;
}

}  // namespace aiobpf::bpf
