#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

namespace aiobpf::tests {

/// No test waits longer for what has to come; nothing that works comes near it.
inline constexpr std::chrono::seconds watchdog{30};

/// Runs the context's work until `done()`; false when the context ran out of work, or the watchdog bit.
template <class Done>
bool run_until(boost::asio::io_context& context, Done done) {
  const auto deadline = std::chrono::steady_clock::now() + watchdog;
  while (!done()) {
    if (context.stopped()) context.restart();
    if (context.run_one_until(deadline) == 0) return done();
  }
  return true;
}

/// Runs a coroutine on `executor` to its end and throws what it throws.
template <class Executor>
void run_coroutine(boost::asio::io_context& context, Executor executor,
                   std::function<boost::asio::awaitable<void>()> body) {
  bool ended = false;
  std::exception_ptr thrown;
  boost::asio::co_spawn(executor, std::move(body), [&](std::exception_ptr error) {
    ended = true;
    thrown = error;
  });
  BOOST_REQUIRE(run_until(context, [&] { return ended; }));
  if (thrown) std::rethrow_exception(thrown);
}
inline void run_coroutine(boost::asio::io_context& context,
                          std::function<boost::asio::awaitable<void>()> body) {
  run_coroutine(context, context.get_executor(), std::move(body));
}

/// Whether the context has nothing to wait for any more, once all that is ready has run.
inline bool is_out_of_work(boost::asio::io_context& context) {
  context.restart();
  context.poll();
  return context.stopped();
}

}  // namespace aiobpf::tests
