#pragma once

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object_file.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>

namespace aiobpf::benchmarks {

/// A ring of its own, and the BPF programs that fill it (progs/bench.bpf.c).
class filler {
public:
  explicit filler(std::uint32_t ring_bytes)
      : object_(load(ring_bytes)),
        fill_(object_.program("fill")),
        emit_one_(object_.program("emit_one")),
        emit_none_(object_.program("emit_none")) {}

  const bpf::object& object() const noexcept { return object_; }
  bpf::map ring() const { return object_.map("events"); }

  /// Emits records of `size` bytes (0: random lengths, by `seed`) until the ring is full.
  /// Returns how many. The first 8 bytes of each are its number, from `first` on.
  std::uint64_t fill(std::uint32_t size, std::uint64_t first, std::uint64_t seed = 1) const {
    fill_args args{.sequence = first, .seed = seed, .count = 1U << 22, .size = size};
    if (fill_.run(std::as_writable_bytes(std::span{&args, 1})).value != 0) {
      throw std::logic_error{"bench.bpf.c does not know that size"};
    }
    return args.sequence - first;
  }

  /// One run that emits one `struct event`, with its time; and an equal run that emits nothing.
  void emit_one(std::uint64_t sequence) const { emit(emit_one_, sequence); }
  void emit_none(std::uint64_t sequence) const { emit(emit_none_, sequence); }

  /// One run that emits `count` of them, without a time.
  void emit_many(std::uint64_t sequence, std::uint32_t count) const {
    fill_args args{.sequence = sequence, .seed = 1, .count = count, .size = 40};
    if (fill_.run(std::as_writable_bytes(std::span{&args, 1})).value != 0 ||
        args.sequence != sequence + count) {
      throw std::runtime_error{"the ring is full: its reader does not keep up"};
    }
  }

private:
  struct fill_args {  // of bench.bpf.c
    std::uint64_t sequence;
    std::uint64_t seed;
    std::uint32_t count;
    std::uint32_t size;
  };

  struct emit_args {  // of bench.bpf.c
    std::uint64_t sequence;
    std::uint64_t nanoseconds;
  };

  static void emit(const bpf::program& program, std::uint64_t sequence) {
    emit_args args{.sequence = sequence, .nanoseconds = 0};
    if (program.run(std::as_writable_bytes(std::span{&args, 1})).value != 0) {
      throw std::runtime_error{"the ring is full: its reader does not keep up"};
    }
  }

  static bpf::object load(std::uint32_t ring_bytes) {
    bpf::object_file file{AIOBPF_BENCH_OBJECT};
    file.set_max_entries("events", ring_bytes);
    return std::move(file).load();
  }

  bpf::object object_;
  bpf::program fill_;
  bpf::program emit_one_;
  bpf::program emit_none_;
};

/// What every handler does, on both sides: it reads the record's number. The sum is checked, so that the
/// work cannot be left out.
struct tally {
  std::uint64_t sum = 0;
  std::uint64_t records = 0;

  void operator()(const void* record) noexcept {
    std::uint64_t number;
    std::memcpy(&number, record, sizeof(number));
    sum += number;
    ++records;
  }

  /// Throws unless `count` records with the numbers `first`, `first` + 1, ... were seen; starts again.
  void check(std::uint64_t first, std::uint64_t count) {
    if (records != count || sum != count * first + count * (count - 1) / 2) {
      throw std::runtime_error{"a reader did not see each record once"};
    }
    *this = {};
  }
};

}  // namespace aiobpf::benchmarks
