#include <aiobpf/loop/dispatcher.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/sources/memory_ring.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;
namespace loop = aiobpf::loop;
namespace records = aiobpf::records;
namespace sources = aiobpf::sources;

namespace {

struct header {
  std::uint32_t kind;
  std::uint32_t value;
};
struct exec_event {
  header head;
  std::uint64_t pid;
};
struct exit_event {
  header head;
  std::uint64_t code[3];
};
constexpr loop::tag_field by_kind{.offset = offsetof(header, kind), .size = sizeof(header::kind)};

template <class Event>
void emit(const sources::memory_ring& ring, const Event& event, std::size_t length = sizeof(Event)) {
  BOOST_REQUIRE(ring.emit({reinterpret_cast<const std::byte*>(&event), length}));
}

// A stream of one ring in memory, and a dispatcher for it.
struct fixture {
  sources::memory_ring ring{64 * 1024};
  asio::io_context context;
  loop::stream events{context};
  loop::dispatcher dispatch;
  std::uint32_t source = events.add(ring.source());

  std::vector<std::uint64_t> pids;
  std::vector<std::uint64_t> codes;

  loop::event_handlers handlers() {
    return loop::event_handlers{by_kind}
        .on<exec_event>(1, [this](const exec_event& event) { pids.push_back(event.pid); })
        .on<exit_event>(2, [this](const exit_event& event, const records::record& from) {
          BOOST_TEST(from.source == source);
          codes.push_back(event.code[2]);
        });
  }
  void emit_all() {
    emit(ring, exec_event{{1, 0}, 10});
    emit(ring, exit_event{{2, 0}, {0, 0, 20}});
    emit(ring, header{3, 0});                // no such type
    emit(ring, exec_event{{1, 0}, 11}, 12);  // too short
    emit(ring, exit_event{{1, 0}, {}});      // too long
    emit(ring, header{2, 0}, 3);             // not even a tag
    emit(ring, exec_event{{1, 0}, 12});
  }
  records::ledger account() const { return records::compose(events.statistics(), dispatch.backlog()); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(dispatching)

BOOST_FIXTURE_TEST_CASE(each_record_goes_to_the_handler_of_its_type_and_misfits_are_counted, fixture) {
  dispatch.add(source, handlers());
  emit_all();
  records::batch batch;
  events.async_read(batch, [](auto, auto) {});
  context.run();
  dispatch(batch);

  BOOST_TEST((pids == std::vector<std::uint64_t>{10, 12}));
  BOOST_TEST((codes == std::vector<std::uint64_t>{20}));
  BOOST_TEST(dispatch.count(source, 0) == 2U);
  BOOST_TEST(dispatch.count(source, 1) == 1U);
  BOOST_TEST(dispatch.count(source, 2) == 0U);
  const auto ledger = account();
  BOOST_TEST(ledger.lost[records::cause::unknown_type] == 1U);
  BOOST_TEST(ledger.lost[records::cause::too_short] == 2U);
  BOOST_TEST(ledger.lost[records::cause::too_long] == 1U);
  BOOST_TEST(ledger.delivered == 3U);
  BOOST_TEST(ledger.balances());
}

BOOST_FIXTURE_TEST_CASE(records_are_dispatched_where_they_are, fixture) {
  dispatch.add(source, handlers());
  emit_all();
  events.async_visit(std::ref(dispatch), [](auto, auto) {});
  context.run();
  BOOST_TEST(pids.size() == 2U);
  BOOST_TEST(account().delivered == 3U);
  BOOST_TEST(account().balances());
}

BOOST_FIXTURE_TEST_CASE(misfits_go_to_whom_takes_them_and_are_not_lost, fixture) {
  std::vector<loop::type_number> why;
  dispatch.add(source, handlers().otherwise(
                           [&](const records::record&, loop::type_number number) { why.push_back(number); }));
  emit_all();
  events.async_visit(std::ref(dispatch), [](auto, auto) {});
  context.run();
  BOOST_TEST((why == std::vector{loop::unknown_type, loop::too_short, loop::too_long, loop::too_short}));
  BOOST_TEST(account().delivered == 7U);
  BOOST_TEST(account().balances());
}

BOOST_FIXTURE_TEST_CASE(records_of_one_type_need_no_tag, fixture) {
  std::uint64_t sum = 0;
  dispatch.add(source,
               loop::event_handlers::of<exec_event>([&](const exec_event& event) { sum += event.pid; }));
  emit(ring, exec_event{{9, 9}, 5});
  emit(ring, exec_event{{8, 8}, 6});
  emit(ring, header{1, 1});
  events.async_visit(std::ref(dispatch), [](auto, auto) {});
  context.run();
  BOOST_TEST(sum == 11U);
  BOOST_TEST(account().lost[records::cause::too_short] == 1U);
}

BOOST_FIXTURE_TEST_CASE(records_of_a_source_without_handlers_are_counted, fixture) {
  emit_all();
  events.async_visit(std::ref(dispatch), [](auto, auto) {});
  context.run();
  BOOST_TEST(account().lost[records::cause::unknown_type] == 7U);
  BOOST_TEST(account().balances());
}

BOOST_FIXTURE_TEST_CASE(what_a_handler_throws_passes_through_and_the_next_visit_goes_on, fixture) {
  int calls = 0;
  dispatch.add(source, loop::event_handlers::of<header>([&](const header&) {
                 if (++calls == 2) throw std::runtime_error{"handler"};
               }));
  for (std::uint32_t i = 0; i < 3; ++i) emit(ring, header{1, i});
  std::exception_ptr thrown;
  events.async_visit(std::ref(dispatch), [&](std::exception_ptr error, std::size_t) { thrown = error; });
  context.run();
  BOOST_CHECK_THROW(std::rethrow_exception(thrown), std::runtime_error);
  context.restart();
  events.async_visit(std::ref(dispatch), [](auto, auto) {});
  context.run();
  BOOST_TEST(calls == 3);
  BOOST_TEST(dispatch.count(source, 0) == 3U);  // also the one that threw
}

BOOST_AUTO_TEST_CASE(an_event_that_is_not_aligned_for_its_type_is_copied) {
  loop::dispatcher dispatch;
  std::uint64_t pid = 0;
  const std::byte* seen = nullptr;
  dispatch.add(0, loop::event_handlers::of<exec_event>([&](const exec_event& event) {
                 pid = event.pid;
                 seen = reinterpret_cast<const std::byte*>(&event);
               }));
  alignas(8) std::byte memory[sizeof(exec_event) + 4];
  const exec_event event{{1, 0}, 77};
  std::memcpy(memory + 4, &event, sizeof event);
  dispatch(records::record{.data = {memory + 4, sizeof event}});
  BOOST_TEST(pid == 77U);
  BOOST_TEST((reinterpret_cast<std::uintptr_t>(seen) % alignof(exec_event) == 0));
}

BOOST_AUTO_TEST_SUITE_END()
