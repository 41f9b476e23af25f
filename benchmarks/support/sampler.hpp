#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace aiobpf::benchmarks {

/// A perf buffer's map of its own, and the BPF programs that write samples into it, on the CPU that they are
/// run on (progs/samples.bpf.c).
class sampler {
public:
  sampler()
      : object_(bpf::object_file{AIOBPF_SAMPLES_OBJECT}.load()),
        fill_(object_.program("fill")),
        emit_one_(object_.program("emit_one")),
        emit_none_(object_.program("emit_none")) {}

  bpf::map map() const { return object_.map("samples"); }

  /// How many samples of `size` bytes an empty buffer of `bytes` takes.
  static constexpr std::uint64_t capacity(std::size_t bytes, std::uint32_t size) {
    return bytes / ((8 + 4 + size + 7) / 8 * 8) - 1;
  }
  /// Emits samples of `size` bytes, 64 or 256, whose words are their numbers, from `first` on.
  void fill(std::uint32_t size, std::uint64_t first, std::uint64_t count) const {
    run(fill_, {.sequence = first, .count = count, .size = size});
  }

  /// One run that emits one sample, with its time; and an equal run that emits nothing.
  void emit_one(std::uint64_t sequence) const { run(emit_one_, {.sequence = sequence}); }
  void emit_none(std::uint64_t sequence) const { run(emit_none_, {.sequence = sequence}); }

private:
  struct fill_args {  // of samples.bpf.c
    std::uint64_t sequence = 0;
    std::uint64_t count = 0;
    std::uint64_t size = 0;
  };
  static void run(const bpf::program& program, fill_args args) {
    if (program.run(std::as_writable_bytes(std::span{&args, 1})).value != 0)
      throw std::runtime_error{"the perf buffer is full: its reader does not keep up"};
  }

  bpf::object object_;
  bpf::program fill_;
  bpf::program emit_one_;
  bpf::program emit_none_;
};

}  // namespace aiobpf::benchmarks
