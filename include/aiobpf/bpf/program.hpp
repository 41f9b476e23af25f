#pragma once

#include <aiobpf/bpf/program_info.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

struct bpf_program;

namespace aiobpf::bpf {

/// A BPF program: of an object, or of an object_file, where it is not loaded yet. A view: valid while the
/// object it came from lives.
///
/// attach/<kind>.hpp attach it: attach(program) by its section, attach(program, options) where the options
/// say. A kind whose target is fixed at load has prepare(program, options), too, for the object_file's
/// program.
class program {
public:
  explicit program(::bpf_program* opened) noexcept : program_(opened) {}

  std::string name() const;
  std::string section() const;          ///< as in "raw_tp/sys_enter"
  std::string type_name() const;        ///< as in "tracing", "syscall"
  std::uint32_t type() const noexcept;  ///< enum bpf_prog_type of <linux/bpf.h>
  bool is_loaded() const noexcept { return native_handle() >= 0; }
  int native_handle() const noexcept;  ///< its descriptor, -1 when it is not loaded

  /// Throws bpf::error: wrong_phase (not loaded); an errno.
  program_info info() const;

  /// Keeps the program loaded after its object and this process, under a path in a BPF file system. A program
  /// that is attached is kept by its link: pin that one. Throws bpf::error: wrong_phase (not loaded); an
  /// errno (EEXIST).
  void pin(const std::filesystem::path& path) const;
  /// Removes a pin. Throws bpf::error: an errno (ENOENT).
  void unpin(const std::filesystem::path& path) const;

  struct run_result {
    std::uint32_t value = 0;           ///< what the program returned
    std::uint32_t nanoseconds = 0;     ///< in the program, on average; 0 where the kernel does not say
    std::vector<std::byte> data = {};  ///< the packet as the program left it
  };

  /// Runs a SEC("syscall") program once, in this thread, and returns when it has. `context` is what the
  /// program gets as its argument and may write to. Kernel 5.14.
  /// A SEC("raw_tp/...") program runs as well, on the CPU that we are on: its context is up to 12 arguments
  /// of 8 bytes, which it only reads. Kernel 5.10. Throws bpf::error: wrong_phase (not loaded); wrong_type (a
  /// program that runs by its events only); an errno (EINVAL: the program reads further than `context` is
  /// long).
  run_result run(std::span<std::byte> context = {}) const;

  /// What a program is tried with: packets for those that see packets.
  struct run_options {
    std::span<const std::byte> data = {};  ///< the packet, from its Ethernet header on: 14 bytes at least
    std::span<std::byte> context =
        {};                    ///< its argument (struct __sk_buff, xdp_md, ...), then as the program left it
    std::uint32_t repeat = 1;  ///< how often it runs; all but the last run's packet is lost
  };

  /// Runs a program with a packet: xdp, tc, socket filters, cgroup_skb, flow dissectors, netfilter, and with
  /// a context those of tracing that the kernel runs at all. Kernel 4.12, contexts 5.2. Throws bpf::error: as
  /// above; an errno (EINVAL: this kind takes no data, no context, or is not repeated; ENOSPC: the program
  /// made the packet more than 4 KiB longer).
  run_result run(const run_options& options) const;

private:
  friend class attach_call;  // what every kind of attaching shares
  ::bpf_program* program_;
};

}  // namespace aiobpf::bpf
