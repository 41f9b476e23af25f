#include "map_memory.hpp"

#include <aiobpf/bpf/map.hpp>

#include "throw_error.hpp"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace aiobpf::bpf {

std::shared_ptr<std::byte> map_memory(const map& array, bool writable, std::string_view step) {
  if (array.type() != BPF_MAP_TYPE_ARRAY || !(array.flags() & BPF_F_MMAPABLE)) {
    throw_error(
        errc::wrong_type, step,
        "the map is a '" + array.type_name() + "'; one of type array with the flag BPF_F_MMAPABLE is needed");
  }
  const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t stride = (array.value_size() + 7) / 8 * 8;
  const std::size_t bytes = (stride * array.max_entries() + page - 1) / page * page;
  void* const mapped = ::mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                              array.native_handle(), 0);
  if (mapped == MAP_FAILED) throw_errno(errno, step);
  return {static_cast<std::byte*>(mapped), [bytes](std::byte* memory) { ::munmap(memory, bytes); }};
}

}  // namespace aiobpf::bpf
