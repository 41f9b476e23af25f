#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/system_call.hpp>
#include <aiobpf/rings/ring_memory.hpp>

#include "../bpf/throw_error.hpp"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>

namespace aiobpf::rings {
namespace {

// A piece of address space, unmapped at its end.
class mapping {
public:
  mapping() = default;
  mapping(std::size_t length, int protection, int flags, int fd, std::size_t offset) noexcept
      : address_(::mmap(nullptr, length, protection, flags, fd, static_cast<off_t>(offset))),
        length_(length) {}
  mapping(const mapping&) = delete;
  mapping& operator=(mapping&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(length_, other.length_);
    return *this;
  }
  ~mapping() {
    if (address_ != MAP_FAILED) ::munmap(address_, length_);
  }

  explicit operator bool() const noexcept { return address_ != MAP_FAILED; }
  std::byte* bytes() const noexcept { return static_cast<std::byte*>(address_); }
  std::uint64_t* words() const noexcept { return static_cast<std::uint64_t*>(address_); }

private:
  void* address_ = MAP_FAILED;
  std::size_t length_ = 0;
};

constexpr int read_write = PROT_READ | PROT_WRITE;

bool lay_over(std::byte* at, std::size_t length, int fd, std::size_t offset) {
  return ::mmap(at, length, read_write, MAP_SHARED | MAP_FIXED, fd, static_cast<off_t>(offset)) != MAP_FAILED;
}

}  // namespace

struct ring_memory::region {
  bpf::unique_fd fd;
  std::size_t size = 0;
  mapping consumer;
  mapping producer;  // and the data, twice
};

ring_memory::ring_memory(std::shared_ptr<const region> mapped) noexcept
    : region_(std::move(mapped)),
      consumer_(region_->consumer.words()),
      producer_(region_->producer.words()),
      size_(region_->size),
      fd_(region_->fd.get()) {}

std::size_t ring_memory::page_size() noexcept {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

ring_memory ring_memory::map_kernel_ring(const bpf::map& ring) {
  const std::string step = "read ring '" + ring.name() + "'";
  if (ring.type() != BPF_MAP_TYPE_RINGBUF) {
    bpf::throw_error(bpf::errc::wrong_type, step,
                     "the map is a '" + ring.type_name() + "'; a BPF_MAP_TYPE_RINGBUF is needed");
  }
  const auto made = std::make_shared<region>();
  made->fd = bpf::unique_fd::duplicate(ring.native_handle());
  made->size = ring.max_entries();
  const int fd = made->fd.get();
  const std::size_t page = page_size();

  made->consumer = mapping{page, read_write, MAP_SHARED, fd, 0};
  if (!made->consumer) bpf::throw_errno(errno, step + ": map the consumer page");
  made->producer = mapping{page + 2 * made->size, PROT_READ, MAP_SHARED, fd, page};
  if (!made->producer) bpf::throw_errno(errno, step + ": map the data pages");
  return ring_memory{made};
}

ring_memory ring_memory::map_user_ring(const bpf::map& ring) {
  const std::string step = "write into user ring '" + ring.name() + "'";
  if (ring.type() != BPF_MAP_TYPE_USER_RINGBUF) {
    bpf::throw_error(bpf::errc::wrong_type, step,
                     "the map is a '" + ring.type_name() + "'; a user_ringbuf is needed");
  }
  const auto made = std::make_shared<region>();
  made->fd = bpf::unique_fd::duplicate(ring.native_handle());
  made->size = ring.max_entries();
  const int fd = made->fd.get();
  const std::size_t page = page_size();

  made->consumer = mapping{page, PROT_READ, MAP_SHARED, fd, 0};
  if (!made->consumer) bpf::throw_errno(errno, step + ": map the consumer page");
  made->producer = mapping{page + 2 * made->size, read_write, MAP_SHARED, fd, page};
  if (!made->producer) bpf::throw_errno(errno, step + ": map the data pages");
  return ring_memory{made};
}

ring_memory ring_memory::make(std::size_t size, bpf::unique_fd pollable) {
  const std::string step = "make a ring in memory";
  const std::size_t page = page_size();
  const auto made = std::make_shared<region>();
  made->fd = std::move(pollable);
  made->size = std::bit_ceil(std::max(size, page));

  const bpf::unique_fd file{::memfd_create("aiobpf-ring", MFD_CLOEXEC)};
  if (!file) bpf::throw_system_call(errno, step);
  if (::ftruncate(file.get(), static_cast<off_t>(2 * page + made->size)) != 0)
    bpf::throw_system_call(errno, step);

  made->consumer = mapping{page, read_write, MAP_SHARED, file.get(), 0};
  if (!made->consumer) bpf::throw_system_call(errno, step);
  // Reserve the addresses in one piece, then lay the file over them: once, and its data once more.
  made->producer = mapping{page + 2 * made->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0};
  if (!made->producer || !lay_over(made->producer.bytes(), page + made->size, file.get(), page) ||
      !lay_over(made->producer.bytes() + page + made->size, made->size, file.get(), 2 * page)) {
    bpf::throw_system_call(errno, step);
  }
  return ring_memory{made};
}

}  // namespace aiobpf::rings
