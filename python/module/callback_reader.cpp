#include "callback_reader.hpp"

#include "errors.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/system_call.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace aiobpf::python {
namespace {

constexpr const char* step = "call back with events";

void watch(const bpf::unique_fd& instance, int descriptor) {
  ::epoll_event event{.events = EPOLLIN, .data = {}};
  if (::epoll_ctl(instance.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    bpf::throw_system_call(errno, "watch a stream");
  }
}

}  // namespace

callback_reader::callback_reader(const loop::stream_options& options)
    : stream_(std::make_unique<loop::embedded_stream>(options)),
      rest_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      readable_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!rest_ || !readable_) bpf::throw_system_call(errno, "watch a stream");
  watch(readable_, rest_.get());
  watch(readable_, stream_->native_handle());
}

void callback_reader::check_open(const char* what) const {
  made_.check(what);
  if (!open_) throw bpf::error{bpf::errc::closed, std::string{what} + ": it was closed"};
}

std::uint32_t callback_reader::add(std::unique_ptr<loop::source> from, loop::source_options options,
                                   source_decoder made, bool as_view) {
  check_open("add a source");
  type_counts counts{std::vector<std::uint64_t>(made.type_count()), {}};
  counts_.reserve(counts_.size() + 1);
  final_by_source_.reserve(decoders_.size() + 1);  // close() has no memory to ask for
  views_.reserve(views_.size() + 1);
  const std::uint32_t number = stream_->add(std::move(from), std::move(options));
  const bool has_types = made.has_types();
  try {
    decoders_ = decoders_.with(number, std::move(made));
  } catch (...) {
    stream_->remove(number);
    throw;
  }
  if (has_types) counts_.add(number, std::move(counts));
  views_.resize(number + 1, false);
  views_[number] = as_view;
  announce_rest();  // what the ring has already
  return number;
}

void callback_reader::remove(std::uint32_t source) {
  check_open("remove a source");
  stream_->remove(source);
}

// The next batch; false when nothing is there.
bool callback_reader::fetch() {
  do {
    try {
      auto& batch = cursor_.to_fill();
      cursor_.filled(stream_->try_read(batch));
    } catch (const bpf::error& thrown) {
      if (thrown.code() != bpf::errc::ended) throw;
      return false;
    }
  } while (cursor_.left() == 0 && !stream_->arm());
  return cursor_.left() > 0;
}

// Hands the next event over, unless its type is skipped: negative when its function said to stop, or with an
// exception set.
int callback_reader::call(PyObject* functions, bool& called) {
  const auto source = cursor_.at().source();
  const auto* data = cursor_.at().data();
  const auto length = cursor_.at().length();
  const decoder_table held = decoders_;  // a source that is added meanwhile makes another one
  const auto chosen = held[source].choose(data, length);
  if (auto* counts = counts_.find(source)) counts->count(chosen);
  cursor_.advance();  // settled before anybody's code runs
  called = chosen.made != nullptr;
  if (!called) return 0;
  auto event = reference::steal((*chosen.made)(data, length));
  if (event && views_[source]) event = reference::steal(PyMemoryView_FromObject(event.get()));
  const auto function = event ? reference::borrow(PyList_GetItem(functions, source)) : reference{};
  if (!function) return -1;
  const auto result = reference::steal(PyObject_CallOneArg(function.get(), event.get()));
  if (!result) return -1;
  if (!PyLong_Check(result.get())) return 0;
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(result.get(), &overflow);
  return overflow < 0 || (overflow == 0 && number < 0) ? -1 : 0;
}

// What the stream does not tell of again, for those who wait for native_handle().
void callback_reader::announce_rest() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(rest_.get(), &one, sizeof one);  // it is readable already
}

Py_ssize_t callback_reader::consume(PyObject* functions) {
  check_open(step);
  if (calling_) {
    throw bpf::error{bpf::errc::busy, std::string{step} + ": it is calling back already; one at a time"};
  }
  struct in_calls {
    callback_reader& self;
    bool drained = false;
    explicit in_calls(callback_reader& of) noexcept : self(of) { self.calling_ = true; }
    ~in_calls() {
      self.calling_ = false;
      self.cursor_.give_back();
      if (!drained && self.is_open()) self.announce_rest();
    }
  };
  std::uint64_t told = 0;
  [[maybe_unused]] const auto read = ::read(rest_.get(), &told, sizeof told);
  stream_->quiet();
  // A producer that never rests must not keep us here: what comes from now on is the next call's.
  std::uint64_t due = cursor_.left() + stream_->verify().unread;
  Py_ssize_t called = 0;
  in_calls mark{*this};
  for (;;) {
    if (cursor_.left() == 0 && !fetch()) {
      mark.drained = true;
      break;
    }
    if (due == 0) break;
    --due;
    bool was_called = false;
    const int said = call(functions, was_called);
    called += was_called;
    if (said < 0) {
      if (PyErr_Occurred()) return -1;
      break;
    }
    if (!is_open()) break;
  }
  return called;
}

void callback_reader::close() noexcept {
  if (!open_) return;
  stream_->close();
  if (made_.is_ours()) {
    final_ = count_open(false, {});
    for (const auto& [source, decoder] : decoders_) {
      // One that was removed is counted in the total only.
      guarded("BpfError", false, [&] {
        final_by_source_.add(source, count_open(false, source));
        return true;
      });
      PyErr_Clear();
    }
  }
  open_ = false;
  if (made_.is_ours()) announce_rest();
}

void callback_reader::release() noexcept {
  if (open_ || calling_) return;
  stream_.reset();
  rest_ = {};
  readable_ = {};
}

// At the end what was not handed over was dropped.
records::ledger callback_reader::count_open(bool verified, std::optional<std::uint32_t> source) const {
  records::backlog after;
  const std::uint64_t left = source ? cursor_.left_of(*source) : cursor_.left();
  (stream_->is_open() ? after.queued : after.lost[records::cause::dropped_at_close]) = left;
  for (const auto& [number, of_types] : counts_) {
    if (!source || number == *source) after.lost += of_types.lost;
  }
  if (source) return compose(verified ? stream_->verify(*source) : stream_->statistics(*source), after);
  return compose(verified ? stream_->verify() : stream_->statistics(), after);
}

records::ledger callback_reader::count(bool verified, std::optional<std::uint32_t> source) const {
  made_.check("count records");
  if (open_) return count_open(verified, source);
  if (!source) return final_;
  if (const auto* counts = final_by_source_.find(*source)) return *counts;
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(*source) +
                                             ": there was no such source when it was closed"};
}

const std::vector<std::uint64_t>& callback_reader::count_types(std::uint32_t source) const {
  made_.check("count records");
  if (const auto* counts = counts_.find(source)) return counts->by_type;
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(source) +
                                             " by type: it was not added with a dict of types"};
}

}  // namespace aiobpf::python
