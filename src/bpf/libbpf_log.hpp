#pragma once

#include <string>

namespace aiobpf::bpf {

/// Captures what libbpf prints on this thread while it lives; stderr is not touched.
///
/// libbpf has one print hook a process. It is set here, once, and nowhere else; what is printed on a
/// thread without a live libbpf_log goes where it went before us. Captures nest: the innermost one gets it.
class libbpf_log {
public:
  libbpf_log();
  ~libbpf_log();
  libbpf_log(const libbpf_log&) = delete;
  libbpf_log& operator=(const libbpf_log&) = delete;

  const std::string& text() const noexcept { return text_; }
  std::string take() noexcept { return std::move(text_); }

  void append(const char* bytes, std::size_t length) { text_.append(bytes, length); }

private:
  libbpf_log* outer_;
  std::string text_;
};

}  // namespace aiobpf::bpf
