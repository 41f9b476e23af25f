#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>

#include "pin.hpp"
#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <fstream>

namespace aiobpf::bpf {

std::size_t possible_cpus() {
  const int cpus = ::libbpf_num_possible_cpus();
  if (cpus < 0) throw_errno(-cpus, "count the possible CPUs");
  return static_cast<std::size_t>(cpus);
}

map::map(unique_fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {
  ::bpf_map_info info{};
  __u32 length = sizeof(info);
  if (const int failed = ::bpf_obj_get_info_by_fd(fd_.get(), &info, &length)) {
    throw_errno(-failed, "take over the map " + (name_.empty() ? "without a name" : name_));
  }
  if (name_.empty()) name_ = info.name;
  type_ = info.type;
  flags_ = info.map_flags;
  id_ = info.id;
  key_size_ = info.key_size;
  value_size_ = info.value_size;
  max_entries_ = info.max_entries;
  btf_id_ = info.btf_id;
  key_type_id_ = info.btf_key_type_id;
  value_type_id_ = info.btf_value_type_id;
  value_bytes_ = value_size_;
  if (is_per_cpu()) value_bytes_ = (value_size_ + 7) / 8 * 8 * possible_cpus();
}

std::string map::type_name() const {
  const char* name = ::libbpf_bpf_map_type_str(static_cast<::bpf_map_type>(type_));
  return name ? name : "type " + std::to_string(type_);
}

bool map::is_per_cpu() const noexcept {
  return type_ == BPF_MAP_TYPE_PERCPU_HASH || type_ == BPF_MAP_TYPE_PERCPU_ARRAY ||
         type_ == BPF_MAP_TYPE_LRU_PERCPU_HASH || type_ == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

void map::throw_failed(int errno_value, const char* step) const {
  const std::string what = std::string{step} + " map " + name_ + " (" + type_name() + ")";
  if (errno_value != E2BIG) throw_errno(errno_value, what);
  const bool indexed = type_ == BPF_MAP_TYPE_ARRAY || type_ == BPF_MAP_TYPE_PERCPU_ARRAY;
  throw_with_remedy(errno_value, what,
                    indexed ? "its last index is " + std::to_string(max_entries_ - 1)
                            : "it is full: set_max_entries() before load() makes it larger");
}

void map::check_size(bytes_view given, std::size_t wanted, const char* what) const {
  if (given.size() == wanted) return;
  throw_error(errc::wrong_size, "map " + name_,
              std::string{what} + " has " + std::to_string(wanted) + " bytes here, not " +
                  std::to_string(given.size()));
}

std::optional<map::bytes> map::lookup(bytes_view key, std::uint64_t flags) const {
  bytes value(value_bytes_);
  if (!read(key, value, flags)) return std::nullopt;
  return value;
}

bool map::read(bytes_view key, std::span<std::byte> value, std::uint64_t flags) const {
  check_size(key, key_size_, "a key");
  check_size(value, value_bytes_, "a value");
  if (::bpf_map_lookup_elem_flags(fd_.get(), key.data(), value.data(), flags) == 0) return true;
  if (errno == ENOENT) return false;
  throw_failed(errno, "look up in");
}

void map::update(bytes_view key, bytes_view value, std::uint64_t flags) const {
  check_size(key, key_size_, "a key");
  check_size(value, value_bytes_, "a value");
  if (::bpf_map_update_elem(fd_.get(), key.data(), value.data(), flags) != 0) throw_failed(errno, "update");
}

bool map::erase(bytes_view key) const {
  check_size(key, key_size_, "a key");
  if (::bpf_map_delete_elem(fd_.get(), key.data()) == 0) return true;
  if (errno == ENOENT) return false;
  throw_failed(errno, "erase from");
}

std::optional<map::bytes> map::lookup_and_erase(bytes_view key) const {
  check_size(key, key_size_, "a key");
  bytes value(value_bytes_);
  if (::bpf_map_lookup_and_delete_elem(fd_.get(), key.data(), value.data()) == 0) return value;
  if (errno == ENOENT) return std::nullopt;
  throw_failed(errno, "look up and erase from");
}

void map::for_each_key(const std::function<bool(bytes_view)>& visit) const {
  map_cursor entries{*this};
  while (entries.read()) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!visit(entries.key(i))) return;
    }
  }
}

std::optional<map::bytes> map::next_key(bytes_view key) const {
  if (!key.empty()) check_size(key, key_size_, "a key");
  bytes next(key_size_);
  if (::bpf_map_get_next_key(fd_.get(), key.empty() ? nullptr : key.data(), next.data()) == 0) return next;
  if (errno == ENOENT) return std::nullopt;
  throw_failed(errno, "go through");
}

void map::push(bytes_view value, std::uint64_t flags) const {
  check_size(value, value_bytes_, "a value");
  if (::bpf_map_update_elem(fd_.get(), nullptr, value.data(), flags) != 0) throw_failed(errno, "push into");
}

std::optional<map::bytes> map::peek() const {
  bytes value(value_bytes_);
  if (::bpf_map_lookup_elem(fd_.get(), nullptr, value.data()) == 0) return value;
  if (errno == ENOENT) return std::nullopt;
  throw_failed(errno, "peek into");
}

std::optional<map::bytes> map::pop() const {
  bytes value(value_bytes_);
  if (::bpf_map_lookup_and_delete_elem(fd_.get(), nullptr, value.data()) == 0) return value;
  if (errno == ENOENT) return std::nullopt;
  throw_failed(errno, "pop from");
}

bool map::contains(bytes_view value) const {
  check_size(value, value_bytes_, "a value");
  bytes asked{value.begin(), value.end()};  // libbpf takes it as writable
  if (::bpf_map_lookup_elem(fd_.get(), nullptr, asked.data()) == 0) return true;
  if (errno == ENOENT) return false;
  throw_failed(errno, "ask");
}

void map::freeze() const {
  if (::bpf_map_freeze(fd_.get()) != 0) throw_failed(errno, "freeze");
}

bool map::is_frozen() const {
  // The kernel's bpf_map_info does not say it; /proc does (kernel 5.2).
  std::ifstream about{"/proc/self/fdinfo/" + std::to_string(fd_.get())};
  for (std::string line; std::getline(about, line);) {
    if (line.starts_with("frozen:")) return line.back() == '1';
  }
  return false;
}

void map::pin(const std::filesystem::path& path) const {
  pin_descriptor(fd_.get(), path, "pin map " + name_ + " to " + path.string());
}

void map::unpin(const std::filesystem::path& path) const {
  const std::string step = "unpin map " + name_ + " from " + path.string();
  const unique_fd pinned = open_pin(path, step);
  ::bpf_map_info info{};
  __u32 length = sizeof(info);
  if (::bpf_obj_get_info_by_fd(pinned.get(), &info, &length) != 0) throw_errno(errno, step);
  if (info.id != id_) throw_error(errc::wrong_type, step, "something else is pinned there; it stays");
  remove_pin(path, step);
}

}  // namespace aiobpf::bpf
