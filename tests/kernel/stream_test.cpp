#include "kernel.hpp"
#include "loop_printing.hpp"
#include "numbers.hpp"
#include "run.hpp"

#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/ring_source.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <thread>

namespace asio = boost::asio;
namespace bpf = aiobpf::bpf;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;
using namespace aiobpf::tests;
using namespace std::chrono_literals;
using boost::system::error_code;

namespace {

constexpr std::uint32_t million = 1'000'000;
constexpr std::uint32_t roomy = 32 << 20;  // bytes of a ring that holds half a million records, and more

bpf::object load(std::uint32_t ring_bytes) {
  bpf::object_file file{bpf_object_path("emit")};
  file.set_max_entries("first", ring_bytes);
  file.set_max_entries("second", ring_bytes);
  return std::move(file).load();
}

// Looks at every record: its content, and that the numbers of each ring go up.
class inspector {
public:
  void look_at(const records::batch& batch) {
    for (const auto& record : batch) {
      numbered content;
      std::memcpy(&content, record.data.data(), sizeof(content));
      auto& next = next_.at(record.source);
      const bool good = record.data.size() == sizeof(content) && content.check == ~content.sequence &&
                        content.ring == record.source &&
                        content.negative == -static_cast<std::int32_t>(content.sequence) &&
                        content.sequence >= next;
      if (!good) ++wrong_;
      next = content.sequence + 1;
      ++seen_;
    }
  }
  std::uint64_t wrong() const noexcept { return wrong_; }
  std::uint64_t seen() const noexcept { return seen_; }

private:
  std::array<std::uint64_t, 2> next_{};
  std::uint64_t wrong_ = 0;
  std::uint64_t seen_ = 0;
};

// A thread emits while a coroutine reads, to the last record.
struct run_result {
  records::ledger ledger;
  std::uint64_t handled = 0;
  std::uint64_t wrong = 0;
};

run_result run(const bpf::object& object, emit_args args, loop::stream_options options,
               std::uint32_t chunks) {
  asio::io_context context;
  loop::stream events{context.get_executor(), options};
  events.add(sources::ring_source{object, "first"});
  events.add(sources::ring_source{object, "second"});

  inspector inspected;
  std::uint64_t submitted = UINT64_MAX;  // not known before all is emitted
  bool refused = false;
  std::thread emitter{[&, work = asio::make_work_guard(context)]() mutable {
    const auto program = object.program("emit");
    args.count /= chunks;
    for (std::uint32_t chunk = 0; chunk < chunks; ++chunk, args.first_sequence += args.count) {
      refused = program.run(std::as_writable_bytes(std::span{&args, 1})).value != 0 || refused;
    }
    asio::post(context, [&] {
      submitted = events.statistics().submitted;
      if (inspected.seen() == submitted) events.cancel();
    });
    work.reset();
  }};

  run_coroutine(context, [&]() -> asio::awaitable<void> {
    records::batch batch;
    while (inspected.seen() < submitted) {
      const auto [error, records] = co_await events.async_read(batch, asio::as_tuple(asio::use_awaitable));
      if (error) break;
      inspected.look_at(batch);
    }
  });
  emitter.join();
  BOOST_TEST(!refused);
  return {events.statistics(), inspected.seen(), inspected.wrong()};
}

void check(const run_result& result, std::uint64_t seen) {
  BOOST_TEST(result.wrong == 0U);
  BOOST_TEST(result.ledger.counted);
  BOOST_TEST(result.ledger.balances());
  BOOST_TEST(result.ledger.seen == seen);
  BOOST_TEST(result.ledger.delivered == result.handled);
  BOOST_TEST(result.ledger.unread == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kernel_stream, *needs_bpf())

BOOST_AUTO_TEST_CASE(every_one_of_a_million_records_is_delivered_when_the_rings_are_large_enough) {
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto object = load(roomy);
    const auto result = run(object, {.count = million, .ring = 2}, {}, repeat % 2 == 0 ? 1 : 100);
    check(result, million);
    BOOST_TEST(result.handled == million);
    BOOST_TEST(result.ledger.lost[records::cause::ring_full] == 0U);
  }
}

BOOST_AUTO_TEST_CASE(every_one_of_a_million_records_is_delivered_or_counted_as_lost_when_they_are_too_small) {
  std::uint64_t lost = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto object = load(4096U << repeat % 3);
    const auto result = run(object, {.count = million, .ring = 2}, {}, repeat % 2 == 0 ? 1 : 100);
    check(result, million);
    BOOST_TEST(result.handled + result.ledger.lost[records::cause::ring_full] == million);
    lost += result.ledger.lost[records::cause::ring_full];
  }
  BOOST_TEST(lost > 0U);  // else the rings were not too small
}

