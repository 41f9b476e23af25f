#pragma once

#include <aiobpf/loop/pacer.hpp>
#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/stream.hpp>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <vector>

namespace aiobpf::loop {

/// The Asio driver of a source_set: descriptors and a timer, one pending read.
///
/// Invariant: no wait is outstanding unless a read is pending, so that a stream nobody reads keeps no
/// io_context running. (A wait whose read has just ended is cancelled as soon as its handler has returned
/// without starting another read; one that has, finds it still armed.)
/// Shared with the handlers it has outstanding: they may run after the stream is gone.
class stream::implementation : public std::enable_shared_from_this<stream::implementation> {
public:
  implementation(executor_type executor, stream_options options);

  std::size_t add(any_source source);
  void read(read_handler handler, batch& out);
  void cancel(boost::system::error_code reason) noexcept;
  void close() noexcept;

  bool is_open() const noexcept { return open_; }
  executor_type executor() const noexcept { return executor_; }
  ledger statistics() const;
  ledger statistics(std::size_t id) const;

private:
  struct watch {
    boost::asio::posix::stream_descriptor descriptor;
    bool armed = false;
    std::uint64_t ticket = 0;  ///< tells a wait from one that was disarmed before it ended
  };

  void post_turn();
  void turn();
  void wait();
  void arm(std::size_t id);
  void arm_timer(source_set::clock::time_point at);
  void disarm() noexcept;
  read_handler take_reader() noexcept;
  void complete(boost::system::error_code error, std::size_t records);
  void post_completion(read_handler handler, boost::system::error_code error);

  executor_type executor_;
  source_set sources_;
  std::deque<watch> watches_;  // one a source; a descriptor does not move while a wait is outstanding
  boost::asio::steady_timer timer_;
  source_set::clock::time_point timer_at_ = source_set::clock::time_point::max();
  pacer pacer_;

  read_handler reader_;
  batch* out_ = nullptr;
  std::uint64_t read_ = 0;  // the number of the last read that was started
  bool turn_posted_ = false;
  bool open_ = true;
  std::vector<ledger> final_;  // what each source said when we closed
};

}  // namespace aiobpf::loop
