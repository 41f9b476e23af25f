#include <aiobpf/sources/ring_counters.hpp>

#include <boost/test/unit_test.hpp>

#include <optional>
#include <vector>

namespace records = aiobpf::records;
namespace sources = aiobpf::sources;

namespace {

using observation = sources::earlier_records::observation;

sources::ring_counters counters(std::uint64_t submitted) {
  sources::ring_counters out{.seen = submitted + 9, .discarded = 4};
  out.lost[records::cause::ring_full] = 3;
  out.lost[records::cause::oversize] = 2;
  return out;
}

observation quiet(std::uint64_t submitted, std::uint64_t found) {
  return {.before = counters(submitted), .after = counters(submitted), .found = found};
}

struct step {
  observation seen;
  std::optional<std::uint64_t> earlier;  // expected after it
};

void check(const std::vector<step>& steps) {
  sources::earlier_records earlier;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    earlier.observe(steps[i].seen);
    BOOST_TEST_CONTEXT("step " << i) {
      BOOST_TEST((earlier.count() == steps[i].earlier));
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_counters)

BOOST_AUTO_TEST_CASE(submitted_is_what_is_left_of_seen) {
  BOOST_TEST(counters(80).submitted() == 80U);
}

BOOST_AUTO_TEST_CASE(what_was_submitted_and_not_received_is_unread) {
  const auto account = sources::account_of(counters(80), 30, 2000);
  BOOST_TEST(account.unread == 50U);
  BOOST_TEST(account.lost[records::cause::ring_full] == 3U);
  BOOST_TEST(compose(account, {}).balances());
}

BOOST_AUTO_TEST_CASE(a_quiet_moment_tells_what_earlier_readers_had) {
  check({{quiet(100, 30), 70}});
}

BOOST_AUTO_TEST_CASE(nothing_is_known_while_the_counters_move_or_a_record_is_reserved) {
  check({{{.before = counters(100), .after = counters(101), .found = 31}, std::nullopt},
         {{.before = counters(101), .after = counters(101), .met_reserved = true, .found = 30}, std::nullopt},
         {quiet(105, 35), 70}});
}

BOOST_AUTO_TEST_CASE(losses_that_move_are_movement_too) {
  auto lost = counters(100);
  ++lost.seen;
  ++lost.lost[records::cause::ring_full];
  check({{{.before = counters(100), .after = lost, .found = 30}, std::nullopt}});
}

BOOST_AUTO_TEST_CASE(what_was_found_stays) {
  check({{quiet(100, 30), 70},
         {{.before = counters(100), .after = counters(120), .found = 45}, 70},
         {quiet(300, 230), 70}});
}

BOOST_AUTO_TEST_CASE(an_attempt_that_was_counted_and_has_not_reserved_is_put_right_later) {
  check({{quiet(102, 30), 72}, {quiet(110, 40), 70}, {quiet(121, 50), 70}});
}

BOOST_AUTO_TEST_SUITE_END()