BOOST_AUTO_TEST_CASE(with_latency_every_record_is_delivered_too) {
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto object = load(roomy);
    const auto result =
        run(object, {.count = million, .ring = 2}, {.latency = 200us}, repeat % 2 == 0 ? 1 : 1000);
    check(result, million);
    BOOST_TEST(result.handled == million);
  }
}

BOOST_AUTO_TEST_CASE(with_latency_and_rings_too_small_every_record_is_delivered_or_counted) {
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto object = load(4096U << repeat % 3);
    const auto result = run(object, {.count = million, .ring = 2}, {.latency = 200us}, 100);
    check(result, million);
    BOOST_TEST(result.handled + result.ledger.lost[records::cause::ring_full] == million);
  }
}

BOOST_AUTO_TEST_CASE(discarded_records_are_counted_and_not_delivered) {
  const auto object = load(roomy);
  const auto result = run(object, {.count = million, .ring = 2, .discard = 3}, {}, 10);
  check(result, million);
  BOOST_TEST(result.ledger.discarded == 333'334U);
  BOOST_TEST(result.handled == million - 333'334U);
}

BOOST_AUTO_TEST_CASE(records_without_wakeup_are_delivered_all_the_same) {
  constexpr std::uint32_t no_wakeup = 1;  // BPF_RB_NO_WAKEUP
  const auto object = load(roomy);
  const auto result = run(object, {.count = 100'000, .ring = 2, .flags = no_wakeup}, {}, 100);
  check(result, 100'000);
  BOOST_TEST(result.handled == 100'000U);
}

BOOST_AUTO_TEST_CASE(a_record_that_finds_the_stream_waiting_wakes_it) {
  const auto object = load(4096);
  for (const auto latency : {0us, 200us}) {
    asio::io_context context;
    loop::stream events{context.get_executor(), {.latency = latency}};
    events.add(sources::ring_source{object, "first"});
    records::batch batch;
    std::vector<std::uint64_t> got;
    const auto began = std::chrono::steady_clock::now();
    for (std::uint64_t number = 0; number < 200; ++number) {
      std::size_t records = 0;
      events.async_read(batch, [&](error_code, std::size_t taken) { records = taken; });
      context.restart();
      context.poll();
      emit(object, {.first_sequence = number, .count = 1});
      BOOST_REQUIRE(run_until(context, [&] { return records == 1; }));
      got.push_back(numbers_in(batch).front());
    }
    BOOST_TEST(got == numbers_from(0, 200), boost::test_tools::per_element());
    // By the safety look alone it would have been 20 s.
    BOOST_TEST((std::chrono::steady_clock::now() - began < 10s));
  }
}

BOOST_AUTO_TEST_CASE(what_two_streams_have_not_read_at_close_is_counted_as_unread) {
  const auto object = load(64 * 1024);
  asio::io_context context;
  loop::stream first{context.get_executor(), {.latency = 1h, .turn = {.records = 10}}};
  loop::stream second{context.get_executor(), {.turn = {.records = 20}}};
  first.add(sources::ring_source{object, "first"});
  second.add(sources::ring_source{object, "second"});
  emit(object, {.count = 200, .ring = 2});
  run_coroutine(context, [&]() -> asio::awaitable<void> {
    records::batch batch;
    co_await first.async_read(batch);
    co_await second.async_read(batch);
  });
  first.close();
  second.close();
  emit(object, {.count = 200, .ring = 2});  // no longer theirs

  BOOST_TEST(first.statistics().seen == 100U);
  BOOST_TEST(first.statistics().received == 10U);
  BOOST_TEST(first.statistics().unread == 90U);
  BOOST_TEST(first.verify().balances());
  BOOST_TEST(second.statistics().received == 20U);
  BOOST_TEST(second.statistics().unread == 80U);
  BOOST_TEST(second.verify().balances());
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_where_an_earlier_one_stopped_without_loss_or_repetition) {
  const auto object = load(64 * 1024);
  asio::io_context context;
  records::batch batch;
  std::vector<std::uint64_t> got;
  emit(object, {.count = 500});
  for (const auto latency : {std::chrono::nanoseconds{1h}, std::chrono::nanoseconds{0}}) {
    loop::stream events{context.get_executor(), {.latency = latency, .turn = {.records = 50}}};
    events.add(sources::ring_source{object, "first"});
    run_coroutine(context, [&]() -> asio::awaitable<void> {
      for (int read = 0; read < 5; ++read) {
        co_await events.async_read(batch);
        for (const auto number : numbers_in(batch)) got.push_back(number);
      }
    });
    BOOST_TEST(events.verify().balances());
  }
  BOOST_TEST(got == numbers_from(0, 500), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
