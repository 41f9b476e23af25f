#include "bpf_printing.hpp"
#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"

#include <aiobpf/rings/ring_reader.hpp>

#include <bpf/bpf.h>
#include <poll.h>

#include <cstring>
#include <vector>

namespace bpf = aiobpf::bpf;
namespace rings = aiobpf::rings;
using namespace aiobpf::tests;
using rings::ring_stop;

namespace {

constexpr std::uint64_t record_bytes = sizeof(numbered) + rings::ring_header::size;

bpf::object load_emit(std::uint32_t first_bytes = 64 * 1024) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_max_entries("first", first_bytes);
  return std::move(file).load();
}

rings::ring_reader reader_of(const bpf::object& object, const std::string& ring = "first") {
  return rings::ring_reader{rings::ring_memory::map_kernel_ring(object.map(ring))};
}

// Records that a ring holds at most: the kernel keeps one byte free.
std::uint64_t capacity(const rings::ring_reader& ring) {
  return (ring.size() - 1) / record_bytes;
}

bool is_right(std::span<const std::byte> data, std::uint64_t sequence, std::uint32_t ring = 0) {
  numbered record;
  if (data.size() != sizeof(record)) return false;
  std::memcpy(&record, data.data(), sizeof(record));
  return record.sequence == sequence && record.check == ~sequence && record.ring == ring &&
         record.negative == -static_cast<std::int32_t>(sequence) &&
         std::memcmp(record.text, "abc\0xyz", 8) == 0 && record.shorts[0] == (sequence & 0xffff) &&
         record.shorts[1] == 7 && record.colour == (sequence % 2 ? 2 : -7) &&
         record.odd == (sequence % 2 != 0) && record.tiny == -1;
}

std::vector<std::uint64_t> sequences(rings::ring_reader& reader, rings::ring_limits limits = {}) {
  std::vector<std::uint64_t> seen;
  reader.drain(limits, [&](std::span<const std::byte> data) {
    std::uint64_t sequence;
    std::memcpy(&sequence, data.data(), sizeof(sequence));
    seen.push_back(sequence);
  });
  return seen;
}

bool is_readable(const rings::ring_reader& reader) {
  ::pollfd asked{.fd = reader.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLIN) != 0;
}

using numbers = std::vector<std::uint64_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_ring, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_million_records_through_a_small_ring_come_in_order_and_whole) {
  constexpr std::uint64_t total = 1'000'000;
  constexpr std::uint32_t chunk = 1000;
  const auto object = load_emit();
  auto reader = reader_of(object);
  BOOST_REQUIRE(chunk <= capacity(reader));
  std::uint64_t next = 0;
  std::uint64_t wrong = 0;

  while (next < total) {
    emit(object, {.first_sequence = next, .count = chunk});
    const auto walk = reader.drain({}, [&](std::span<const std::byte> data) {
      wrong += !is_right(data, next);
      ++next;
    });
    BOOST_REQUIRE(walk.records == chunk);
    BOOST_REQUIRE(walk.uniform);
    BOOST_REQUIRE(walk.stop == ring_stop::empty);
  }

  BOOST_TEST(next == total);
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(reader.next() == total * record_bytes);
  const auto counts = ledger_of(object, "first");
  BOOST_TEST(counts.seen == total);
  BOOST_TEST(counts.discarded + counts.ring_full + counts.oversize == 0U);
}

BOOST_AUTO_TEST_CASE(discarded_records_are_counted_and_visited_by_nobody) {
  const auto object = load_emit();
  auto reader = reader_of(object);
  emit(object, {.count = 100, .discard = 7});  // 0, 7, ... 98

  std::uint64_t wrong = 0;
  std::uint64_t visited = 0;
  const auto walk = reader.drain({}, [&](std::span<const std::byte> data) {
    if (visited % 6 == 0) wrong += !is_right(data, visited / 6 * 7 + 1);
    ++visited;
  });

  BOOST_TEST(walk.records == 85U);
  BOOST_TEST(walk.discarded == 15U);
  BOOST_TEST(!walk.uniform);
  BOOST_TEST(visited == 85U);
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(ledger_of(object, "first").discarded == 15U);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_counted_as_ring_full) {
  const auto object = load_emit();
  auto reader = reader_of(object);
  const std::uint64_t room = capacity(reader);
  emit(object, {.count = 2000});

  BOOST_TEST(reader.look_ahead().records == room);
  BOOST_TEST(sequences(reader).size() == room);
  const auto counts = ledger_of(object, "first");
  BOOST_TEST(counts.seen == 2000U);
  BOOST_TEST(counts.ring_full == 2000 - room);
  BOOST_TEST(counts.oversize == 0U);

  emit(object, {.first_sequence = 2000, .count = 1});
  BOOST_TEST(sequences(reader) == numbers{2000}, boost::test_tools::per_element());
}

// The largest record that a ring of a page can hold, and the one that it never can.
BOOST_AUTO_TEST_CASE(what_never_fits_is_counted_as_oversize) {
  const auto object = load_emit(4096);
  auto reader = reader_of(object);
  BOOST_TEST(emit_sized(object, 4080));
  BOOST_TEST(!emit_sized(object, 4081));
  BOOST_TEST(!emit_sized(object, 60000));

  std::vector<std::size_t> sizes;
  reader.drain({}, [&](auto data) { sizes.push_back(data.size()); });

  BOOST_TEST(sizes == std::vector<std::size_t>{4080}, boost::test_tools::per_element());
  const auto counts = ledger_of(object, "first");
  BOOST_TEST(counts.seen == 3U);
  BOOST_TEST(counts.oversize == 2U);
  BOOST_TEST(counts.ring_full == 0U);
}

