#include "read_file.hpp"

#include <aiobpf/bpf/unique_fd.hpp>

#include "throw_error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace aiobpf::bpf {
namespace {

// Of files whose size the kernel does not tell (/proc), at a time.
constexpr std::size_t least_room = 64 * 1024;

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit,
                                 std::string_view step) {
  // The system would cut it there.
  if (path.native().find('\0') != std::string::npos) throw_errno(EINVAL, step, refused::file);
  // O_NONBLOCK: opening a FIFO would wait for its writer.
  const unique_fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd) throw_errno(errno, step, refused::file);
  struct ::stat status {};
  if (::fstat(fd.get(), &status) != 0) throw_errno(errno, step, refused::file);
  if (S_ISDIR(status.st_mode)) throw_errno(EISDIR, step, refused::file);
  if (!S_ISREG(status.st_mode)) throw_error(errc::wrong_type, step, "not a regular file");

  const std::string too_large = "larger than " + std::to_string(limit >> 20) + " MiB: not a BPF object";
  if (static_cast<std::size_t>(status.st_size) > limit) throw_error(errc::wrong_type, step, too_large);
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size) + 1);  // one more sees the end
  for (std::size_t have = 0;;) {
    if (have == bytes.size()) bytes.resize(std::max(2 * have, least_room));
    const auto got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(errno, step, refused::file);
    have += static_cast<std::size_t>(got);
    if (have > limit) throw_error(errc::wrong_type, step, too_large);
    if (got == 0) {
      bytes.resize(have);
      return bytes;
    }
  }
}

}  // namespace aiobpf::bpf
