#include "elf_functions.hpp"

#include <aiobpf/bpf/unique_fd.hpp>

#include "throw_error.hpp"

#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace aiobpf::bpf {
namespace {

// A file, of which parts are read: a program can be much larger than its symbols.
class elf_file {
public:
  elf_file(const std::string& path, std::string_view step)
      : step_(step), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct ::stat about {};
    if (!fd_ || ::fstat(fd_.get(), &about) != 0) throw_errno(errno, step_, refused::file);
    size_ = static_cast<std::uint64_t>(about.st_size);
  }

  template <class Item>
  std::vector<Item> read(std::uint64_t offset, std::uint64_t bytes) const {
    if (offset > size_ || bytes > size_ - offset) throw_not_elf();
    std::vector<Item> items(bytes / sizeof(Item));
    auto* to = reinterpret_cast<char*>(items.data());
    for (std::size_t got = 0; got < items.size() * sizeof(Item);) {
      const auto more =
          ::pread(fd_.get(), to + got, items.size() * sizeof(Item) - got, static_cast<::off_t>(offset + got));
      if (more <= 0) throw_errno(more < 0 ? errno : EIO, step_, refused::file);
      got += static_cast<std::size_t>(more);
    }
    return items;
  }

  [[noreturn]] void throw_not_elf() const {
    throw_error(errc::wrong_type, step_,
                "the binary is not a 64-bit ELF file of this machine, or it is damaged");
  }

private:
  std::string_view step_;
  unique_fd fd_;
  std::uint64_t size_ = 0;
};

}  // namespace

void for_each_function(const std::string& path, std::string_view step,
                       const std::function<void(std::string_view, std::uint64_t)>& visit) {
  const elf_file file{path, step};
  const auto elf = file.read<Elf64_Ehdr>(0, sizeof(Elf64_Ehdr)).front();
  if (std::memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0 || elf.e_ident[EI_CLASS] != ELFCLASS64)
    file.throw_not_elf();
  const auto sections = file.read<Elf64_Shdr>(elf.e_shoff, std::uint64_t{elf.e_shnum} * sizeof(Elf64_Shdr));
  for (const auto& table : sections) {
    if (table.sh_type != SHT_SYMTAB && table.sh_type != SHT_DYNSYM) continue;
    if (table.sh_link >= sections.size()) file.throw_not_elf();
    const auto& strings = sections[table.sh_link];
    auto names = file.read<char>(strings.sh_offset, strings.sh_size);
    names.push_back('\0');
    for (const auto& symbol : file.read<Elf64_Sym>(table.sh_offset, table.sh_size)) {
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx >= sections.size() ||
          symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size())
        continue;
      const auto& section = sections[symbol.st_shndx];
      visit(names.data() + symbol.st_name, symbol.st_value - section.sh_addr + section.sh_offset);
    }
  }
}

}  // namespace aiobpf::bpf
