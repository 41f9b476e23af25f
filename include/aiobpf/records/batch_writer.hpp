#pragma once

#include <aiobpf/records/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace aiobpf::records {

/// How a source puts records into a batch, copied or lent.
///
///   auto room = out.reserve(bytes, slots);     // throws; before anything is taken from the source
///   ... copy payloads to room.bytes, aligned to 8; fill room.slots ...
///   out.add({.data = room.bytes, ...});        // cannot fail
///
/// Threads  one at a time
class batch_writer {
public:
  /// Writes records of source number `source`.
  batch_writer(batch& out, std::uint32_t source) noexcept : out_(out), source_(source) {}

  struct room {
    std::byte* bytes = nullptr;  ///< aligned to 8
    slot* slots = nullptr;       ///< null when none were asked for
  };
  /// Room for `bytes` of payload and for `slots`, until the next reserve(). Throws std::bad_alloc; the batch
  /// is then as it was.
  room reserve(std::size_t bytes, std::size_t slots = 0);

  /// Adds a segment whose payload and slots are in the room that was reserved last. Once for each reserve().
  void add(segment one) noexcept;

  /// Adds a segment whose payload stays where it is until `from` is given back; its slots, if any, are in the
  /// room that was reserved last. After a reserve(), too.
  void lend(segment one, std::shared_ptr<loan> from) noexcept;

private:
  batch& out_;
  std::uint32_t source_;
  std::size_t slot_bytes_ = 0;
  std::size_t reserved_ = 0;
};

}  // namespace aiobpf::records
