#include <aiobpf/bpf/maps/batch.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>

#include "../throw_error.hpp"
#include "refused_here.hpp"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>

namespace aiobpf::bpf {
namespace {

std::string described(const map& one) {
  return "map " + one.name() + " (" + one.type_name() + ")";
}

// How many there are in `bytes`, which has no rest.
std::size_t count_in(map::bytes_view bytes, std::size_t size, const map& one, const char* what) {
  if (size != 0 && bytes.size() % size == 0) return bytes.size() / size;
  throw_error(errc::wrong_size, described(one),
              std::string{what} + " have " + std::to_string(size) + " bytes each here; " +
                  std::to_string(bytes.size()) + " were given");
}

map::bytes_view nth(map::bytes_view all, std::size_t size, std::size_t index) {
  return all.subspan(index * size, size);
}

// What went wrong with one entry, said of all.
template <class Call>
void said_of_all(std::size_t done, std::size_t wanted, Call call) {
  try {
    call();
  } catch (const error& failed) {
    throw error{failed.code(),
                failed.what() + ("; " + std::to_string(done) + " of " + std::to_string(wanted)) +
                    " entries were set before it",
                failed.log()};
  }
}

}  // namespace

void update_many(const map& to, map::bytes_view keys, map::bytes_view values) {
  const std::size_t wanted = count_in(keys, to.key_size(), to, "keys");
  if (count_in(values, to.value_bytes(), to, "values") != wanted) {
    throw_error(errc::wrong_size, described(to), "as many values as keys are needed");
  }
  auto done = static_cast<__u32>(wanted);
  LIBBPF_OPTS(bpf_map_batch_opts, options);
  if (wanted == 0) return;
  if (::bpf_map_update_batch(to.native_handle(), keys.data(), values.data(), &done, &options) == 0) return;
  // Where this kernel has no batches, and to say what was wrong with the one that it stopped at: one by one.
  std::size_t at = is_refused_here(errno) || done > wanted ? 0 : done;
  for (; at < wanted; ++at) {
    said_of_all(at, wanted,
                [&] { to.update(nth(keys, to.key_size(), at), nth(values, to.value_bytes(), at)); });
  }
}

std::size_t erase_many(const map& from, map::bytes_view keys) {
  const std::size_t wanted = count_in(keys, from.key_size(), from, "keys");
  std::size_t erased = 0;
  for (std::size_t at = 0; at < wanted;) {
    auto done = static_cast<__u32>(wanted - at);
    LIBBPF_OPTS(bpf_map_batch_opts, options);
    const auto rest = keys.subspan(at * from.key_size());
    if (::bpf_map_delete_batch(from.native_handle(), rest.data(), &done, &options) == 0) return erased + done;
    if (is_refused_here(errno)) done = 0;
    erased += done;
    at += done;
    erased += from.erase(nth(keys, from.key_size(), at++)) ? 1U : 0U;  // the one that it stopped at
  }
  return erased;
}

std::size_t clear(const map& from) {
  std::size_t erased = 0;
  if (from.type() == BPF_MAP_TYPE_QUEUE || from.type() == BPF_MAP_TYPE_STACK) {
    // Not more than fit: a program may push meanwhile.
    while (erased < from.max_entries() && from.pop()) ++erased;
    return erased;
  }
  map_cursor entries{from, map_cursor::mode::erase};
  while (entries.read()) erased += entries.size();
  return erased;
}

std::size_t count(const map& of) {
  if (of.type() == BPF_MAP_TYPE_ARRAY || of.type() == BPF_MAP_TYPE_PERCPU_ARRAY) return of.max_entries();
  std::size_t there = 0;
  map_cursor entries{of};
  while (entries.read()) there += entries.size();
  return there;
}

}  // namespace aiobpf::bpf
