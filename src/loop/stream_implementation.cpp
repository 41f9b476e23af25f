#include "stream_implementation.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/asio/append.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <new>
#include <utility>

namespace aiobpf::loop {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Records of the first turn, before anything is known of the handler's speed.
constexpr std::size_t first_turn_records = 64;

[[noreturn]] void refuse(bpf::errc code, const char* message) { throw bpf::error{code, message}; }

}  // namespace

stream::implementation::implementation(executor_type executor, stream_options options)
    : executor_(std::move(executor)),
      sources_(options.latency, options.turn),
      timer_(executor_),
      pacer_(options.turn.time, first_turn_records, options.turn.records) {}

std::size_t stream::implementation::add(any_source source) {
  if (!open_) refuse(bpf::errc::closed, "add a source: the stream is closed");
  if (reader_) refuse(bpf::errc::busy, "add a source: a read is pending; add sources before reading");
  // Of its own, so that the source and Asio each close theirs.
  auto fd = bpf::unique_fd::duplicate(source.native_handle());
  asio::posix::stream_descriptor descriptor{executor_};
  error_code failed;
  descriptor.assign(fd.get(), failed);
  if (failed) throw bpf::error{failed, "watch a source's descriptor: " + failed.message()};
  [[maybe_unused]] const int taken = fd.release();
  watches_.push_back({std::move(descriptor)});
  return sources_.add(std::move(source));
}

void stream::implementation::read(read_handler handler, batch& out) {
  if (!open_) return post_completion(std::move(handler), bpf::errc::closed);
  if (reader_) return post_completion(std::move(handler), bpf::errc::busy);
  if (sources_.empty()) return post_completion(std::move(handler), bpf::errc::not_found);

  out.clear();
  out_ = &out;
  auto slot = asio::get_associated_cancellation_slot(handler);
  reader_.swap(handler);
  ++read_;
  if (slot.is_connected()) {
    // A slot may outlive its read (close() ends a read and leaves the slot): it ends that one only.
    slot.assign([self = weak_from_this(), read = read_](asio::cancellation_type) {
      const auto alive = self.lock();
      if (alive && alive->read_ == read) alive->cancel(asio::error::operation_aborted);
    });
  }
  post_turn();
}

void stream::implementation::post_turn() {
  if (turn_posted_) return;
  turn_posted_ = true;
  asio::post(executor_, [self = shared_from_this()] {
    self->turn_posted_ = false;
    self->turn();
  });
}

void stream::implementation::turn() {
  if (!reader_) return disarm();
  std::size_t taken = 0;
  try {
    taken = sources_.take(*out_, pacer_.allowance());
  } catch (const std::bad_alloc&) {
    if (out_->empty()) return complete(asio::error::no_memory, 0);
    return complete({}, out_->size());
  }
  if (taken > 0) return complete({}, taken);
  if (sources_.report_corruption()) return complete(bpf::errc::ring_corrupt, 0);
  wait();
}

void stream::implementation::wait() {
  // A turn that took nothing and still wants another has met its budget on discarded records.
  if (sources_.wants_turn()) return post_turn();
  for (std::size_t id = 0; id < sources_.size(); ++id) {
    if (sources_.wants_watch(id) && !watches_[id].armed) arm(id);
  }
  arm_timer(sources_.wake_at());
}

void stream::implementation::arm(std::size_t id) {
  watch& one = watches_[id];
  one.armed = true;
  one.descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                            [self = shared_from_this(), id, ticket = one.ticket](error_code) {
                              if (id >= self->watches_.size() || self->watches_[id].ticket != ticket) return;
                              self->watches_[id].armed = false;
                              ++self->watches_[id].ticket;
                              self->turn();
                            });
}

void stream::implementation::arm_timer(source_set::clock::time_point at) {
  // One that ends earlier than wanted does no harm: it looks, and waits again. So the slow safety look
  // costs no system call each time the stream falls idle.
  if (timer_at_ <= at) return;
  timer_at_ = at;
  timer_.expires_at(at);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    if (error) return;
    self->timer_at_ = source_set::clock::time_point::max();
    self->turn();
  });
}

void stream::implementation::disarm() noexcept {
  error_code ignored;
  for (watch& one : watches_) {
    if (!one.armed) continue;
    one.armed = false;
    ++one.ticket;
    one.descriptor.cancel(ignored);
  }
  if (timer_at_ != source_set::clock::time_point::max()) {
    timer_at_ = source_set::clock::time_point::max();
    timer_.cancel();
  }
}

stream::read_handler stream::implementation::take_reader() noexcept {
  // By swap: the move assignment of Boost 1.81 wraps a handler in itself, without end.
  read_handler taken;
  taken.swap(reader_);
  out_ = nullptr;
  return taken;
}

void stream::implementation::complete(error_code error, std::size_t records) {
  const auto self = shared_from_this();  // the handler may destroy the stream
  auto handler = take_reader();
  if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();

  const auto started = source_set::clock::now();
  asio::dispatch(asio::append(std::move(handler), error, records));
  pacer_.spent(records, source_set::clock::now() - started);
  if (!reader_) disarm();
}

void stream::implementation::post_completion(read_handler handler, error_code error) {
  asio::post(executor_, asio::append(std::move(handler), error, std::size_t{0}));
}

void stream::implementation::cancel(error_code reason) noexcept {
  if (!reader_) return;
  post_completion(take_reader(), reason);
  disarm();
}

void stream::implementation::close() noexcept {
  if (!open_) return;
  open_ = false;
  cancel(bpf::errc::closed);
  disarm();
  sources_.release();
  for (std::size_t id = 0; id < sources_.size(); ++id) final_.push_back(sources_.statistics(id));
  // Takes the descriptors out of epoll; the sources, and with them the rings' memory, end here too.
  watches_.clear();
  sources_ = source_set{{}, {}};
}

ledger stream::implementation::statistics(std::size_t id) const {
  if (open_) return sources_.statistics(id);
  return final_.at(id);
}

ledger stream::implementation::statistics() const {
  if (open_) return sources_.statistics();
  ledger sum;
  sum.counted = !final_.empty();
  for (const ledger& one : final_) sum += one;
  return sum;
}

}  // namespace aiobpf::loop
