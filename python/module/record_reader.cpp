#include "record_reader.hpp"

#include "batch_object.hpp"
#include "errors.hpp"
#include "waiter.hpp"

#include <aiobpf/bpf/error.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace aiobpf::python {
namespace {

// Sets an exception aside that is on its way while we call Python (a dealloc, an __aexit__).
class exception_kept {
public:
  exception_kept() { PyErr_Fetch(&type_, &value_, &trace_); }
  ~exception_kept() { PyErr_Restore(type_, value_, trace_); }
  exception_kept(const exception_kept&) = delete;
  exception_kept& operator=(const exception_kept&) = delete;

private:
  PyObject* type_;
  PyObject* value_;
  PyObject* trace_;
};

// What the loop says of itself; one that cannot say does not. Without an exception set.
bool says(PyObject* loop, const char* question) {
  const auto answer = reference::steal(PyObject_CallMethod(loop, question, nullptr));
  if (!answer) PyErr_Clear();
  return answer && PyObject_IsTrue(answer.get()) == 1;
}

bool is_closed(PyObject* loop) {
  const exception_kept kept;
  return says(loop, "is_closed");
}

// Whether the loop runs, and in another thread than this one.
bool runs_elsewhere(PyObject* loop) {
  if (!says(loop, "is_running")) return false;
  const auto asyncio = reference::steal(PyImport_ImportModule("asyncio"));
  const auto here = asyncio
                        ? reference::steal(PyObject_CallMethod(asyncio.get(), "_get_running_loop", nullptr))
                        : reference{};
  if (!here) PyErr_Clear();
  return here.get() != loop;
}

// Null with BpfUnsupportedError set where none runs.
reference running_loop() {
  const auto asyncio = reference::steal(PyImport_ImportModule("asyncio"));
  auto loop = asyncio ? reference::steal(PyObject_CallMethod(asyncio.get(), "get_running_loop", nullptr))
                      : reference{};
  if (!loop && PyErr_ExceptionMatches(PyExc_RuntimeError)) {
    PyErr_Clear();
    set_error(
        "BpfUnsupportedError",
        "aiobpf needs asyncio, and no asyncio loop runs here: use asyncio.run() or uvloop; trio support "
        "is missing");
  }
  return loop;
}

// A loop's watch of a stream that is to end on the loop's own thread. It keeps the descriptor until then: its
// number must not be another's when the loop is told.
struct ended_watch {
  reference loop;
  std::shared_ptr<loop::polled_stream> watched;
  bpf::fork_guard made;
};

PyObject* end_watch(PyObject* capsule, PyObject*) {
  const auto* ended = static_cast<ended_watch*>(PyCapsule_GetPointer(capsule, nullptr));
  if (!ended->made.is_ours()) Py_RETURN_NONE;
  return PyObject_CallMethod(ended->loop.get(), "remove_reader", "i", ended->watched->native_handle());
}

PyMethodDef end_watch_function{"end_watch", end_watch, METH_NOARGS, nullptr};

bool end_watch_soon(PyObject* loop, const std::shared_ptr<loop::polled_stream>& watched) {
  auto ended = std::make_unique<ended_watch>(ended_watch{reference::borrow(loop), watched, {}});
  const auto capsule = reference::steal(PyCapsule_New(ended.get(), nullptr, [](PyObject* self) {
    delete static_cast<ended_watch*>(PyCapsule_GetPointer(self, nullptr));
  }));
  if (!capsule) return false;
  ended.release();  // the capsule's now
  const auto function = reference::steal(PyCFunction_New(&end_watch_function, capsule.get()));
  return function && reference::steal(PyObject_CallMethod(loop, "call_soon_threadsafe", "O", function.get()));
}

}  // namespace

void record_reader::check_open(const char* step) const {
  made_.check(step);
  if (!stream_) throw bpf::error{bpf::errc::closed, std::string{step} + ": it was closed"};
}

std::uint32_t record_reader::add(std::unique_ptr<loop::source> from, loop::source_options options,
                                 decoder made) {
  check_open("add a source");
  decoders_.reserve(1);
  removed_.reserve(decoders_.size() + 1);
  final_by_source_.reserve(decoders_.size() + 1);  // close() has no memory to ask for
  const std::uint32_t number = stream_->add(std::move(from), std::move(options));
  decoders_.add(number, std::move(made));
  wake_waiting();  // it arms the stream again, now with the new source
  return number;
}

void record_reader::remove(std::uint32_t source) {
  check_open("remove a source");
  stream_->remove(source);
  removed_.push_back(source);
  forget_removed();
  wake_waiting();
}

