#include <aiobpf/bpf/map.hpp>

#include "throw_error.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>

namespace aiobpf::bpf {

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
  if (is_per_cpu()) {
    const int cpus = ::libbpf_num_possible_cpus();
    if (cpus < 0) throw_errno(-cpus, "count the possible CPUs");
    value_bytes_ = (value_size_ + 7) / 8 * 8 * static_cast<std::size_t>(cpus);
  }
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
  throw_errno(errno_value, std::string{step} + " map " + name_ + " (" + type_name() + ")");
}

void map::check_size(bytes_view given, std::size_t wanted, const char* what) const {
  if (given.size() == wanted) return;
  throw_error(errc::wrong_size, "map " + name_,
              std::string{what} + " has " + std::to_string(wanted) + " bytes here, not " +
                  std::to_string(given.size()));
}

std::optional<map::bytes> map::lookup(bytes_view key) const {
  check_size(key, key_size_, "a key");
  bytes value(value_bytes_);
  if (::bpf_map_lookup_elem(fd_.get(), key.data(), value.data()) == 0) return value;
  if (errno == ENOENT) return std::nullopt;
  throw_failed(errno, "look up in");
}

void map::update(bytes_view key, bytes_view value) const {
  check_size(key, key_size_, "a key");
  check_size(value, value_bytes_, "a value");
  if (::bpf_map_update_elem(fd_.get(), key.data(), value.data(), BPF_ANY) != 0) throw_failed(errno, "update");
}

bool map::erase(bytes_view key) const {
  check_size(key, key_size_, "a key");
  if (::bpf_map_delete_elem(fd_.get(), key.data()) == 0) return true;
  if (errno == ENOENT) return false;
  throw_failed(errno, "erase from");
}

void map::for_each_key(const std::function<bool(bytes_view)>& visit) const {
  bytes key(key_size_);
  bytes next(key_size_);
  const std::size_t limit = 2 * max_entries_;
  const void* from = nullptr;
  for (std::size_t seen = 0; seen < limit; ++seen) {
    if (::bpf_map_get_next_key(fd_.get(), from, next.data()) != 0) {
      if (errno == ENOENT) return;
      throw_failed(errno, "iterate over");
    }
    key.swap(next);
    from = key.data();
    if (!visit(key)) return;
  }
}

}  // namespace aiobpf::bpf
