#pragma once

#include <bpf/libbpf.h>

#include <cstddef>
#include <memory>
#include <stdexcept>

namespace aiobpf::benchmarks {

/// The baseline: a perf buffer read by libbpf with its defaults, a wakeup for each event; its callback does
/// `Handler`'s work. `bytes` are of each CPU.
template <class Handler>
class libbpf_samples {
public:
  libbpf_samples(int map, std::size_t bytes, Handler& handler)
      : buffer_(::perf_buffer__new(map, bytes / 4096, on_sample, on_lost, &handler, nullptr)) {
    if (!buffer_) throw std::runtime_error{"perf_buffer__new failed"};
  }

  int consume() noexcept { return ::perf_buffer__consume(buffer_.get()); }
  int poll(int milliseconds) noexcept { return ::perf_buffer__poll(buffer_.get(), milliseconds); }

private:
  static void on_sample(void* context, int, void* data, __u32) noexcept {
    (*static_cast<Handler*>(context))(data);
  }
  static void on_lost(void*, int, __u64) noexcept {}
  struct free {
    void operator()(::perf_buffer* buffer) const noexcept { ::perf_buffer__free(buffer); }
  };
  std::unique_ptr<::perf_buffer, free> buffer_;
};

}  // namespace aiobpf::benchmarks
