#include "stream_implementation.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

#include <unistd.h>

#include <new>
#include <utility>

namespace aiobpf::loop {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Records of the first turn, before anything is known of the handler's speed.
constexpr std::size_t first_turn_records = 64;

}  // namespace

stream_base::implementation::implementation(executor_type executor, const stream_options& options)
    : executor_(std::move(executor)),
      context_(context_guard::of(asio::query(executor_, asio::execution::context))),
      own_executor_(executor_),
      core_(options),
      descriptor_(executor_),
      pacer_(options.turn.time, first_turn_records, options.turn.records) {
  auto fd = bpf::unique_fd::duplicate(core_.native_handle());
  error_code failed;
  descriptor_.assign(fd.get(), failed);
  if (failed) throw bpf::error{failed, "watch a stream's descriptor: " + failed.message()};
  [[maybe_unused]] const int taken = fd.release();
}

std::uint32_t stream_base::implementation::add(std::unique_ptr<source> from, source_options options) {
  const std::uint32_t id = core_.add(std::move(from), std::move(options));
  const auto read = pending();
  try {
    if (read) post_turn(read);
  } catch (const std::bad_alloc&) {
    // What the source has makes the descriptor readable, which the read waits for.
  }
  return id;
}

void stream_base::implementation::remove(std::uint32_t id) {
  core_.remove(id);
  if (core_.next() != next_step::done) return;
  cancel(core_.size() == 0 ? bpf::errc::not_found : bpf::errc::ended);
}

stream_base::implementation::pending_ptr stream_base::implementation::pending() const noexcept {
  auto read = pending_.lock();
  return read && read->handler ? read : nullptr;
}

void stream_base::implementation::post_completion(read_handler handler, error_code error) {
  asio::post(executor_, asio::append(std::move(handler), error, std::size_t{0}));
}

void stream_base::implementation::read(read_handler handler, target into) {
  if (!is_open()) return post_completion(std::move(handler), bpf::errc::closed);
  if (pending()) return post_completion(std::move(handler), bpf::errc::busy);
  if (core_.size() == 0) return post_completion(std::move(handler), bpf::errc::not_found);

  if (into.out != nullptr) into.out->clear();
  // As a rule the last read's wait is outstanding still and will serve this one.
  auto read = pending_.lock();
  if (!read) pending_ = read = std::make_shared<pending_read>(shared_from_this());
  read->into = into;
  auto slot = asio::get_associated_cancellation_slot(handler);
  auto executor = asio::get_associated_executor(handler, executor_);
  if (!executor) throw std::bad_alloc{};  // any_completion_handler has no other way to say so
  if (executor != own_executor_) {
    read->executor = asio::prefer(std::move(executor), asio::execution::outstanding_work.tracked);
  }
  read->handler.emplace(std::move(handler));
  ++reads_;
  try {
    if (slot.is_connected()) {
      // What is in a slot outlives its read, and ends that one only.
      slot.assign([self = weak_from_this(), number = reads_](asio::cancellation_type) {
        const auto alive = self.lock();
        if (alive && alive->reads_ == number) alive->cancel(asio::error::operation_aborted);
      });
    }
    core_.look();
    go_on(read);
  } catch (const std::bad_alloc&) {
    read->handler.reset();  // not started, though waits of the last read may keep `read`
    read->executor = {};
    throw;
  }
}

// To the next turn: at once, by way of the loop, or when the descriptor is readable.
void stream_base::implementation::go_on(const pending_ptr& read) {
  if (core_.next() == next_step::wait) {
    arm(read);
  } else {
    post_turn(read);
  }
}

void stream_base::implementation::post_turn(const pending_ptr& read) {
  if (read->turn_posted) return;
  asio::post(executor_, [read] {
    read->turn_posted = false;
    read->stream->turn(read);
  });
  read->turn_posted = true;
}