// When nothing of a removed source can be on its way any more.
void record_reader::forget_removed() {
  if (removed_.empty() || handing_over_) return;
  decoder_table ended;  // ends last: what it lets go of may be anybody's code
  ended.reserve(removed_.size());
  std::erase_if(removed_, [&](std::uint32_t source) {
    if (left_of(source) > 0 || stream_->queued(source) > 0) return false;
    ended.add(source, decoders_.take(source));
    return true;
  });
}

bool record_reader::turn_is_over() {
  const auto now = clock::now();
  if (std::exchange(resumed_, false)) {
    turn_began_ = now;
  } else {
    pacer_.spent(std::max<std::size_t>(stride_ - until_look_, 1), now - looked_);
  }
  looked_ = now;
  stride_ = until_look_ = drains_.empty() ? pacer_.allowance() : 1;  // drains count every event
  return now - turn_began_ >= turn_time;
}

PySendResult record_reader::next_event_slowly(PyObject* self, PyObject** result) {
  PySendResult instead;
  return find_record(self, result, instead) ? hand_over_counted(result) : instead;
}

PySendResult record_reader::hand_over_counted(PyObject** result) {
  if (drains_.empty()) return hand_over(result);
  for (auto& one : drains_) one.mark.delivered(at_.source());
  const PySendResult made = hand_over(result);
  wake_drained();
  return made;
}

PySendResult record_reader::next_tagged(PyObject* self, PyObject** result) {
  PySendResult instead;
  const bool there = (left_ > 0 && --until_look_ > 0) || find_record(self, result, instead);
  if (!there) return instead;
  const auto source = static_cast<unsigned long>(at_.source());
  const PySendResult made = hand_over_counted(result);
  if (made != PYGEN_RETURN) return made;
  *result = Py_BuildValue("kN", source, *result);
  return *result != nullptr ? PYGEN_RETURN : PYGEN_ERROR;
}

// Now and then, or when the batch is used up: looks at the clock, and for records. False when there is none
// now, or others are to run: `instead` says what am_send returns.
bool record_reader::find_record(PyObject* self, PyObject** result, PySendResult& instead) {
  if (!made_.is_ours()) {
    instead = refuse(result);
    return false;
  }
  if (!turn_is_over()) return left_ > 0 || fetch(self, result, instead);
  instead = yield_to_loop(result);
  return false;
}

// In a child of fork().
PySendResult record_reader::refuse(PyObject** result) const {
  *result = nullptr;
  return guarded("BpfError", PYGEN_ERROR, [&] {
    made_.check("read a ring buffer");
    return PYGEN_ERROR;
  });
}

// To the next batch. False when there is none now: `instead` says what am_send returns.
bool record_reader::fetch(PyObject* self, PyObject** result, PySendResult& instead) {
  instead = PYGEN_ERROR;
  *result = nullptr;
  return guarded("BpfError", false, [&] {
    if (stream_ && !in_asyncio_) {  // said at once, not when it first has to wait
      if (!running_loop()) return false;
      in_asyncio_ = true;
    }
    if (!stream_) {
      PyErr_SetNone(PyExc_StopAsyncIteration);
      return false;
    }
    if (handing_over_) {  // a record of current_ is still being made an object, and its code asks for more
      instead = yield_to_loop(result);
      return false;
    }
    try {
      left_ = stream_->try_read(current_);
    } catch (const bpf::error& thrown) {
      if (thrown.code() != bpf::errc::ended) throw;
      PyErr_SetNone(PyExc_StopAsyncIteration);
      return false;
    }
    if (left_ == 0) {
      forget_removed();
      if (start_waiting(self, result)) instead = PYGEN_NEXT;
      return false;
    }
    at_ = current_.begin();
    // A task that waits while others take: nothing else tells it of what they leave of this batch.
    wake_waiting();
    if (left_ > 0) return true;
    instead = yield_to_loop(result);
    return false;
  });
}

// A bare yield: the task goes to the end of the loop's queue. No event was taken.
PySendResult record_reader::yield_to_loop(PyObject** result) {
  resumed_ = true;
  until_look_ = 1;
  *result = Py_NewRef(Py_None);
  return PYGEN_NEXT;
}

