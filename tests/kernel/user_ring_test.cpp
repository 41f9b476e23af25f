#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "raw_bytes.hpp"
#include "run.hpp"

#include <aiobpf/bpf/error.hpp>
#include <aiobpf/rings/user_ring.hpp>
#include <aiobpf/sources/user_ring.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <cstring>
#include <thread>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace rings = aiobpf::rings;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using boost::system::error_code;
using refusal = rings::ring_writer::refusal;

namespace {

struct drain_args {  // of user_ring.bpf.c
  std::uint64_t sum = 0;
  std::uint64_t last = 0;
  std::uint64_t records = 0;
  std::uint64_t left = 0;
};

struct fixture {
  drain_args drain(std::uint64_t most = 0) const {
    drain_args args{.left = most};
    object.program("drain").run(std::as_writable_bytes(std::span{&args, 1}));
    return args;
  }
  template <class Ring>
  bool write(Ring& ring, std::uint64_t number, std::size_t bytes = 8) {
    const auto room = ring.reserve(bytes);
    if (room.record == nullptr) return false;
    std::memcpy(room.record, &number, sizeof(number));
    ring.submit(room.record);
    return true;
  }
  // Numbers 0, 1, ... until there is no room.
  template <class Ring>
  std::uint64_t fill(Ring& ring) {
    std::uint64_t number = 0;
    while (write(ring, number)) ++number;
    return number;
  }

  bpf::object object = bpf::object_file{bpf_object_path("user_ring")}.load();
  bpf::map map = object.map("requests");
  asio::io_context context;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(user_ring, fixture, *needs_bpf())

BOOST_AUTO_TEST_CASE(what_is_submitted_is_what_a_program_takes_in_order) {
  rings::user_ring ring{map};
  for (std::uint64_t number = 1; number <= 100; ++number)
    BOOST_TEST_REQUIRE(write(ring, number, 8 + number % 20));
  BOOST_TEST(ring.unread() > 0U);
  const auto taken = drain();
  BOOST_TEST(taken.records == 100U);
  BOOST_TEST(taken.sum == 5050U);
  BOOST_TEST(taken.last == 100U);
  BOOST_TEST(ring.unread() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_discarded_is_taken_by_nobody) {
  rings::user_ring ring{map};
  write(ring, 1);
  ring.discard(ring.reserve(8).record);
  write(ring, 2);
  const auto taken = drain();
  BOOST_TEST(taken.records == 2U);
  BOOST_TEST(taken.sum == 3U);
}

BOOST_AUTO_TEST_CASE(a_reserved_record_holds_back_those_behind_it) {
  rings::user_ring ring{map};
  const auto room = ring.reserve(8);
  write(ring, 2);
  BOOST_TEST(drain().records == 0U);
  std::memset(room.record, 0, 8);
  ring.submit(room.record);
  BOOST_TEST(drain().records == 2U);
}

BOOST_AUTO_TEST_CASE(a_full_ring_says_so_and_has_room_when_a_program_took_records) {
  rings::user_ring ring{map};
  const auto all = fill(ring);
  BOOST_TEST(all == 4096U / 16);
  BOOST_TEST((ring.reserve(8).why == refusal::full));
  BOOST_TEST((ring.reserve(4096 - 7).why == refusal::oversize));
  BOOST_TEST(drain(10).records == 10U);
  for (int i = 0; i < 10; ++i) BOOST_TEST(write(ring, 0));
  BOOST_TEST(!write(ring, 0));
  BOOST_TEST(drain().records == all);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_there_is_written_in_one_call) {
  rings::user_ring ring{map};
  BOOST_TEST(ring.write(raw(std::uint64_t{7})));
  BOOST_TEST(drain().last == 7U);
  fill(ring);
  BOOST_TEST(!ring.write(raw(std::uint64_t{7})));
  const std::array<std::byte, 4096> large{};
  BOOST_TEST((error_of([&] { ring.write(large); }).code() == bpf::errc::wrong_size));
}

BOOST_AUTO_TEST_CASE(a_child_does_not_write) {
  rings::user_ring ring{map};
  std::byte* const record = ring.reserve(8).record;
  BOOST_TEST(in_child([&] {
               ring.submit(record);
               return refused([&] { ring.reserve(8); });
             }) == "");
  BOOST_TEST(drain().records == 0U);
  ring.submit(record);
  BOOST_TEST(drain().records == 1U);
}

BOOST_AUTO_TEST_CASE(a_map_that_is_no_user_ring_is_refused) {
  const auto thrown = error_of([&] { rings::user_ring{object.map("table")}; });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_type));
}

BOOST_AUTO_TEST_CASE(a_coroutine_waits_for_room) {
  sources::user_ring ring{context.get_executor(), map};
  constexpr std::uint64_t all = 20'000;
  std::uint64_t sum = 0;
  std::uint64_t records = 0;
  std::thread taker{[&] {  // another CPU's program
    while (records < all) {
      const auto taken = drain();
      sum += taken.sum;
      records += taken.records;
    }
  }};
  run_coroutine(context, context.get_executor(), [&]() -> asio::awaitable<void> {
    for (std::uint64_t number = 0; number < all; ++number) {
      std::byte* const record = co_await ring.async_reserve(8);
      std::memcpy(record, &number, sizeof(number));
      ring.submit(record);
    }
  });
  taker.join();
  BOOST_TEST(records == all);
  BOOST_TEST(sum == all * (all - 1) / 2);
}

BOOST_AUTO_TEST_CASE(waiting_ends_when_a_program_took_records_and_not_before) {
  sources::user_ring ring{context.get_executor(), map};
  fill(ring);
  std::byte* got = nullptr;
  bool ended = false;
  ring.async_reserve(8, [&](error_code error, std::byte* record) {
    BOOST_TEST(!error);
    got = record;
    ended = true;
  });
  context.poll();
  BOOST_TEST(!ended);
  const auto began = std::chrono::steady_clock::now();
  drain(1);
  BOOST_TEST(run_until(context, [&] { return ended; }));
  BOOST_TEST(got != nullptr);
  BOOST_TEST((std::chrono::steady_clock::now() - began < sources::user_ring::safety_look));
}

BOOST_AUTO_TEST_CASE(a_reserve_ends_by_cancelling_by_closing_and_when_it_can_never_be) {
  sources::user_ring ring{context.get_executor(), map};
  fill(ring);
  asio::cancellation_signal signal;
  std::vector<error_code> errors;
  const auto note = [&](error_code error, std::byte* record) {
    BOOST_TEST(record == nullptr);
    errors.push_back(error);
  };
  ring.async_reserve(8, asio::bind_cancellation_slot(signal.slot(), note));
  ring.async_reserve(8, note);
  signal.emit(asio::cancellation_type::total);
  ring.async_reserve(1 << 20, note);
  BOOST_TEST(run_until(context, [&] { return errors.size() == 3; }));
  ring.async_reserve(8, note);
  ring.close();
  ring.async_reserve(8, note);
  BOOST_TEST(run_until(context, [&] { return errors.size() == 5; }));
  BOOST_TEST(
      (errors == std::vector<error_code>{bpf::errc::busy, asio::error::operation_aborted,
                                         bpf::errc::wrong_size, bpf::errc::closed, bpf::errc::closed}));
}

BOOST_AUTO_TEST_SUITE_END()
