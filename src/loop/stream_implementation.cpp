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

[[noreturn]] void refuse(bpf::errc code, const char* message) {
  throw bpf::error{code, message};
}

}  // namespace

stream::implementation::implementation(executor_type executor, stream_options options)
    : executor_(std::move(executor)),
      context_(context_guard::of(asio::query(executor_, asio::execution::context))),
      own_executor_(executor_),
      sources_(options.latency, options.turn),
      timer_(executor_),
      pacer_(options.turn.time, first_turn_records, options.turn.records) {}

std::size_t stream::implementation::add(any_source source) {
  made_.check("add a source");
  if (!open_) refuse(bpf::errc::closed, "add a source: the stream is closed");
  if (pending()) refuse(bpf::errc::busy, "add a source: a read is pending; add sources before reading");
  // Of its own, so that the source and Asio each close theirs.
  auto fd = bpf::unique_fd::duplicate(source.native_handle());
  asio::posix::stream_descriptor descriptor{executor_};
  error_code failed;
  descriptor.assign(fd.get(), failed);
  if (failed) throw bpf::error{failed, "watch a source's descriptor: " + failed.message()};
  [[maybe_unused]] const int taken = fd.release();
  final_.reserve(watches_.size() + 1);  // close() has no memory to ask for
  watches_.push_back({std::move(descriptor)});
  return sources_.add(std::move(source));
}

stream::implementation::pending_ptr stream::implementation::pending() const noexcept {
  auto read = pending_.lock();
  return read && read->handler ? read : nullptr;
}

void stream::implementation::post_completion(read_handler handler, error_code error) {
  asio::post(executor_, asio::append(std::move(handler), error, std::size_t{0}));
}

void stream::implementation::read(read_handler handler, batch& out) {
  if (!is_open()) return post_completion(std::move(handler), bpf::errc::closed);
  if (pending()) return post_completion(std::move(handler), bpf::errc::busy);
  if (sources_.empty()) return post_completion(std::move(handler), bpf::errc::not_found);

  out.clear();
  // As a rule the last read's waits are outstanding still and will serve this one.
  auto read = pending_.lock();
  if (!read) pending_ = read = std::make_shared<pending_read>(shared_from_this());
  read->out = &out;
  auto slot = asio::get_associated_cancellation_slot(handler);
  auto executor = asio::get_associated_executor(handler, executor_);
  if (!executor) throw std::bad_alloc{};  // any_completion_handler has no other way to say so
  if (executor != own_executor_) {
    read->executor = asio::prefer(std::move(executor), asio::execution::outstanding_work.tracked);
  }
  read->handler.emplace(std::move(handler));
  ++reads_;
  if (slot.is_connected()) {
    // What is in a slot outlives its read, and ends that one only.
    slot.assign([self = weak_from_this(), number = reads_](asio::cancellation_type) {
      const auto alive = self.lock();
      if (alive && alive->reads_ == number) alive->cancel(asio::error::operation_aborted);
    });
  }
  try {
    post_turn(read);
  } catch (const std::bad_alloc&) {
    read->handler.reset();  // not started, though waits of the last read may keep `read`
    read->executor = {};
    throw;
  }
}

void stream::implementation::post_turn(const pending_ptr& read) {
  if (read->turn_posted) return;
  asio::post(executor_, [read] {
    read->turn_posted = false;
    read->stream->turn(read);
  });
  read->turn_posted = true;
}

void stream::implementation::turn(const pending_ptr& read) {
  if (read->ended) return complete_ended(*read);
  if (!read->handler) return disarm();
  const auto now = source_set::clock::now();
  if (!made_.is_ours()) return complete(*read, now, bpf::errc::closed, 0);
  // Of the turn before, which had records to hand over: it does not wait for a turn without any.
  if (const auto failure = sources_.take_failure()) return complete(*read, now, failure, 0);
  read->out->clear();  // of discarded records, all that a turn without records leaves there
  std::size_t taken = 0;
  try {
    taken = sources_.take(*read->out, pacer_.allowance(), now);
  } catch (const std::bad_alloc&) {
    if (read->out->empty()) return complete(*read, now, asio::error::no_memory, 0);
    return complete(*read, now, {}, read->out->size());
  }
  if (taken > 0) return complete(*read, now, {}, taken);
  if (const auto failure = sources_.take_failure()) return complete(*read, now, failure, 0);
  if (read->ended) return complete_ended(*read);  // by a source, while it was drained
  try {
    wait(read);
  } catch (const std::bad_alloc&) {
    complete(*read, now, asio::error::no_memory, 0);
  }
}