// What the task is to wait on; or a bare yield when something came meanwhile, or only discarded records so
// far. Armed last: all before it calls Python, and so anybody's code, which may take events.
bool record_reader::start_waiting(PyObject* self, PyObject** result) {
  const auto event_loop = running_loop();
  if (!event_loop) return false;
  if (waiter_ && waiter::is_awaited(waiter_.get()) && !is_closed(waiter::loop(waiter_.get()))) {
    set_error("BpfBusyError", "another task is waiting for this buffer's next event; one at a time");
    return false;
  }
  if (!watch(self, event_loop.get())) return false;
  auto made = waiter::make(event_loop.get());
  if (!made) return false;
  wake_waiting();  // another that was told to wait and does not yet, or never will: if it does, it asks again
  if (!stream_) {  // closed meanwhile
    PyErr_SetNone(PyExc_StopAsyncIteration);
    return false;
  }
  if (left_ > 0 || !stream_->arm()) {
    yield_to_loop(result);
    return true;
  }
  waiter_ = std::move(made);
  resumed_ = true;
  until_look_ = 1;
  *result = Py_NewRef(waiter_.get());
  return true;
}

bool record_reader::watch(PyObject* self, PyObject* event_loop) {
  const auto watched = stream_;
  if (!watched || loop_.get() == event_loop) return true;
  unwatch(watched);
  const int fd = watched->native_handle();
  const auto callback = reference::steal(PyObject_GetAttrString(self, "_readable"));
  const auto added =
      callback ? reference::steal(PyObject_CallMethod(event_loop, "add_reader", "iO", fd, callback.get()))
               : reference{};
  if (!added) return false;
  loop_ = reference::borrow(event_loop);
  if (!stream_) unwatch(watched);  // closed meanwhile
  return true;
}

void record_reader::unwatch(const std::shared_ptr<loop::polled_stream>& watched) noexcept {
  const auto event_loop = std::exchange(loop_, reference{});
  if (!event_loop) return;
  const exception_kept kept;
  if (is_closed(event_loop.get())) return;
  const bool done = guarded("BpfError", false, [&]() -> bool {
    if (runs_elsewhere(event_loop.get())) return end_watch_soon(event_loop.get(), watched);
    return static_cast<bool>(reference::steal(
        PyObject_CallMethod(event_loop.get(), "remove_reader", "i", watched->native_handle())));
  });
  if (!done) PyErr_WriteUnraisable(event_loop.get());
}

// The task that waits, or is about to, asks again soon.
void record_reader::wake_waiting() noexcept {
  if (!waiter_) return;
  const exception_kept kept;
  const auto waiting = waiter_;
  if (waiter::wake_threadsafe(waiting.get())) return;
  if (is_closed(waiter::loop(waiting.get()))) {
    PyErr_Clear();  // nobody waits there any more
  } else {
    PyErr_WriteUnraisable(waiting.get());
  }
}

bool record_reader::readable() {
  if (!is_open()) return true;
  stream_->quiet();
  if (!waiter_ || !waiter::is_awaited(waiter_.get())) return true;
  const auto waiting = waiter_;  // the task may start the next wait meanwhile
  return waiter::wake(waiting.get());
}

PySendResult record_reader::next_batch(PyObject* self, PyObject** result) {
  // A batch is many events: the clock is looked at each time.
  PySendResult instead;
  if (!find_record(self, result, instead)) return instead;
  const std::size_t records = left_;
  PyObject* made = guarded<PyObject*>(
      "BpfError", nullptr, [&] { return make_batch(current_, current_.size() - records, decoders_); });
  *result = made;
  if (made == nullptr) return PYGEN_ERROR;
  for (auto& one : drains_) {
    for (auto at = at_; at != current_.end(); ++at) one.mark.delivered(at.source());
  }
  left_ = 0;
  if (!handing_over_) current_.clear();
  wake_drained();
  return PYGEN_RETURN;
}

void record_reader::close() noexcept {
  // Closed first: what follows calls Python, and so anybody's code.
  const auto closing = std::exchange(stream_, nullptr);
  if (!closing) return;
  const int descriptor = closing->native_handle();
  closing->close();
  if (!made_.is_ours()) return leave(descriptor);
  const auto at_close = [&](records::ledger counts, std::uint64_t left) {
    records::backlog dropped;
    dropped.lost[records::cause::dropped_at_close] = left;
    return compose(counts, dropped);
  };
  final_ = at_close(closing->statistics(), left_);
  decoders_.for_each_source([&](std::uint32_t source) {
    if (std::find(removed_.begin(), removed_.end(), source) != removed_.end()) return;
    final_by_source_.emplace_back(source, at_close(closing->statistics(source), left_of(source)));
  });
  left_ = 0;
  if (!handing_over_) current_.clear();
  unwatch(closing);
  wake_waiting();
  wake_drained();
}

