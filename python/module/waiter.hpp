#pragma once

#include "python.hpp"

namespace aiobpf::python {

/// What a task waits on while there are no records: as much of asyncio.Future as a Task asks of one.
///
/// It is woken straight from the loop's reader callback, which steps the task then and there; a Future
/// would take another turn of the loop. A new one each wait: one that was cancelled must still say so
/// when its task gets to ask.
class waiter {
public:
  /// Registers the type; called once when the module is made. False with an exception set.
  static bool ready(PyObject* module);

  /// A waiter of `loop`. Null with an exception set.
  static reference make(PyObject* loop);

  /// Whether a task waits on `object` (a waiter). One whose coroutine was thrown away does not.
  static bool is_awaited(PyObject* object) noexcept;
  static PyObject* loop(PyObject* object) noexcept;  ///< borrowed

  /// Steps the waiting task, now. Only from a callback of the loop, never from inside a task.
  /// False with an exception set (what a task lets through: KeyboardInterrupt, SystemExit).
  static bool wake(PyObject* object);

  /// Lets the loop step the waiting task soon. In the loop's thread only. False with an exception set.
  static bool wake_soon(PyObject* object);

  /// Lets the loop step the waiting task soon, and wakes the loop for that. From any thread, from signal
  /// handlers, and when the task that got `object` does not wait on it yet. False with an exception set; then
  /// the task still waits, and can be cancelled.
  static bool wake_threadsafe(PyObject* object);
};

}  // namespace aiobpf::python
