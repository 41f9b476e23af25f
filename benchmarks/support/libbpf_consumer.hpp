#pragma once

#include "filler.hpp"

#include <bpf/libbpf.h>

#include <memory>
#include <stdexcept>

namespace aiobpf::benchmarks {

/// The baseline: a ring read by libbpf, its callback doing `Handler`'s work.
template <class Handler>
class libbpf_consumer {
public:
  libbpf_consumer(int ring, Handler& handler)
      : rings_(::ring_buffer__new(ring, &on_record, &handler, nullptr)) {
    if (!rings_) throw std::runtime_error{"ring_buffer__new failed"};
  }

  int consume() noexcept { return ::ring_buffer__consume(rings_.get()); }
  int poll(int milliseconds) noexcept { return ::ring_buffer__poll(rings_.get(), milliseconds); }

private:
  static int on_record(void* context, void* data, std::size_t) noexcept {
    (*static_cast<Handler*>(context))(data);
    return 0;
  }
  struct free {
    void operator()(::ring_buffer* rings) const noexcept { ::ring_buffer__free(rings); }
  };
  std::unique_ptr<::ring_buffer, free> rings_;
};

}  // namespace aiobpf::benchmarks
