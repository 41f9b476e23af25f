// Objects of the build, damaged in every part: what comes out is a bpf::error or an answer, never another
// exception and never the end of the process. Each variant is opened and read in a child, which says how far
// it came: libbpf 1.1 dies of some damaged files itself, and those must not be ours.
#include "error_of.hpp"
#include "kernel.hpp"

#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <elf.h>
#include <linux/btf.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <random>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

using bytes = std::vector<char>;

bytes contents(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct extent {
  std::size_t offset = 0;
  std::size_t size = 0;
};

template <class Plain>
Plain read_at(const bytes& from, std::size_t at) {
  Plain value;
  std::memcpy(&value, from.data() + at, sizeof(value));
  return value;
}

extent section_of(const bytes& object, const std::string& wanted) {
  const auto header = read_at<Elf64_Ehdr>(object, 0);
  const auto at = [&](std::size_t i) {
    return read_at<Elf64_Shdr>(object, header.e_shoff + i * sizeof(Elf64_Shdr));
  };
  const auto names = at(header.e_shstrndx);
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    if (object.data() + names.sh_offset + at(i).sh_name == wanted) return {at(i).sh_offset, at(i).sh_size};
  }
  return {};  // shapes has no .BTF.ext
}

class dice {
public:
  explicit dice(unsigned seed) : engine_(seed) {}
  std::uint32_t any() { return static_cast<std::uint32_t>(engine_()); }
  std::uint32_t below(std::size_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }

  // Numbers that code trips over.
  std::uint32_t evil() {
    const std::uint32_t numbers[] = {0,      1,          2,          3,   7,     0x7fff,     0xffff,
                                     0x8000, 0x7fffffff, 0x80000000, ~0U, any(), below(256), below(4096)};
    return numbers[below(std::size(numbers))];
  }

private:
  std::mt19937 engine_;
};

void put_word(bytes& object, std::size_t at, std::uint32_t value) {
  if (at + sizeof(value) <= object.size()) std::memcpy(object.data() + at, &value, sizeof(value));
}

using damage = std::function<void(bytes&, dice&)>;

// Words of types: string offsets, kinds and member counts, sizes, type ids, members.
void damage_types(bytes& object, dice& random) {
  const auto btf = section_of(object, ".BTF");
  const auto header = read_at<::btf_header>(object, btf.offset);
  const auto words = header.type_len / 4;
  for (unsigned i = 0; i <= random.below(3); ++i) {
    put_word(object, btf.offset + header.hdr_len + header.type_off + random.below(words) * 4, random.evil());
  }
}

// The kind of one type becomes another, its count a little different.
void damage_kinds(bytes& object, dice& random) {
  const auto btf = section_of(object, ".BTF");
  const auto header = read_at<::btf_header>(object, btf.offset);
  const auto at = btf.offset + header.hdr_len + header.type_off + random.below(header.type_len / 4) * 4;
  const auto word = read_at<std::uint32_t>(object, at);
  put_word(object, at, word ^ (1U << random.below(32)));
}

void damage_strings(bytes& object, dice& random) {
  const auto btf = section_of(object, ".BTF");
  const auto header = read_at<::btf_header>(object, btf.offset);
  const auto strings = btf.offset + header.hdr_len + header.str_off;
  for (unsigned i = 0; i <= random.below(8); ++i) {
    object[strings + 1 + random.below(header.str_len - 2)] = static_cast<char>(random.any());
  }
}

void damage_btf_header(bytes& object, dice& random) {
  const auto btf = section_of(object, ".BTF");
  put_word(object, btf.offset + random.below(sizeof(::btf_header) / 4) * 4, random.evil());
}

void damage_line_and_relocation_info(bytes& object, dice& random) {
  const auto ext = section_of(object, ".BTF.ext");
  if (ext.size == 0) return;
  put_word(object, ext.offset + random.below(ext.size / 4) * 4, random.evil());
}

void damage_elf_header(bytes& object, dice& random) {
  object[random.below(sizeof(Elf64_Ehdr))] = static_cast<char>(random.evil());
}

void damage_section_headers(bytes& object, dice& random) {
  const auto header = read_at<Elf64_Ehdr>(object, 0);
  const auto words = header.e_shnum * sizeof(Elf64_Shdr) / 4;
  put_word(object, header.e_shoff + random.below(words) * 4, random.evil());
}

void damage_symbols(bytes& object, dice& random) {
  const auto symbols = section_of(object, ".symtab");
  put_word(object, symbols.offset + random.below(symbols.size / 4) * 4, random.evil());
}

void damage_section_names(bytes& object, dice& random) {
  const auto names = section_of(object, ".strtab");
  object[names.offset + random.below(names.size)] = static_cast<char>(random.below(4) ? random.any() : 0);
}

void cut(bytes& object, dice& random) {
  object.resize(random.below(object.size()));
}

void flip_bytes(bytes& object, dice& random) {
  for (unsigned i = 0; i <= random.below(16); ++i)
    object[random.below(object.size())] = static_cast<char>(random.any());
}

// --- how it went

enum phase : int { opening, reading, ended };

