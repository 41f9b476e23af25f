#include "asyncio_watch.hpp"

#include "errors.hpp"
#include "exception_kept.hpp"
#include "waiter.hpp"

#include <aiobpf/bpf/fork_guard.hpp>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace aiobpf::python {
namespace {

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

bool asyncio_watch::somebody_waits() const {
  return waiter_ && waiter::is_awaited(waiter_.get()) && !is_closed(waiter::loop(waiter_.get()));
}

bool asyncio_watch::watch(PyObject* self, PyObject* event_loop,
                          const std::shared_ptr<loop::polled_stream>& watched) {
  if (loop_.get() == event_loop) return true;
  unwatch(watched);
  const int fd = watched->native_handle();
  const auto callback = reference::steal(PyObject_GetAttrString(self, "_readable"));
  const auto added =
      callback ? reference::steal(PyObject_CallMethod(event_loop, "add_reader", "iO", fd, callback.get()))
               : reference{};
  if (!added) return false;
  loop_ = reference::borrow(event_loop);
  return true;
}

void asyncio_watch::unwatch(const std::shared_ptr<loop::polled_stream>& watched) noexcept {
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

void asyncio_watch::wake() noexcept {
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

bool asyncio_watch::step() {
  if (!waiter_ || !waiter::is_awaited(waiter_.get())) return true;
  const auto waiting = waiter_;  // the task may start the next wait meanwhile
  return waiter::wake(waiting.get());
}

// By call_soon(): waking a loop from outside goes through a descriptor that is also the parent's. The number
// of a descriptor that a loop watches stays taken, by one that never turns readable: libuv ends the process
// when it is to watch a descriptor that is gone.
void asyncio_watch::leave(int descriptor) noexcept {
  if (loop_ && descriptor >= 0) {
    bpf::unique_fd quiet{::eventfd(0, EFD_CLOEXEC)};
    placeholder_ = quiet.get() == descriptor ? std::move(quiet)
                                             : bpf::unique_fd{::dup3(quiet.get(), descriptor, O_CLOEXEC)};
  }
  const exception_kept kept;
  loop_ = {};
  if (const auto waiting = waiter_; waiting && !waiter::wake_soon(waiting.get())) PyErr_Clear();
}

int asyncio_watch::traverse(visitproc visit, void* arg) const {
  Py_VISIT(loop_.get());
  Py_VISIT(waiter_.get());
  return 0;
}

void asyncio_watch::clear() noexcept {
  waiter_ = {};
  loop_ = {};
}

}  // namespace aiobpf::python
