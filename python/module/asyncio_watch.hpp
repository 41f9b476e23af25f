#pragma once

#include "python.hpp"

#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/polled_stream.hpp>

#include <memory>

namespace aiobpf::python {

/// The loop that runs here. Null with BpfUnsupportedError set where none runs.
reference running_loop();

/// What asyncio is told of a stream: which loop watches its descriptor, and which task waits.
///
/// Called with the GIL held. All of it calls Python, and so anybody's code.
class asyncio_watch {
public:
  /// Whether a task waits, in a loop that may run.
  bool somebody_waits() const;

  /// Lets a loop call `self._readable` when the stream's descriptor is readable, and no other loop any more.
  /// False with an exception set.
  bool watch(PyObject* self, PyObject* event_loop, const std::shared_ptr<loop::polled_stream>& watched);
  /// Ends that, on the loop's own thread.
  void unwatch(const std::shared_ptr<loop::polled_stream>& watched) noexcept;

  /// The task that gets `waiter` is the one to be woken.
  void wait_on(reference waiter) noexcept { waiter_ = std::move(waiter); }
  PyObject* waiter() const noexcept { return waiter_.get(); }

  /// The task that waits, or is about to, asks again soon.
  void wake() noexcept;
  /// From the loop's reader callback: steps the task that waits. False with an exception set.
  bool step();

  /// In a child of fork(), of the stream's descriptor: the loop is not told, since it shares its epoll
  /// instance with the parent's. A task that waits is a copy, too: if the child runs the loop, it is told.
  void leave(int descriptor) noexcept;

  /// For Python's cycle collector.
  int traverse(visitproc visit, void* arg) const;
  /// Garbage, with the loop whose reader callback keeps us.
  void clear() noexcept;

private:
  bpf::unique_fd placeholder_;  // see leave()
  reference loop_;              // whose reader callback we are
  reference waiter_;            // the last wait
};

}  // namespace aiobpf::python
