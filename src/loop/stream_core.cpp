#include "stream_core.hpp"

#include <aiobpf/bpf/error.hpp>

#include <algorithm>
#include <string>

namespace aiobpf::loop {

stream_core::stream_core(const stream_options& options)
    : sources_(options.latency, options.turn, options.poll) {}

void stream_core::check_open(const char* step) const {
  made_.check(step);
  if (!open_) throw bpf::error{bpf::errc::closed, std::string{step} + ": the stream is closed"};
}

std::uint32_t stream_core::add(std::unique_ptr<source> from, source_options options) {
  check_open("add a source");
  final_by_source_.reserve(sources_.size() + 1);  // close() has no memory to ask for
  const std::uint32_t id = sources_.add(std::move(from), std::move(options));
  std::size_t watched = 0;
  try {
    for (; const auto one = sources_.get_watched(id, watched); ++watched)
      watcher_.add(one->descriptor, one->token);
  } catch (...) {
    // Those that are watched already, and no others: the same descriptor may be another source's.
    while (watched > 0) watcher_.remove(sources_.get_watched(id, --watched)->descriptor);
    sources_.remove(id, false);
    throw;
  }
  return id;
}

void stream_core::unwatch(std::uint32_t id, bool only_over) noexcept {
  for (std::size_t i = 0; const auto one = sources_.get_watched(id, i); ++i) {
    if (one->is_over || !only_over) watcher_.remove(one->descriptor);
  }
}

void stream_core::remove(std::uint32_t id) {
  check_open("remove a source");
  if (sources_.is_in_turn()) {
    throw bpf::error{bpf::errc::busy,
                     "remove a source: not while it is read, from inside of a visitor or a drain"};
  }
  unwatch(id);
  if (!sources_.remove(id)) {
    throw bpf::error{bpf::errc::not_found,
                     "remove source " + std::to_string(id) + ": there is no such source"};
  }
}

void stream_core::look() noexcept {
  if (sources_.channels() <= source_set::few_channels) {
    sources_.glance();
  } else if (sources_.next() == next_step::wait) {
    collect();
  }
}

void stream_core::collect() noexcept {
  collected_ = true;
  watcher_.collect([&](std::uint32_t token) { sources_.readable(token); });
}

void stream_core::woken() noexcept {
  collect();
  sources_.woken();
}

turn_result stream_core::after(turn_result did) noexcept {
  if (did.failed) unwatch(*did.failed, true);
  if (did.next == next_step::wait || did.next == next_step::arm_then_again) watcher_.wake_at(did.wake_at);
  return did;
}

// While one channel has more, others may have turned readable.
void stream_core::look_around() noexcept {
  if (!collected_ && (sources_.channels() > 1 || sources_.next() != next_step::again)) collect();
  collected_ = false;
}

turn_result stream_core::turn(records::batch& out, std::size_t most, source_set::clock::time_point now,
                              bool lend) {
  look_around();
  return after(sources_.turn(out, most, now, lend));
}

turn_result stream_core::visit(segment_visitor& visitor, std::size_t most,
                               source_set::clock::time_point now) {
  look_around();
  return after(sources_.visit(visitor, most, now));
}

next_step stream_core::next() noexcept {
  const auto what = sources_.next();
  if (what == next_step::wait) watcher_.wake_at(sources_.wake_at());
  return what;
}

void stream_core::acknowledge(std::uint32_t id, std::uint64_t position) {
  check_open("acknowledge records");
  if (!sources_.acknowledge(id, position)) {
    throw bpf::error{bpf::errc::not_found,
                     "acknowledge records of source " + std::to_string(id) + ": there is no such source"};
  }
}

records::ledger stream_core::count(source_set::account how) const {
  made_.check("count records");
  return open_ ? sources_.count(how) : final_;
}

records::ledger stream_core::count(std::uint32_t id, source_set::account how) const {
  made_.check("count records");
  if (open_) return sources_.count(id, how);
  for (const auto& [number, kept] : final_by_source_) {
    if (number == id) return kept;
  }
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(id) +
                                             ": the stream had no such source when it was closed"};
}

void stream_core::close() noexcept {
  if (!open_) return;
  open_ = false;
  if (made_.is_ours()) {
    sources_.release();
    final_ = sources_.count(&source::statistics);
    watcher_.stop();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const std::uint32_t id = sources_.id_at(i);
      unwatch(id);
      final_by_source_.emplace_back(id, sources_.count(id, &source::statistics));
    }
  } else {
    watcher_.leave();  // so that nobody in the child, be it another loop, gets at the instance through us
  }
  sources_ = source_set{{}, {}};
}

}  // namespace aiobpf::loop
