#pragma once

#include "bindings.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/loop/source.hpp>

#include <memory>
#include <utility>

namespace aiobpf::python {

/// What a reader takes: any source, whatever kind it is. Taken once.
class source_handle {
public:
  explicit source_handle(std::unique_ptr<loop::source> made) : source_(std::move(made)) {}
  std::unique_ptr<loop::source> take() {
    if (!source_) throw bpf::error{bpf::errc::closed, "add a source: it was added to a reader already"};
    return std::move(source_);
  }

private:
  std::unique_ptr<loop::source> source_;
};

template <class Make>
std::shared_ptr<source_handle> make_source(const char* kind, Make&& make) {
  return translated(kind, [&] { return std::make_shared<source_handle>(std::forward<Make>(make)()); });
}

}  // namespace aiobpf::python