std::size_t record_reader::begin_drain(PyObject* wake) {
  auto event_loop = running_loop();
  if (!event_loop) return 0;
  check_open("drain");
  std::vector<drain_mark::waiting> waiting;
  decoders_.for_each_source([&](std::uint32_t source) {
    const bool removed = std::find(removed_.begin(), removed_.end(), source) != removed_.end();
    // In one look: the draining thread moves records from the one count to the other meanwhile.
    const auto counts =
        removed ? records::ledger{.queued = stream_->queued(source)} : stream_->verify(source);
    waiting.push_back({source, counts.unread + counts.queued + left_of(source)});
  });
  const std::size_t number = ++last_drain_;
  drains_.push_back({number, drain_mark{std::move(waiting)}, std::move(event_loop), reference::borrow(wake)});
  if (until_look_ > 1) {  // the next event is counted already
    stride_ -= until_look_ - 1;
    until_look_ = 1;
  }
  wake_drained();
  return number;
}

std::uint64_t record_reader::end_drain(std::size_t number) noexcept {
  const auto found =
      std::find_if(drains_.begin(), drains_.end(), [&](const drain& one) { return one.number == number; });
  if (found == drains_.end()) return 0;
  const drain ended = std::move(*found);  // its references go when the list is whole again
  drains_.erase(found);
  return ended.mark.remaining();
}

// Calls Python, and so anybody's code, which may begin and end drains: looks from the start after each.
void record_reader::wake_drained() noexcept {
  if (drains_.empty()) return;
  const exception_kept kept;
  for (;;) {
    const auto found = std::find_if(drains_.begin(), drains_.end(), [&](const drain& one) {
      return one.wake && (!stream_ || one.mark.remaining() == 0);
    });
    if (found == drains_.end()) return;
    const auto wake = std::exchange(found->wake, reference{});
    const auto event_loop = found->loop;
    const char* how = made_.is_ours() ? "call_soon_threadsafe" : "call_soon";  // see leave()
    if (!reference::steal(PyObject_CallMethod(event_loop.get(), how, "O", wake.get()))) {
      PyErr_WriteUnraisable(event_loop.get());
    }
  }
}

// In a child of fork(). A task that waits is a copy, too: if the child runs the loop, it is told. By
// call_soon(): waking a loop from outside goes through a descriptor that is also the parent's.
// The number of a descriptor that a loop watches stays taken, by one that never turns readable: libuv ends
// the process when it is to watch a descriptor that is gone.
void record_reader::leave(int descriptor) noexcept {
  if (loop_ && descriptor >= 0) {
    bpf::unique_fd quiet{::eventfd(0, EFD_CLOEXEC)};
    placeholder_ = quiet.get() == descriptor ? std::move(quiet)
                                             : bpf::unique_fd{::dup3(quiet.get(), descriptor, O_CLOEXEC)};
  }
  left_ = 0;
  if (!handing_over_) current_.clear();
  const exception_kept kept;
  loop_ = {};
  if (const auto waiting = waiter_; waiting && !waiter::wake_soon(waiting.get())) PyErr_Clear();
  wake_drained();
}

// Records of a source that were received by us and not handed over.
std::uint64_t record_reader::left_of(std::uint32_t source) const noexcept {
  std::uint64_t count = 0;
  auto at = at_;
  for (std::size_t i = 0; i < left_; ++i, ++at) count += at.source() == source;
  return count;
}

records::ledger record_reader::count_open(bool verified, std::optional<std::uint32_t> source) const {
  if (!source) return compose(verified ? stream_->verify() : stream_->statistics(), {.queued = left_});
  return compose(verified ? stream_->verify(*source) : stream_->statistics(*source),
                 {.queued = left_of(*source)});
}

records::ledger record_reader::count(bool verified, std::optional<std::uint32_t> source) const {
  made_.check("count records");
  if (stream_) return count_open(verified, source);
  if (!source) return final_;
  for (const auto& [number, counts] : final_by_source_) {
    if (number == *source) return counts;
  }
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(*source) +
                                             ": there was no such source when it was closed"};
}

int record_reader::traverse(visitproc visit, void* arg) const {
  Py_VISIT(loop_.get());
  Py_VISIT(waiter_.get());
  for (const auto& one : drains_) {
    Py_VISIT(one.loop.get());
    Py_VISIT(one.wake.get());
  }
  return decoders_.traverse(visit, arg);
}

void record_reader::clear() noexcept {
  waiter_ = {};
  loop_ = {};  // garbage with us, else its reader callback would keep us
  drains_.clear();
  close();
  decoders_.clear();
}

}  // namespace aiobpf::python
