#pragma once

#include <aiobpf/loop/classifier.hpp>
#include <aiobpf/records/segment.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace aiobpf::loop {

/// What is called with the records of one source, by their types.
///
///   auto handlers = loop::event_handlers{{.offset = offsetof(event_header, kind), .size = 4}}
///                       .on<exec_event>(1, [](const exec_event& event) { ... })
///                       .on<exit_event>(2, [](const exit_event& event) { ... });
///
/// A handler takes the event, or the event and its record; what it throws passes through. A record that fits
/// no type goes to the one that otherwise() was given, if any, and is counted if not.
///
/// Threads  one at a time
class event_handlers {
public:
  /// By a tag. Throws bpf::error from the first on(), as classifier does.
  explicit event_handlers(tag_field where) : where_(where) {}

  /// Of records that all have one type.
  template <class Event, class Handler>
  static event_handlers of(Handler handler, std::string name = {}) {
    event_handlers made{tag_field{}};
    made.add({.name = std::move(name), .size = sizeof(Event)}, handler_for<Event>(std::move(handler)));
    return made;
  }

  /// `Event` is what records with this tag are: trivially copyable, laid out as in the BPF program. Throws
  /// bpf::error, as classifier does.
  template <class Event, class Handler>
  event_handlers&& on(std::uint64_t tag, Handler handler, std::string name = {}) && {
    add({.name = std::move(name), .tag = tag, .size = sizeof(Event)}, handler_for<Event>(std::move(handler)));
    return std::move(*this);
  }

  /// Called with what fits no type, and why: unknown_type, too_short or too_long.
  event_handlers&& otherwise(std::function<void(const records::record&, type_number)> handler) && {
    otherwise_ = std::move(handler);
    return std::move(*this);
  }

  /// The number of the record's type; a misfit when there are no types.
  type_number classify(const records::record& record) const noexcept {
    return classify_ ? (*classify_)(record.data) : unknown_type;
  }
  /// Calls the handler of type `number`, which classify() gave for this record; none where no handler takes
  /// it.
  void call(type_number number, const records::record& record);

  bool takes_misfits() const noexcept { return static_cast<bool>(otherwise_); }
  std::span<const record_type> types() const noexcept { return types_; }

private:
  using handler_function = std::function<void(const records::record&)>;

  template <class Event, class Handler>
  static handler_function handler_for(Handler handler) {
    static_assert(std::is_trivially_copyable_v<Event>, "an event is the bytes that the BPF program wrote");
    static_assert(std::invocable<Handler&, const Event&> ||
                      std::invocable<Handler&, const Event&, const records::record&>,
                  "a handler takes const Event&, or const Event& and const records::record&");
    return [handler = std::move(handler)](const records::record& record) mutable {
      // In a perf buffer that is visited in place, payloads are aligned to 4 only.
      if (reinterpret_cast<std::uintptr_t>(record.data.data()) % alignof(Event) == 0) {
        return invoke(handler, *reinterpret_cast<const Event*>(record.data.data()), record);
      }
      Event aligned;
      std::memcpy(&aligned, record.data.data(), sizeof aligned);
      invoke(handler, aligned, record);
    };
  }
  template <class Event, class Handler>
  static void invoke(Handler& handler, const Event& event, const records::record& record) {
    if constexpr (std::invocable<Handler&, const Event&, const records::record&>) {
      handler(event, record);
    } else {
      handler(event);
    }
  }
  void add(record_type type, handler_function handler);

  tag_field where_;
  std::vector<record_type> types_;
  std::optional<classifier> classify_;
  std::vector<handler_function> handlers_;  // by type
  std::function<void(const records::record&, type_number)> otherwise_;
};

}  // namespace aiobpf::loop