void stream::implementation::wait(const pending_ptr& read) {
  // A turn that took nothing and still wants another has met its budget on discarded records.
  if (sources_.wants_turn()) return post_turn(read);
  for (std::size_t id = 0; id < sources_.size(); ++id) {
    if (sources_.wants_watch(id) && !watches_[id].armed) arm(read, id);
  }
  arm_timer(read, sources_.wake_at());
}

void stream::implementation::arm(const pending_ptr& read, std::size_t id) {
  watch& one = watches_[id];
  one.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                            [read, id, ticket = one.ticket](error_code) {
                              if (read->ended) return complete_ended(*read);
                              auto& watches = read->stream->watches_;
                              if (id >= watches.size() || watches[id].ticket != ticket) return;
                              watches[id].armed = false;
                              ++watches[id].ticket;
                              read->stream->turn(read);
                            });
  one.armed = true;
}

void stream::implementation::arm_timer(const pending_ptr& read, source_set::clock::time_point at) {
  // One that ends earlier than wanted does no harm: it looks, and waits again. So the slow safety look
  // costs no system call each time the stream falls idle.
  if (timer_at_ <= at) return;
  timer_at_ = source_set::clock::time_point::max();
  timer_.expires_at(at);  // ends an earlier wait
  timer_.async_wait([read](error_code error) {
    if (read->ended) return complete_ended(*read);
    if (error) return;
    read->stream->timer_at_ = source_set::clock::time_point::max();
    read->stream->turn(read);
  });
  timer_at_ = at;
}

void stream::implementation::disarm() noexcept {
  error_code ignored;
  for (watch& one : watches_) {
    if (!one.armed) continue;
    one.armed = false;
    ++one.ticket;
    one.descriptor.cancel(ignored);
  }
  timer_at_ = source_set::clock::time_point::max();
  timer_.cancel();
}

void stream::implementation::complete(pending_read& read, source_set::clock::time_point began,
                                      error_code error, std::size_t records) {
  // Also when the handler throws.
  struct settle {
    implementation& stream;
    const pending_read& read;
    std::size_t records;
    source_set::clock::time_point began;
    ~settle() {
      stream.pacer_.spent(records, source_set::clock::now() - began);
      if (!read.handler) stream.disarm();
    }
  } const at_end{*this, read, records, began};
  read.invoke_handler(error, records);
}

void stream::implementation::complete_ended(pending_read& read) {
  if (read.handler) read.invoke_handler(read.ended, 0);
}

void stream::implementation::pending_read::invoke_handler(error_code error, std::size_t records) {
  read_handler taken{std::move(*handler)};
  handler.reset();
  if (const auto own = std::exchange(executor, {})) {
    asio::dispatch(asio::bind_executor(own, asio::append(std::move(taken), error, records)));
  } else {
    std::move(taken)(error, records);  // on the stream's executor, where we are
  }
}

void stream::implementation::cancel(error_code reason) noexcept {
  if (!made_.is_ours() && !context_.is_ours()) return;  // what is posted there wakes the parent
  const auto read = pending();
  if (!read) return;
  read->ended = reason;
  pending_.reset();
  disarm();
}

void stream::implementation::close() noexcept {
  if (!open_) return;
  open_ = false;
  if (!made_.is_ours()) return leave();
  cancel(bpf::errc::closed);
  disarm();
  sources_.release();
  for (std::size_t id = 0; id < sources_.size(); ++id) final_.push_back(sources_.statistics(id));
  // Takes the descriptors out of epoll; the sources, and with them the rings' memory, end here too.
  watches_.clear();
  sources_ = source_set{{}, {}};
}

// The end in a child of fork(), which closes and unmaps what is the child's, and no more.
void stream::implementation::leave() noexcept {
  if (context_.is_ours()) {
    cancel(bpf::errc::closed);
    disarm();
    watches_.clear();
  } else {
    // Asio's descriptors and timer would take themselves out of the epoll instance that the parent waits on.
    // So they are never destroyed, nor are we; what they have outstanding goes with the context.
    for (watch& one : watches_) ::close(one.descriptor.native_handle());
    kept_ = shared_from_this();
  }
  sources_ = source_set{{}, {}};
}

ledger stream::implementation::statistics(std::size_t id) const {
  made_.check("count records");
  if (open_) return sources_.statistics(id);
  return final_.at(id);
}

ledger stream::implementation::statistics() const {
  made_.check("count records");
  if (open_) return sources_.statistics();
  ledger sum;
  sum.counted = !final_.empty();
  for (const ledger& one : final_) sum += one;
  return sum;
}

}  // namespace aiobpf::loop
