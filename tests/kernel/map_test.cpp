#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "raw_bytes.hpp"

#include <fcntl.h>

#include <cerrno>
#include <map>
#include <set>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

bpf::object load_emit() {
  return bpf::object_file{bpf_object_path("emit")}.load();
}

std::set<std::uint32_t> keys_of(const bpf::map& map) {
  std::set<std::uint32_t> keys;
  map.for_each_key([&](bpf::map::bytes_view key) {
    BOOST_TEST(keys.insert(value_of<std::uint32_t>(key)).second);
    return true;
  });
  return keys;
}

constexpr std::uint32_t table_entries = 64;

}  // namespace

BOOST_AUTO_TEST_SUITE(map, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_map_knows_its_shape) {
  const auto object = load_emit();
  const auto table = object.map("table");
  BOOST_TEST(table.name() == "table");
  BOOST_TEST(table.type_name() == "hash");
  BOOST_TEST(table.key_size() == 4U);
  BOOST_TEST(table.value_size() == 8U);
  BOOST_TEST(table.value_bytes() == 8U);
  BOOST_TEST(table.max_entries() == table_entries);
  BOOST_TEST(!table.is_per_cpu());
  BOOST_TEST(table.native_handle() >= 0);
  BOOST_TEST(object.map("first").type_name() == "ringbuf");
}

BOOST_AUTO_TEST_CASE(an_updated_value_is_looked_up) {
  const auto object = load_emit();
  const auto table = object.map("table");
  const std::uint32_t key = 5;
  table.update(raw(key), raw(std::uint64_t{55}));
  BOOST_TEST(number_at(table, key) == 55U);
  table.update(raw(key), raw(std::uint64_t{56}));
  BOOST_TEST(number_at(table, key) == 56U);
}

BOOST_AUTO_TEST_CASE(a_missing_key_is_no_error) {
  const auto object = load_emit();
  const auto table = object.map("table");
  BOOST_TEST(!table.lookup(raw(std::uint32_t{5})).has_value());
  BOOST_TEST(!table.erase(raw(std::uint32_t{5})));
}

BOOST_AUTO_TEST_CASE(an_erased_key_is_gone) {
  const auto object = load_emit();
  const auto table = object.map("table");
  const std::uint32_t key = 5;
  table.update(raw(key), raw(std::uint64_t{55}));
  BOOST_TEST(table.erase(raw(key)));
  BOOST_TEST(!table.lookup(raw(key)).has_value());
}

BOOST_AUTO_TEST_CASE(every_key_is_visited_once) {
  const auto object = load_emit();
  const auto table = object.map("table");
  std::set<std::uint32_t> put;
  for (std::uint32_t i = 0; i < table_entries; ++i) {
    table.update(raw(i * 7), raw(std::uint64_t{i}));
    put.insert(i * 7);
  }
  BOOST_TEST((keys_of(table) == put));
}

BOOST_AUTO_TEST_CASE(an_empty_map_has_no_keys) {
  const auto object = load_emit();
  BOOST_TEST(keys_of(object.map("table")).empty());
}

