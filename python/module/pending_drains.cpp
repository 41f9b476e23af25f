#include "pending_drains.hpp"

#include "exception_kept.hpp"

#include <algorithm>

namespace aiobpf::python {

std::size_t pending_drains::begin(std::vector<drain_mark::waiting> waiting, reference event_loop,
                                  reference wake) {
  drains_.push_back({++last_, drain_mark{std::move(waiting)}, std::move(event_loop), std::move(wake)});
  return last_;
}

std::uint64_t pending_drains::end(std::size_t number) noexcept {
  const auto found =
      std::find_if(drains_.begin(), drains_.end(), [&](const drain& one) { return one.number == number; });
  if (found == drains_.end()) return 0;
  const drain ended = std::move(*found);  // its references go when the list is whole again
  drains_.erase(found);
  return ended.mark.remaining();
}

// What is called may begin and end drains: looks from the start after each.
void pending_drains::wake(bool was_closed) noexcept {
  if (drains_.empty()) return;
  const exception_kept kept;
  for (;;) {
    const auto found = std::find_if(drains_.begin(), drains_.end(), [&](const drain& one) {
      return one.wake && (was_closed || one.mark.remaining() == 0);
    });
    if (found == drains_.end()) return;
    const auto wake = std::exchange(found->wake, reference{});
    const auto event_loop = found->loop;
    // In a child of fork() what wakes a loop from outside is also the parent's.
    const char* how = made_.is_ours() ? "call_soon_threadsafe" : "call_soon";
    if (!reference::steal(PyObject_CallMethod(event_loop.get(), how, "O", wake.get()))) {
      PyErr_WriteUnraisable(event_loop.get());
    }
  }
}

int pending_drains::traverse(visitproc visit, void* arg) const {
  for (const drain& one : drains_) {
    Py_VISIT(one.loop.get());
    Py_VISIT(one.wake.get());
  }
  return 0;
}

}  // namespace aiobpf::python
