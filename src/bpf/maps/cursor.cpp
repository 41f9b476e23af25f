#include <aiobpf/bpf/maps/cursor.hpp>

#include "../throw_error.hpp"
#include "refused_here.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aiobpf::bpf {
namespace {

// What is read in one system call: enough to make its cost small, and little enough to stay in the cache.
constexpr std::size_t bytes_at_once = 256 * 1024;
constexpr std::size_t least_at_once = 16;

// BPF_MAP_LOOKUP_BATCH writes a place of 4 bytes for buckets, else one of the key's size.
constexpr std::size_t least_place_bytes = 8;

// How often a trie's keys may be gone through because the one that was read last is gone.
constexpr std::uint64_t most_restarts = 1000;

std::string step_of(const map& from) {
  return "go through map " + from.name() + " (" + from.type_name() + ")";
}

}  // namespace

map_cursor::walk map_cursor::walk_of(const map& from, mode how) {
  switch (from.type()) {
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_PERCPU_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
    case BPF_MAP_TYPE_LRU_PERCPU_HASH:
    case BPF_MAP_TYPE_HASH_OF_MAPS: return walk::buckets;
    case BPF_MAP_TYPE_ARRAY:
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      if (how == mode::erase) {
        throw_with_remedy(EOPNOTSUPP, step_of(from), "an array's elements cannot be removed: set them to 0");
      }
      return walk::buckets;  // the same batches; nothing is removed from them
    case BPF_MAP_TYPE_PROG_ARRAY:
    case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
    case BPF_MAP_TYPE_CGROUP_ARRAY:
    case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    case BPF_MAP_TYPE_DEVMAP:
    case BPF_MAP_TYPE_SOCKMAP:
    case BPF_MAP_TYPE_CPUMAP:
    case BPF_MAP_TYPE_XSKMAP:
    case BPF_MAP_TYPE_REUSEPORT_SOCKARRAY:
    case BPF_MAP_TYPE_STRUCT_OPS: return walk::indexes;
    case BPF_MAP_TYPE_LPM_TRIE:
    case BPF_MAP_TYPE_SOCKHASH:
    case BPF_MAP_TYPE_DEVMAP_HASH:
    case BPF_MAP_TYPE_STACK_TRACE:
    case BPF_MAP_TYPE_CGROUP_STORAGE:
    case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE: return walk::keys;
    default: throw_with_remedy(EOPNOTSUPP, step_of(from), "maps of this type cannot be gone through");
  }
}

map_cursor::map_cursor(const map& from, mode how)
    : map_(from),
      mode_(how),
      walk_(walk_of(from, how)),
      key_bytes_(from.key_size()),
      value_bytes_(from.value_bytes()),
      capacity_(std::clamp(bytes_at_once / (key_bytes_ + value_bytes_ + 1), least_at_once,
                           std::max(from.max_entries(), least_at_once))),
      place_(std::max(key_bytes_, least_place_bytes)),
      next_place_(place_.size()) {}

bool map_cursor::read() {
  count_ = 0;
  if (ended_) return false;
  switch (walk_) {
    case walk::buckets: return read_batch();
    case walk::indexes: return read_indexes();
    case walk::keys: return read_keys();
  }
  return false;
}

void map_cursor::clear(std::size_t capacity) {
  count_ = 0;
  keys_.resize(capacity * key_bytes_);
  values_.resize(capacity * value_bytes_);
}

bool map_cursor::read_batch() {
  const auto call = mode_ == mode::erase ? ::bpf_map_lookup_and_delete_batch : ::bpf_map_lookup_batch;
  for (;;) {
    clear(capacity_);
    auto got = static_cast<__u32>(capacity_);
    LIBBPF_OPTS(bpf_map_batch_opts, options);
    const int failed = call(map_.native_handle(), started_ ? place_.data() : nullptr, next_place_.data(),
                            keys_.data(), values_.data(), &got, &options);
    const int reason = failed != 0 ? errno : 0;
    if (reason == 0 || reason == ENOENT) {
      started_ = true;
      ended_ = reason == ENOENT;
      place_.swap(next_place_);
      count_ = got;
      if (count_ != 0 || ended_) return count_ != 0;
    } else if (reason == ENOSPC) {  // more entries in one bucket than there was room for
      capacity_ *= 2;
    } else if (is_refused_here(reason) && !started_) {
      walk_ = map_.type() == BPF_MAP_TYPE_ARRAY || map_.type() == BPF_MAP_TYPE_PERCPU_ARRAY ? walk::indexes
                                                                                            : walk::keys;
      return read();
    } else if (reason != EINTR) {
      map_.throw_failed(reason, "go through");
    }
  }
}

void map_cursor::add(map::bytes_view key) {
  const std::span value{values_.data() + count_ * value_bytes_, value_bytes_};
  if (!map_.read(key, value)) return;  // not set, or gone meanwhile
  if (mode_ == mode::erase && !map_.erase(key)) return;
  std::memcpy(keys_.data() + count_ * key_bytes_, key.data(), key.size());
  ++count_;
}

bool map_cursor::read_indexes() {
  clear(capacity_);
  for (; count_ < capacity_ && index_ < map_.max_entries(); ++index_) {
    const auto index = static_cast<std::uint32_t>(index_);
    add(std::as_bytes(std::span{&index, 1}));
  }
  ended_ = index_ == map_.max_entries();
  return count_ != 0;
}

// The key behind the last one that was not given yet, as the new last one.
bool map_cursor::next_key() {
  if (steps_ > most_restarts * (std::uint64_t{map_.max_entries()} + 1)) {
    throw_error(errc::busy, step_of(map_), "its keys are removed faster than they are read: try again");
  }
  std::vector<std::byte> next(key_bytes_);
  for (;; ++steps_) {
    const void* from = last_key_.empty() ? nullptr : last_key_.data();
    if (::bpf_map_get_next_key(map_.native_handle(), from, next.data()) != 0) {
      if (errno == ENOENT) return false;
      map_.throw_failed(errno, "go through");
    }
    last_key_ = next;
    if (given_.emplace(reinterpret_cast<const char*>(next.data()), next.size()).second) return true;
  }
}

// The keys first: with each that is removed before the next one is asked for, the kernel begins again.
bool map_cursor::read_keys() {
  for (;;) {
    std::vector<std::byte> found;
    std::size_t keys = 0;
    for (; keys < capacity_ && !ended_; ++keys) {
      ended_ = !next_key();
      if (ended_) break;
      found.insert(found.end(), last_key_.begin(), last_key_.end());
    }
    clear(keys);
    for (std::size_t i = 0; i < keys; ++i) add({found.data() + i * key_bytes_, key_bytes_});
    if (count_ != 0 || ended_) return count_ != 0;
  }
}

}  // namespace aiobpf::bpf