// Ends a variant that does not come to an end.
constexpr unsigned seconds_for_one = 20;

template <class Action>
void try_it(Action&& action) {
  try {
    action();
  } catch (const bpf::error&) {
  }
}

// What the tree promises.
void check(const bpf::type& found) {
  for (const auto& field : fields_of(found)) {
    const auto width = field.bit_size ? field.bit_size : field.type->size * 8;
    if (field.bit_offset + width > found.size * 8) throw std::logic_error{"a field outside of its struct"};
    if (field.bit_size == 0 && field.bit_offset % 8 != 0) throw std::logic_error{"a field inside of a byte"};
    check(*field.type);
  }
  if (found.kind == bpf::type_kind::array) {
    if (found.size != found.count * found.element->size) throw std::logic_error{"an array of another size"};
    check(*found.element);
  }
}

// All that reads an object, by names that are there, by some that the damage may have hit, and by none.
void read_all(bpf::object_file& file) {
  std::vector<std::string> programs;
  std::vector<std::string> maps;
  try_it([&] { programs = file.program_names(); });
  try_it([&] { maps = file.map_names(); });
  for (const char* type : {"numbered", "nested", "flat", "flat_alias", "unnamed", "with_wide_enum",
                           "with_bitfields", "with_nested", "with_anonymous", "with_matrix", "with_tail",
                           "with_int128", "number", "int", "no such type", ""}) {
    try_it([&] {
      const auto found = file.types().find(type);
      check(*found);
      const auto back = bpf::btf::of_bytes(to_btf(*found));
      check(*back.at(back.size()));
    });
  }
  for (std::uint32_t id = 0; id <= file.types().size(); ++id) {
    try_it([&] { check(*file.types().at(id)); });
  }
  for (const char* variable : {"answer", "tag", "no such variable", ""}) {
    try_it([&] { file.rodata(variable); });
    try_it([&] { file.set_rodata(variable, std::uint32_t{1}); });
    try_it([&] { file.set_rodata(variable, std::uint64_t{1}); });
  }
  for (const auto& map : maps) try_it([&] { file.set_max_entries(map, 4096); });
  for (const auto& program : programs) try_it([&] { file.set_autoload(program, false); });
}

// The child: 0 when all was answered or refused in our own words.
int open_and_read(const std::filesystem::path& path, volatile int& where) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
    std::signal(signal, SIG_DFL);  // Boost.Test's handlers would go on with the test, in the child
  }
  ::alarm(seconds_for_one);
  try {
    where = opening;
    bpf::object_file file{path};
    where = reading;
    read_all(file);
    where = ended;
  } catch (const bpf::error&) {
  } catch (...) {
    return 1;
  }
  return 0;
}

struct kind_of_damage {
  const char* name;
  damage apply;
};
std::ostream& operator<<(std::ostream& out, const kind_of_damage& kind) {
  return out << kind.name;
}

const std::vector<kind_of_damage> kinds{
    {"types", damage_types},
    {"kinds of types", damage_kinds},
    {"strings", damage_strings},
    {"header of the BTF", damage_btf_header},
    {"line and relocation info", damage_line_and_relocation_info},
    {"header of the ELF", damage_elf_header},
    {"section headers", damage_section_headers},
    {"symbols", damage_symbols},
    {"names of sections and symbols", damage_section_names},
    {"truncation", cut},
    {"bytes anywhere", flip_bytes},
};

// Of each kind and object.
constexpr int variants = 200;

}  // namespace

BOOST_AUTO_TEST_SUITE(damaged_object)

BOOST_DATA_TEST_CASE(only_a_bpf_error_comes_out, boost::unit_test::data::make(kinds), kind) {
  // In memory: a file system that is asked for thousands of files in a row takes its time.
  const bpf::unique_fd file{::memfd_create("damaged", MFD_CLOEXEC)};
  BOOST_REQUIRE(file.get() >= 0);
  const auto path = "/proc/self/fd/" + std::to_string(file.get());
  auto* where = static_cast<volatile int*>(
      ::mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  BOOST_REQUIRE(where != MAP_FAILED);
  for (const std::string name : {"emit", "shapes"}) {
    const auto whole = contents(bpf_object_path(name));
    for (int seed = 0; seed < variants; ++seed) {
      dice random{static_cast<unsigned>(seed)};
      bytes damaged = whole;
      kind.apply(damaged, random);
      BOOST_REQUIRE(::ftruncate(file.get(), 0) == 0);
      BOOST_REQUIRE(::pwrite(file.get(), damaged.data(), damaged.size(), 0) ==
                    static_cast<::ssize_t>(damaged.size()));

      const ::pid_t child = ::fork();
      BOOST_REQUIRE(child >= 0);
      if (child == 0) ::_exit(open_and_read(path, *where));
      int status = 0;
      BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
      BOOST_TEST_CONTEXT(name << ", seed " << seed
                              << (*where == opening ? ", in libbpf's open" : ", reading")) {
        BOOST_TEST(!WIFSIGNALED(status));
        BOOST_TEST((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
      }
    }
  }
  ::munmap(const_cast<int*>(where), sizeof(int));
}

BOOST_AUTO_TEST_SUITE_END()
