#pragma once

#include <aiobpf/bpf/errc.hpp>

#include <boost/system/system_error.hpp>

#include <string>

namespace aiobpf::bpf {

/// What set-up throws: a code for programs, and a text for people.
///
/// what() is "<step> <object>: <reason>", followed by what to do next where that is known.
/// code() is an errc, an errno in system_category(), or a number of libbpf in libbpf_category().
class error : public boost::system::system_error {
public:
  error(boost::system::error_code code, std::string message, std::string log = {});

  const char* what() const noexcept override { return message_.c_str(); }

  /// What libbpf said during the failed call, all of it; empty when it said nothing.
  const std::string& log() const noexcept { return log_; }

  /// The kernel verifier's part of log(); empty when it said nothing.
  std::string verifier_log() const;

private:
  std::string message_;
  std::string log_;
};

}  // namespace aiobpf::bpf
