#include <aiobpf/bpf/layout.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/bpf/variables.hpp>

#include "map_memory.hpp"
#include "names.hpp"
#include "throw_error.hpp"

#include <algorithm>
#include <cstdint>

namespace aiobpf::bpf {
namespace {

// Words whole: a program, or a reader, on another CPU sees the old one or the new one.
template <class Word>
bool load_word(const std::byte* from, std::span<std::byte> to) {
  if (to.size() != sizeof(Word) || reinterpret_cast<std::uintptr_t>(from) % sizeof(Word) != 0) return false;
  const Word value = __atomic_load_n(reinterpret_cast<const Word*>(from), __ATOMIC_RELAXED);
  std::memcpy(to.data(), &value, sizeof(value));
  return true;
}

template <class Word>
bool store_word(std::span<const std::byte> from, std::byte* to) {
  if (from.size() != sizeof(Word) || reinterpret_cast<std::uintptr_t>(to) % sizeof(Word) != 0) return false;
  Word value;
  std::memcpy(&value, from.data(), sizeof(value));
  __atomic_store_n(reinterpret_cast<Word*>(to), value, __ATOMIC_RELAXED);
  return true;
}

}  // namespace

variables::variables(std::string owner, std::string section, std::vector<global> all,
                     std::shared_ptr<std::byte> memory, std::size_t size, bool is_read_only)
    : owner_(std::move(owner)),
      section_(std::move(section)),
      all_(std::make_shared<const std::vector<global>>(std::move(all))),
      memory_(std::move(memory)),
      size_(size),
      is_read_only_(is_read_only) {
  for (const auto& one : *all_) {
    if (one.offset > size_ || one.type->size > size_ - one.offset) {
      throw_error(errc::btf_corrupt, owner_ + ": variable '" + one.name + "'",
                  "it is not inside of its section: compile the object again");
    }
  }
}

const global* variables::lookup(std::string_view name) const noexcept {
  const auto found =
      std::find_if(all_->begin(), all_->end(), [&](const global& one) { return one.name == name; });
  return found == all_->end() ? nullptr : &*found;
}

const global& variables::find(std::string_view name) const {
  if (const global* found = lookup(name)) return *found;
  std::vector<std::string> names;
  for (const auto& one : *all_) names.push_back(one.name);
  throw_no_such("variable of " + section_, owner_, name, names);
}

std::span<const std::byte> variables::bytes(std::string_view name) const {
  const global& its = find(name);
  return {memory_.get() + its.offset, its.type->size};
}

void variables::read(std::string_view name, std::span<std::byte> out) const {
  const auto from = bytes(name);
  check_size(name, out.size(), from.size());
  if (load_word<std::uint64_t>(from.data(), out) || load_word<std::uint32_t>(from.data(), out) ||
      load_word<std::uint16_t>(from.data(), out)) {
    return;
  }
  std::memcpy(out.data(), from.data(), out.size());
}

void variables::check_size(std::string_view name, std::size_t given, std::size_t wanted) const {
  if (given == wanted) return;
  throw_error(errc::wrong_size, owner_ + ": variable '" + std::string{name} + "'",
              "it has " + std::to_string(wanted) + " bytes, not " + std::to_string(given));
}

void variables::set_bytes(std::string_view name, std::span<const std::byte> value) const {
  const global& its = find(name);
  if (is_read_only_) {
    throw_error(errc::wrong_phase, owner_ + ": variable '" + std::string{name} + "'",
                "it is constant once the object is loaded: set it before load()");
  }
  check_size(name, value.size(), its.type->size);
  std::byte* const place = memory_.get() + its.offset;
  if (store_word<std::uint64_t>(value, place) || store_word<std::uint32_t>(value, place) ||
      store_word<std::uint16_t>(value, place)) {
    return;
  }
  std::memcpy(place, value.data(), value.size());
}

void variables::check(std::string_view name, const type_ptr& ours) const {
  check_layout(*ours, *find(name).type, owner_ + ": variable '" + std::string{name} + "'");
}

variables object::variables(std::string_view section) const {
  const std::string step = name_ + ": the variables of " + std::string{section};
  if (!has_map(section)) throw_no_such("section of variables", name_, section, types_.sections());
  const auto values = map(section);
  const bool is_read_only = values.is_frozen();
  return {name_,
          std::string{section},
          types_.globals(section),
          map_memory(values, !is_read_only, step),
          values.value_size(),
          is_read_only};
}

}  // namespace aiobpf::bpf
