#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/mapped_array.hpp>

#include "throw_error.hpp"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace aiobpf::bpf {

mapped_array::mapped_array(const map& array)
    : stride_((array.value_size() + 7) / 8 * 8),
      value_size_(array.value_size()),
      count_(array.max_entries()) {
  const std::string step = "map the values of '" + array.name() + "' into memory";
  if (array.type() != BPF_MAP_TYPE_ARRAY || !(array.flags() & BPF_F_MMAPABLE)) {
    throw_error(
        errc::wrong_type, step,
        "the map is a '" + array.type_name() + "'; one of type array with the flag BPF_F_MMAPABLE is needed");
  }
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t bytes = (stride_ * count_ + page - 1) / page * page;
  void* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, array.native_handle(), 0);
  if (mapped == MAP_FAILED) throw_errno(errno, step);
  memory_ = {static_cast<const std::byte*>(mapped),
             [bytes](const std::byte* memory) { ::munmap(const_cast<std::byte*>(memory), bytes); }};
}

}  // namespace aiobpf::bpf
