#include <aiobpf/bpf/errc.hpp>

#include <bpf/libbpf.h>

namespace aiobpf::bpf {
namespace {

class category final : public boost::system::error_category {
public:
  const char* name() const noexcept override { return "aiobpf"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::closed: return "it was closed";
      case errc::busy: return "a read is already pending";
      case errc::not_found: return "no such name";
      case errc::wrong_type: return "wrong type";
      case errc::wrong_size: return "wrong size";
      case errc::btf_corrupt: return "the BTF is damaged";
      case errc::ring_corrupt: return "the ring's memory is inconsistent";
      case errc::ring_taken: return "another reader has taken this ring";
      case errc::not_supported: return "not supported here";
      case errc::wrong_phase: return "too early or too late";
      case errc::rejected: return "the verifier refused the program";
      case errc::ended: return "every source has ended";
      case errc::invalid_expression: return "not an expression";
    }
    return "unknown aiobpf error " + std::to_string(value);
  }
};

class libbpf_numbers final : public boost::system::error_category {
public:
  const char* name() const noexcept override { return "libbpf"; }

  std::string message(int value) const override {
    char text[128];
    ::libbpf_strerror(value, text, sizeof(text));  // of a number that it does not know it says so
    return text;
  }
};

}  // namespace

const boost::system::error_category& libbpf_category() noexcept {
  static const libbpf_numbers instance;
  return instance;
}

const boost::system::error_category& aiobpf_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace aiobpf::bpf