BOOST_AUTO_TEST_CASE(an_array_has_all_its_indexes) {
  const auto object = load_emit();
  BOOST_TEST((keys_of(object.map("array")) == std::set<std::uint32_t>{0, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_visitor_ends_the_walk_by_false) {
  const auto object = load_emit();
  int visits = 0;
  object.map("array").for_each_key([&](auto) { return ++visits < 2; });
  BOOST_TEST(visits == 2);
}

BOOST_AUTO_TEST_CASE(a_visitor_may_erase_what_it_is_given) {
  const auto object = load_emit();
  const auto table = object.map("table");
  for (std::uint32_t i = 0; i < table_entries; ++i) table.update(raw(i), raw(std::uint64_t{i}));
  table.for_each_key([&](bpf::map::bytes_view key) { return table.erase(key); });
  BOOST_TEST(keys_of(table).empty());
}

BOOST_AUTO_TEST_CASE(a_walk_that_begins_again_still_comes_to_every_key) {
  const auto object = load_emit();
  const auto table = object.map("table");
  for (std::uint32_t i = 0; i < table_entries; ++i) table.update(raw(i), raw(std::uint64_t{i}));
  std::set<std::uint32_t> seen;
  std::uint32_t visits = 0;
  table.for_each_key([&](bpf::map::bytes_view key) {
    seen.insert(value_of<std::uint32_t>(key));
    if (++visits == table_entries - 1) table.erase(key);  // the kernel has lost its place
    return true;
  });
  BOOST_TEST(seen.size() == table_entries);
}

// The kernel starts from the first key when the last one is gone: without a bound this would not end.
BOOST_AUTO_TEST_CASE(a_walk_over_a_map_that_is_refilled_ends) {
  const auto object = load_emit();
  const auto table = object.map("table");
  table.update(raw(std::uint32_t{0}), raw(std::uint64_t{0}));
  std::uint32_t visits = 0;
  table.for_each_key([&](bpf::map::bytes_view key) {
    table.erase(key);
    table.update(raw(++visits), raw(std::uint64_t{0}));
    return true;
  });
  BOOST_TEST(visits <= 2 * table_entries);
}

BOOST_AUTO_TEST_CASE(a_full_map_says_so) {
  const auto object = load_emit();
  const auto table = object.map("table");
  for (std::uint32_t i = 0; i < table_entries; ++i) table.update(raw(i), raw(std::uint64_t{i}));
  const auto thrown = error_of([&] { table.update(raw(std::uint32_t{1000}), raw(std::uint64_t{0})); });
  BOOST_TEST(thrown.code() == errno_code(E2BIG));
  BOOST_TEST(says(thrown, "update map table (hash)"));
}

BOOST_AUTO_TEST_CASE(an_array_index_too_large_says_so) {
  const auto object = load_emit();
  const auto thrown =
      error_of([&] { object.map("array").update(raw(std::uint32_t{4}), raw(std::uint64_t{0})); });
  BOOST_TEST(thrown.code() == errno_code(E2BIG));
}

BOOST_AUTO_TEST_CASE(an_array_element_cannot_be_removed) {
  const auto object = load_emit();
  const auto thrown = error_of([&] { object.map("array").erase(raw(std::uint32_t{0})); });
  BOOST_TEST(thrown.code() == errno_code(EINVAL));
}

BOOST_AUTO_TEST_CASE(keys_and_values_of_another_size_are_refused) {
  const auto object = load_emit();
  const auto table = object.map("table");
  const std::uint32_t key = 0;
  const std::uint64_t value = 0;
  for (const auto& thrown :
       {error_of([&] { table.lookup(raw(value)); }), error_of([&] { table.update(raw(value), raw(value)); }),
        error_of([&] { table.update(raw(key), raw(key)); }), error_of([&] { table.erase({}); })}) {
    BOOST_TEST((thrown.code() == bpf::errc::wrong_size));
    BOOST_TEST(says(thrown, "map table: a "));
    BOOST_TEST(says(thrown, "bytes here, not"));
  }
}

BOOST_AUTO_TEST_CASE(a_ring_has_no_elements) {
  const auto object = load_emit();
  const auto ring = object.map("first");
  BOOST_TEST(error_of([&] { ring.lookup({}); }).code() == errno_code(EOPNOTSUPP));
  BOOST_TEST(error_of([&] { ring.update({}, {}); }).code() == errno_code(EOPNOTSUPP));
  BOOST_TEST(error_of([&] { ring.erase({}); }).code() == errno_code(EOPNOTSUPP));
  BOOST_TEST(error_of([&] { ring.for_each_key([](auto) { return true; }); }).code() ==
             errno_code(EOPNOTSUPP));
}

BOOST_AUTO_TEST_CASE(a_per_cpu_map_holds_a_value_for_every_cpu) {
  const auto object = load_emit();
  const auto ledger = object.map("per_cpu");
  BOOST_TEST(ledger.type_name() == "percpu_array");
  BOOST_TEST(ledger.is_per_cpu());
  BOOST_TEST(ledger.value_size() == sizeof(kernel_ledger));
  BOOST_TEST(ledger.value_bytes() % sizeof(kernel_ledger) == 0U);

  bpf::map::bytes values(ledger.value_bytes());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::byte(i);
  ledger.update(raw(std::uint32_t{0}), values);
  BOOST_TEST((ledger.lookup(raw(std::uint32_t{0})).value() == values));

  const auto thrown = error_of([&] { ledger.update(raw(std::uint32_t{0}), raw(kernel_ledger{})); });
  BOOST_TEST((thrown.code() == bpf::errc::wrong_size || ledger.value_bytes() == sizeof(kernel_ledger)));
}

BOOST_AUTO_TEST_CASE(a_map_outlives_its_object) {
  const auto table = load_emit().map("table");
  table.update(raw(std::uint32_t{1}), raw(std::uint64_t{2}));
  BOOST_TEST(number_at(table, 1) == 2U);
}

BOOST_AUTO_TEST_CASE(a_map_without_a_name_has_the_kernels) {
  const auto object = load_emit();
  const bpf::map again{bpf::unique_fd::duplicate(object.map("table").native_handle())};
  BOOST_TEST(again.name() == "table");
}

BOOST_AUTO_TEST_CASE(what_is_no_map_is_refused) {
  const auto thrown = error_of([] { bpf::map{bpf::unique_fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)}}; });
  BOOST_TEST(thrown.code().failed());
  BOOST_TEST(error_of([] { bpf::map{bpf::unique_fd{}}; }).code().failed());
}

BOOST_AUTO_TEST_SUITE_END()
