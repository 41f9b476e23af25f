#pragma once

#include <memory>

namespace aiobpf::loop {

/// A thread that drives streams in the background, turn by turn. Nothing else ever runs on it: no user code,
/// no file I/O, and no polling unless a task asks for it on a separate thread; so whoever shares it waits
/// for bounded turns only.
///
/// Background streams share of_process(), unless they are given another one.
///
/// Threads  any
/// Fork     the thread is not in the child: of_process() is a new one there, and an inherited one does
/// nothing
class io_thread {
public:
  /// Something that takes turns.
  class task {
  public:
    virtual ~task() = default;
    /// A descriptor for epoll: when it turns readable, a turn is in order.
    virtual int native_handle() const noexcept = 0;
    /// One bounded turn, on the thread. `readable`: the descriptor turned readable since the last one. False
    /// when there is nothing to do before the descriptor is readable, or somebody calls wake().
    virtual bool turn(bool readable) noexcept = 0;
  };

  /// The process's one. It runs while somebody holds it. Throws bpf::error: an errno (descriptors or threads
  /// ran out, or a call is refused).
  static std::shared_ptr<io_thread> of_process();
  /// Another one. Throws as of_process().
  static std::shared_ptr<io_thread> make();

  /// Gives a task its turns from now on. Throws bpf::error: closed (made before fork()), an errno;
  /// std::bad_alloc.
  void add(std::shared_ptr<task> one);
  /// Ends them; one that runs already may still go on for its rest.
  void remove(const task& one) noexcept;
  /// A turn of this task is in order.
  void wake(const task& one) noexcept;

  io_thread(const io_thread&) = delete;
  io_thread& operator=(const io_thread&) = delete;

private:
  struct state;
  explicit io_thread(std::unique_ptr<state> made) noexcept;
  ~io_thread();
  static void end(io_thread* one) noexcept;

  std::unique_ptr<state> state_;
};

}  // namespace aiobpf::loop
