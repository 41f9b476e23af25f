#pragma once

#include <aiobpf/bpf/fork_guard.hpp>

#include <boost/asio/execution_context.hpp>

namespace aiobpf::loop {

/// Whether an execution context is this process's. One that a child of fork() inherited shares its epoll
/// instance and its timer with the parent, until the child has called `context.notify_fork(fork_child)`.
class context_guard : public boost::asio::execution_context::service {
public:
  static inline boost::asio::execution_context::id id;

  explicit context_guard(boost::asio::execution_context& context) : service(context) {}

  static context_guard& of(boost::asio::execution_context& context) {
    return boost::asio::use_service<context_guard>(context);
  }

  bool is_ours() const noexcept { return made_.is_ours(); }

private:
  void shutdown() noexcept override {}
  void notify_fork(boost::asio::execution_context::fork_event event) override {
    if (event == boost::asio::execution_context::fork_child) made_ = {};
  }

  bpf::fork_guard made_;
};

}  // namespace aiobpf::loop