BOOST_AUTO_TEST_CASE(a_large_record_into_a_ring_in_use_is_ring_full_not_oversize) {
  const auto object = load_emit(4096);
  emit(object, {.count = 1});
  BOOST_TEST(!emit_sized(object, 4080));
  const auto counts = ledger_of(object, "first");
  BOOST_TEST(counts.ring_full == 1U);
  BOOST_TEST(counts.oversize == 0U);
}

BOOST_AUTO_TEST_CASE(records_of_all_lengths_keep_theirs) {
  const auto object = load_emit();
  auto reader = reader_of(object);
  for (std::uint32_t size = 0; size < 200; ++size) BOOST_REQUIRE(emit_sized(object, size));

  std::uint32_t next = 0;
  std::uint32_t wrong = 0;
  const auto walk = reader.drain({}, [&](auto data) { wrong += data.size() != next++; });

  BOOST_TEST(walk.records == 200U);
  BOOST_TEST(wrong == 0U);
  BOOST_TEST(!walk.uniform);
}

BOOST_AUTO_TEST_CASE(two_rings_of_one_program_are_read_apart) {
  const auto object = load_emit();
  auto first = reader_of(object, "first");
  auto second = reader_of(object, "second");
  emit(object, {.count = 6, .ring = 2});
  BOOST_TEST(sequences(first) == (numbers{0, 2, 4}), boost::test_tools::per_element());
  BOOST_TEST(sequences(second) == (numbers{1, 3, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(limits_bound_a_drain_and_lose_nothing) {
  const auto object = load_emit();
  auto reader = reader_of(object);
  emit(object, {.count = 10});
  BOOST_TEST(sequences(reader, {.records = 3}) == (numbers{0, 1, 2}), boost::test_tools::per_element());
  BOOST_TEST(sequences(reader, {.bytes = 2 * record_bytes}) == (numbers{3, 4}),
             boost::test_tools::per_element());
  BOOST_TEST(reader.look_ahead().records == 5U);
  BOOST_TEST(reader.available() == 5 * record_bytes);
  BOOST_TEST(sequences(reader).size() == 5U);
}

BOOST_AUTO_TEST_CASE(a_released_ring_has_room_again) {
  const auto object = load_emit(4096);
  auto reader = reader_of(object);
  const auto room = static_cast<std::uint32_t>(capacity(reader));
  emit(object, {.count = room});
  sequences(reader, {.records = 10});
  emit(object, {.first_sequence = room, .count = 11});
  BOOST_TEST(ledger_of(object, "first").ring_full == 1U);
  BOOST_TEST(reader.look_ahead().records == room);
}

BOOST_AUTO_TEST_CASE(the_descriptor_is_readable_while_there_is_something_to_read) {
  const auto object = load_emit();
  auto reader = reader_of(object);
  BOOST_TEST(!is_readable(reader));
  emit(object, {.count = 2});
  BOOST_TEST(is_readable(reader));
  sequences(reader, {.records = 1});
  BOOST_TEST(is_readable(reader));
  sequences(reader);
  BOOST_TEST(!is_readable(reader));
}

BOOST_AUTO_TEST_CASE(a_held_record_keeps_its_room_and_release_gives_it_back) {
  const auto object = load_emit(4096);
  auto reader = reader_of(object);
  const auto room = static_cast<std::uint32_t>(capacity(reader));
  emit(object, {.count = room});
  reader.drain(
      {}, [](auto) {}, rings::ring_release::hold_last);
  emit(object, {.count = room});
  BOOST_TEST(ledger_of(object, "first").ring_full == 1U);
  sequences(reader);
  reader.release();
  emit(object, {.count = room});
  BOOST_TEST(ledger_of(object, "first").ring_full == 1U);
}

BOOST_AUTO_TEST_CASE(a_ring_outlives_its_object_and_its_map) {
  auto reader = [] {
    const auto object = load_emit();
    emit(object, {.count = 3});
    return reader_of(object);
  }();
  BOOST_TEST(sequences(reader) == (numbers{0, 1, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pinned_ring_is_read_on_where_its_last_reader_stopped) {
  const temporary_mount pins{"bpf"};
  const auto pin = (pins.path() / "first").string();
  {
    const auto object = load_emit();
    BOOST_REQUIRE(::bpf_obj_pin(object.map("first").native_handle(), pin.c_str()) == 0);
    emit(object, {.count = 100});
    auto reader = reader_of(object);
    BOOST_TEST(sequences(reader, {.records = 40}).size() == 40U);
  }

  rings::ring_reader reader{
      rings::ring_memory::map_kernel_ring(bpf::map{bpf::unique_fd{::bpf_obj_get(pin.c_str())}})};

  BOOST_TEST(reader.next() == 40 * record_bytes);
  const auto rest = sequences(reader);
  BOOST_TEST(rest.size() == 60U);
  BOOST_TEST(rest.front() == 40U);
  BOOST_TEST(rest.back() == 99U);
}

BOOST_AUTO_TEST_CASE(a_map_that_is_no_ring_is_refused_by_its_type) {
  const auto object = load_emit();
  const auto thrown = error_of([&] { reader_of(object, "table"); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
  BOOST_TEST(says(thrown, "read ring 'table'"));
  BOOST_TEST(says(thrown, "the map is a 'hash'"));
}

BOOST_AUTO_TEST_SUITE_END()
