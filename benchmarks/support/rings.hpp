#pragma once

#include "filler.hpp"

#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace aiobpf::benchmarks {

/// Many rings of one program (progs/rings.bpf.c): it emits into any of them by number, as one shared program
/// with a ring for each CPU or tenant does.
class many_rings {
public:
  static constexpr std::uint32_t ring_bytes = 256 * 1024;

  explicit many_rings(std::size_t count)
      : object_(load(count)), emit_into_(object_.program("emit_into")), table_(object_.map("rings")) {
    for (std::uint32_t i = 0; i < count; ++i) {
      LIBBPF_OPTS(bpf_map_create_opts, options);
      bpf::unique_fd fd{::bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bench", 0, 0, ring_bytes, &options)};
      if (!fd) throw std::runtime_error{"no ring could be made"};
      const int number = fd.get();
      table_.update(std::as_bytes(std::span{&i, 1}), std::as_bytes(std::span{&number, 1}));
      maps_.emplace_back(std::move(fd));
    }
  }

  const std::vector<bpf::map>& maps() const noexcept { return maps_; }

  /// Emits `count` records of 64 bytes into each of the rings first, first + 1, ... `over` of them; their
  /// numbers go up from `sequence`.
  void emit(std::uint64_t sequence, std::uint32_t first, std::uint32_t over, std::uint32_t count) const {
    emit_args args{.sequence = sequence, .first = first, .over = over, .count = count};
    if (emit_into_.run(std::as_writable_bytes(std::span{&args, 1})).value != 0) {
      throw std::runtime_error{"a ring is full"};
    }
  }

private:
  struct emit_args {  // of rings.bpf.c
    std::uint64_t sequence;
    std::uint32_t first;
    std::uint32_t over;
    std::uint32_t count;
    std::uint32_t unused = 0;
  };

  static bpf::object load(std::size_t count) {
    bpf::object_file file{AIOBPF_RINGS_OBJECT};
    file.set_max_entries("rings", static_cast<std::uint32_t>(count));
    return std::move(file).load();
  }

  bpf::object object_;
  bpf::program emit_into_;
  bpf::map table_;
  std::vector<bpf::map> maps_;
};

}  // namespace aiobpf::benchmarks
