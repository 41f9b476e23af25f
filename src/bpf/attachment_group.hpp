#pragma once

#include <aiobpf/bpf/attachment.hpp>

#include <memory>
#include <vector>

namespace aiobpf::bpf {

/// Several attachments that are made and ended together.
class attachment_group final : public attachment {
public:
  void add(std::unique_ptr<attachment> one) { all_.push_back(std::move(one)); }

  void detach() noexcept override {
    for (auto& one : all_) one->detach();
  }
  int native_handle() const noexcept override { return all_.size() == 1 ? all_[0]->native_handle() : -1; }

private:
  std::vector<std::unique_ptr<attachment>> all_;
};

}  // namespace aiobpf::bpf
