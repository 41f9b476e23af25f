// libFuzzer over BTF: types of every kind that refer to one another at random. What comes out is an
// errc::btf_corrupt, or a tree that keeps its promises and is the same when it is written and read back.
#include "bpf_floor.hpp"

#include <linux/btf.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bpf = aiobpf::bpf;

namespace {

#define AIOBPF_CHECK(condition)                                                    \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (0)

constexpr char names[] = "\0a\0b\0c\0char\0_Bool\0unsigned int\0two words";

// Types are a graph: to walk it as a tree may take for ever.
constexpr int types_limit = 1000;

// Bytes of the input, one after the other; zeroes when they are used up.
class input {
public:
  input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool is_empty() const { return left_ == 0; }

  std::uint32_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  // Small ones more often than by chance: numbers of types, offsets, sizes.
  std::uint32_t word() {
    const auto first = byte();
    if (first < 0xf0) return first;
    return byte() | byte() << 8 | byte() << 16 | byte() << 24;
  }

private:
  const std::uint8_t* data_;
  std::size_t left_;
};

// How many words follow a type of that kind.
std::uint32_t words_of(std::uint32_t kind, std::uint32_t entries) {
  switch (kind) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG: return 1;
    case BTF_KIND_ARRAY: return 3;
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION:
    case BTF_KIND_DATASEC:
    case BTF_KIND_ENUM64: return 3 * entries;
    case BTF_KIND_ENUM:
    case BTF_KIND_FUNC_PROTO: return 2 * entries;
    default: return 0;
  }
}

std::vector<std::byte> btf_of(input in) {
  std::vector<std::uint32_t> words;
  while (!in.is_empty()) {
    const auto kind = in.byte() % (NR_BTF_KINDS + 1);
    const auto shape = in.byte();
    const auto entries = shape % 4;
    words.push_back(in.byte() % sizeof(names));
    words.push_back(kind << 24 | entries | (shape & 0x80U) << 24);
    words.push_back(in.word());
    for (std::uint32_t i = words_of(kind, entries); i > 0; --i) words.push_back(in.word());
    if (kind == BTF_KIND_INT && shape & 4) words.back() = words[words.size() - 2] * 8 | shape % 8 << 24;
  }
  ::btf_header header{};
  header.magic = BTF_MAGIC;
  header.version = BTF_VERSION;
  header.hdr_len = sizeof(header);
  header.type_len = static_cast<std::uint32_t>(words.size() * 4);
  header.str_off = header.type_len;
  header.str_len = sizeof(names);
  std::vector<std::byte> raw(sizeof(header) + header.type_len + sizeof(names));
  std::memcpy(raw.data(), &header, sizeof(header));
  if (!words.empty()) std::memcpy(raw.data() + sizeof(header), words.data(), header.type_len);
  std::memcpy(raw.data() + sizeof(header) + header.type_len, names, sizeof(names));
  return raw;
}

void check(const bpf::type& its, int& left) {
  if (--left < 0) return;
  for (const auto& field : fields_of(its)) {
    const auto width = field.bit_size ? field.bit_size : field.type->size * 8;
    AIOBPF_CHECK(field.bit_offset + width <= its.size * 8);
    AIOBPF_CHECK(field.bit_size != 0 || field.bit_offset % 8 == 0);
    AIOBPF_CHECK(!field.name.empty());
    check(*field.type, left);
  }
  if (its.kind == bpf::type_kind::array) AIOBPF_CHECK(its.size == its.count * its.element->size);
  if (its.element) check(*its.element, left);
}

void check_equal(const bpf::type& one, const bpf::type& other, int& left) {
  if (--left < 0) return;
  AIOBPF_CHECK(one.kind == other.kind && one.name == other.name && one.alias == other.alias);
  AIOBPF_CHECK(one.size == other.size && one.is_signed == other.is_signed && one.count == other.count);
  AIOBPF_CHECK(!one.element == !other.element);
  if (one.element) check_equal(*one.element, *other.element, left);
  AIOBPF_CHECK(one.members.size() == other.members.size());
  for (std::size_t i = 0; i < one.members.size(); ++i) {
    const auto& mine = one.members[i];
    const auto& theirs = other.members[i];
    AIOBPF_CHECK(mine.name == theirs.name && mine.bit_offset == theirs.bit_offset &&
                 mine.bit_size == theirs.bit_size);
    check_equal(*mine.type, *theirs.type, left);
  }
  AIOBPF_CHECK(one.enumerators.size() == other.enumerators.size());
  for (std::size_t i = 0; i < one.enumerators.size(); ++i) {
    AIOBPF_CHECK(one.enumerators[i].name == other.enumerators[i].name);
    AIOBPF_CHECK(one.enumerators[i].value == other.enumerators[i].value);
  }
}

void check_written(const bpf::type& its) {
  const auto written = to_btf(its);
  const auto back = bpf::btf::of_bytes(written);
  const auto root = back.at(back.size());
  int left = types_limit;
  check_equal(its, *root, left);
  AIOBPF_CHECK(to_btf(*root) == written);
  AIOBPF_CHECK(to_string(*root) == to_string(its));
}

void read_all(const bpf::btf& types) {
  for (const char* name : {"a", "struct b", "union a", "enum c", "char", "two words"}) {
    try {
      types.find(name);
    } catch (const bpf::error&) {
    }
  }
  for (std::uint32_t id = 0; id <= types.size(); ++id) {
    bpf::type_ptr its;
    try {
      its = types.at(id);
    } catch (const bpf::error& thrown) {
      AIOBPF_CHECK(thrown.code() == bpf::errc::btf_corrupt);
      continue;
    }
    int left = types_limit;
    check(*its, left);
    check_written(*its);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto raw = btf_of({data, size});
  std::optional<bpf::btf> types;
  try {
    types.emplace(bpf::btf::of_bytes(raw));
  } catch (const bpf::error& thrown) {
    AIOBPF_CHECK(thrown.code() == bpf::errc::btf_corrupt || thrown.code() == bpf::errc::wrong_type);
    return 0;
  }
  read_all(*types);
  return 0;
}
