#include <aiobpf/rings/ring_writer.hpp>

namespace aiobpf::rings {

ring_writer::reservation ring_writer::reserve(std::size_t bytes) noexcept {
  const std::size_t size = memory_.size();
  if (bytes > ring_header::longest) return {.why = refusal::oversize};
  const auto length = static_cast<std::uint32_t>(bytes);
  const std::uint64_t needed = ring_header::stride(length);
  if (needed > most_) return {.why = refusal::oversize};

  const std::uint64_t at = memory_.produced();
  if (at + needed - memory_.consumed() > most_) return {.why = refusal::full};
  std::byte* header = memory_.writable_data() + (at & (size - 1));
  __atomic_store_n(reinterpret_cast<std::uint32_t*>(header), length | ring_header::busy_bit,
                   __ATOMIC_RELAXED);
  __atomic_store_n(memory_.writable_producer(), at + needed, __ATOMIC_RELEASE);
  return {.record = header + ring_header::size};
}

bool ring_writer::commit(std::byte* record, std::uint32_t flag) noexcept {
  auto* word = reinterpret_cast<std::uint32_t*>(record - ring_header::size);
  const std::uint32_t length = ring_header::length(__atomic_load_n(word, __ATOMIC_RELAXED));
  // In one order with the reader's release and its look at the header after that: either we see that it has
  // caught up, or it sees this record.
  __atomic_store_n(word, length | flag, __ATOMIC_SEQ_CST);
  const auto at = static_cast<std::uint64_t>(reinterpret_cast<std::byte*>(word) - memory_.data());
  return (memory_.consumed() & (memory_.size() - 1)) == (at & (memory_.size() - 1));
}

}  // namespace aiobpf::rings
