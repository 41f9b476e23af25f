#pragma once

#include <aiobpf/loop/event_handlers.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/ledger.hpp>

#include <cstdint>
#include <vector>

namespace aiobpf::loop {

/// Calls the right handler with each record of a stream: by its source, and by its type there. Counts each
/// record by type; one that fits none, and that no handler takes, under its cause.
///
///   loop::dispatcher dispatch;
///   dispatch.add(events.add(sources::ring_source{object, "events"}), std::move(handlers));
///   for (;;) {
///     co_await events.async_read(batch);
///     dispatch(batch);
///   }
///   ... records::compose(events.statistics(), dispatch.backlog())   // balances
///
/// With `events.async_visit(std::ref(dispatch))` handlers see records where they are, in one pass.
///
/// Threads  one at a time; a handler must not call add()
class dispatcher {
public:
  /// For the records of source number `source`, as stream::add() returned it. Replaces what was there.
  void add(std::uint32_t source, event_handlers handlers);

  /// What a handler throws passes through; that record is counted as handled.
  void operator()(const records::record& record);
  void operator()(const records::batch& batch) {
    for (const auto& record : batch) (*this)(record);
  }

  /// How many records of a source were of type `number` of its handlers; 0 when there is no such type.
  std::uint64_t count(std::uint32_t source, type_number number) const noexcept;

  /// What was lost here: of all sources, or of one. For compose() with the stream's ledger.
  records::backlog backlog() const noexcept;
  records::backlog backlog(std::uint32_t source) const noexcept;

private:
  struct entry {
    std::uint32_t source;
    event_handlers handlers;
    std::vector<std::uint64_t> counts;  // by type
    records::losses lost{};
  };
  const entry* find(std::uint32_t source) const noexcept;

  std::vector<entry> entries_;
  records::losses lost_{};  // of sources that have no handlers
};

}  // namespace aiobpf::loop