turn_result stream_base::implementation::take(pending_read& read, time_point now) {
  try {
    const target& into = read.into;
    if (into.out == nullptr) return core_.visit(*into.visitor, pacer_.allowance(), now);
    return core_.turn(*into.out, pacer_.allowance(), now, into.lend);
  } catch (...) {  // the visitor's, which has kept it
    return {.records = 0, .error = asio::error::operation_aborted};
  }
}

void stream_base::implementation::turn(const pending_ptr& read) {
  if (read->ended) return complete_ended(*read);
  if (!read->handler) return disarm();
  const auto now = source_set::clock::now();
  if (!core_.is_ours()) return complete(*read, now, bpf::errc::closed, 0);
  try {
    for (;;) {
      const auto did = take(*read, now);
      if (did.records > 0 || did.error) return complete(*read, now, did.error, did.records);
      if (read->ended) return complete_ended(*read);  // by a source, while it was drained
      if (did.next != next_step::arm_then_again) break;
      arm(read);
      core_.armed();
    }
    go_on(read);
  } catch (const std::bad_alloc&) {
    complete(*read, now, asio::error::no_memory, 0);
  }
}

void stream_base::implementation::arm(const pending_ptr& read) {
  if (armed_) return;
  descriptor_.async_wait(asio::posix::descriptor_base::wait_read, [read, ticket = ticket_](error_code) {
    if (read->ended) return complete_ended(*read);
    implementation& self = *read->stream;
    if (self.ticket_ != ticket) return;
    self.armed_ = false;
    ++self.ticket_;
    if (self.core_.is_ours()) self.core_.woken();
    self.turn(read);
  });
  armed_ = true;
}

void stream_base::implementation::disarm() noexcept {
  core_.disarmed();  // Asio still looks at the descriptor, and forgets what it sees
  if (!std::exchange(armed_, false)) return;
  ++ticket_;
  error_code ignored;
  descriptor_.cancel(ignored);
}

void stream_base::implementation::complete(pending_read& read, time_point began, error_code error,
                                           std::size_t records) {
  // Also when the handler throws.
  struct settle {
    implementation& stream;
    const pending_read& read;
    std::size_t records;
    time_point began;
    ~settle() {
      stream.pacer_.spent(records, source_set::clock::now() - began);
      if (!read.handler) stream.disarm();
    }
  } const at_end{*this, read, records, began};
  read.invoke_handler(error, records);
}

void stream_base::implementation::complete_ended(pending_read& read) {
  if (read.handler) read.invoke_handler(read.ended, 0);
}

void stream_base::implementation::pending_read::invoke_handler(error_code error, std::size_t records) {
  read_handler taken{std::move(*handler)};
  handler.reset();
  if (const auto own = std::exchange(executor, {})) {
    asio::dispatch(asio::bind_executor(own, asio::append(std::move(taken), error, records)));
  } else {
    std::move(taken)(error, records);  // on the stream's executor, where we are
  }
}

void stream_base::implementation::cancel(error_code reason) noexcept {
  if (!core_.is_ours() && !context_.is_ours()) return;  // what is posted there wakes the parent
  const auto read = pending();
  if (!read) return;
  read->ended = reason;
  pending_.reset();
  disarm();
}

void stream_base::implementation::close() noexcept {
  if (!core_.is_open()) {
    if (!core_.is_ours()) leave();
    return;
  }
  cancel(bpf::errc::closed);
  disarm();
  error_code ignored;
  descriptor_.close(ignored);
  core_.close();  // the sources, and with them the rings' memory, end here
}

// The end in a child of fork(), which closes and unmaps what is the child's, and no more.
void stream_base::implementation::leave() noexcept {
  if (!descriptor_.is_open() || kept_) return;
  if (context_.is_ours()) {
    cancel(bpf::errc::closed);
    disarm();
    error_code ignored;
    descriptor_.close(ignored);
  } else {
    // Asio's descriptor would take itself out of the epoll instance that the parent waits on. So it is never
    // destroyed, nor are we; what is outstanding goes with the context.
    ::close(descriptor_.native_handle());
    kept_ = shared_from_this();
  }
  core_.close();
}

}  // namespace aiobpf::loop
