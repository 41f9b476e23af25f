#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/classifier.hpp>

#include <bit>
#include <utility>

namespace aiobpf::loop {
namespace {

[[noreturn]] void refuse(bpf::errc code, const std::string& why) {
  throw bpf::error{code, "tell records apart: " + why};
}

std::string quoted(const record_type& type) {
  return "the type '" + type.name + "'";
}

void check_field(tag_field where) {
  if (std::has_single_bit(where.size) && where.size <= sizeof(std::uint64_t)) return;
  refuse(bpf::errc::wrong_size, "a tag has 1, 2, 4 or 8 bytes, not " + std::to_string(where.size));
}

void check_type(const record_type& type, tag_field where, std::size_t tag_end) {
  if (where.size < sizeof(std::uint64_t) && type.tag >> (8 * where.size) != 0) {
    refuse(bpf::errc::wrong_type, "the tag of " + std::to_string(where.size) + " bytes cannot be " +
                                      std::to_string(type.tag) + ", as " + quoted(type) + " wants");
  }
  if (type.size < tag_end) {
    refuse(bpf::errc::wrong_size, quoted(type) + " has " + std::to_string(type.size) +
                                      " bytes, and the tag ends at byte " + std::to_string(tag_end));
  }
}

}  // namespace

std::optional<records::cause> misfit(type_number number) noexcept {
  switch (number) {
    case unknown_type: return records::cause::unknown_type;
    case too_short: return records::cause::too_short;
    case too_long: return records::cause::too_long;
    default: return std::nullopt;
  }
}

classifier::classifier(record_type only) {
  types_.push_back(std::move(only));
}

classifier::classifier(tag_field where, std::vector<record_type> types)
    : where_(where), tag_end_(std::size_t{where.offset} + where.size), types_(std::move(types)) {
  check_field(where);
  if (types_.empty()) refuse(bpf::errc::wrong_type, "there is no type to tell them by");
  for (type_number number = 0; number < types_.size(); ++number) {
    const record_type& type = types_[number];
    check_type(type, where_, tag_end_);
    if (const type_number other = find(type.tag); other != unknown_type) {
      refuse(bpf::errc::wrong_type, quoted(types_[other]) + " and " + quoted(type) + " both have the tag " +
                                        std::to_string(type.tag));
    }
    if (type.tag >= small_tags) {
      large_.emplace(type.tag, number);
      continue;
    }
    if (type.tag >= small_.size()) small_.resize(type.tag + 1, unknown_type);
    small_[type.tag] = number;
  }
}

}  // namespace aiobpf::loop
