#pragma once

#include <aiobpf/bpf/attachment.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

namespace aiobpf::bpf {

class attach_call;

/// A program that is an option of a socket: set, and taken back by another option.
class socket_attachment final : public attachment {
public:
  /// Throws what setsockopt() says.
  static link make(attach_call& call, int socket, int set, int take_back);

  socket_attachment(unique_fd socket, int take_back) noexcept
      : socket_(std::move(socket)), take_back_(take_back) {}

  void detach() noexcept override;
  bool outlives_process() const noexcept override { return true; }  // as long as the socket does

private:
  unique_fd socket_;
  int take_back_;
};

}  // namespace aiobpf::bpf
