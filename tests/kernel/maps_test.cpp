// Maps without a program: made, filled, read and emptied in many entries a call, pinned.
#include "error_of.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "raw_bytes.hpp"

#include <aiobpf/bpf/maps/batch.hpp>
#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/maps/cursor.hpp>
#include <aiobpf/bpf/maps/open.hpp>

#include <linux/bpf.h>

#include <cerrno>
#include <map>
#include <numeric>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

using model = std::map<std::uint32_t, std::uint64_t>;

bpf::map hash_of(std::uint32_t entries, std::uint32_t type = BPF_MAP_TYPE_HASH, std::uint32_t flags = 0) {
  return bpf::create_map({.name = "counts",
                          .type = type,
                          .key_size = 4,
                          .value_size = 8,
                          .max_entries = entries,
                          .flags = flags});
}

// `count` entries: n -> n * 10.
void fill(const bpf::map& map, std::uint32_t count) {
  std::vector<std::uint32_t> keys(count);
  std::vector<std::uint64_t> values(count);
  std::iota(keys.begin(), keys.end(), 0U);
  for (std::uint32_t i = 0; i < count; ++i) values[i] = std::uint64_t{i} * 10;
  bpf::update_many(map, std::as_bytes(std::span{keys}), std::as_bytes(std::span{values}));
}

// What a cursor gives; every key once.
model contents(const bpf::map& map, bpf::map_cursor::mode how = bpf::map_cursor::mode::read) {
  model found;
  bpf::map_cursor entries{map, how};
  while (entries.read()) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      BOOST_TEST(
          found.emplace(value_of<std::uint32_t>(entries.key(i)), value_of<std::uint64_t>(entries.value(i)))
              .second);
    }
  }
  return found;
}

constexpr std::uint32_t types_with_keys[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_ARRAY};

}  // namespace

BOOST_AUTO_TEST_SUITE(maps, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_map_is_made_without_a_program) {
  const auto made = hash_of(100);
  BOOST_TEST(made.name() == "counts");
  BOOST_TEST(made.type_name() == "hash");
  BOOST_TEST(made.max_entries() == 100U);
  BOOST_TEST(made.btf_id() == 0U);
  made.update(raw(7U), raw(std::uint64_t{70}));
  BOOST_TEST(number_at(made, 7) == 70U);
}

BOOST_AUTO_TEST_CASE(a_map_is_made_with_types) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto key = object.types().find("__u32");
  const auto value = object.types().find("struct numbered");
  const auto made =
      bpf::create_map({.name = "typed", .max_entries = 4, .key_type = key, .value_type = value});
  BOOST_TEST(made.key_size() == 4U);
  BOOST_TEST(made.value_size() == sizeof(numbered));
  BOOST_TEST(made.btf_id() != 0U);
  const auto types = bpf::btf::of_map(made);
  BOOST_TEST(to_string(*types.at(made.key_type_id())) == "__u32");
  BOOST_TEST(to_string(*types.at(made.value_type_id())) == "struct numbered");
  BOOST_TEST((bpf::to_btf(*types.at(made.value_type_id())) == bpf::to_btf(*value)));
}

BOOST_AUTO_TEST_CASE(what_a_map_cannot_be_made_of_is_said) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  const auto key = object.types().find("__u32");
  BOOST_TEST((error_of([&] { bpf::create_map({.max_entries = 1, .key_type = key}); }).code() ==
              bpf::errc::wrong_type));
  const auto sized = error_of([&] {
    bpf::create_map({.name = "n", .key_size = 8, .max_entries = 1, .key_type = key, .value_type = key});
  });
  BOOST_TEST((sized.code() == bpf::errc::wrong_size));
  BOOST_TEST(says(sized, "a key is '__u32' and has 4 bytes, not 8"));
  const auto refused = error_of(
      [] { bpf::create_map({.name = "n", .type = BPF_MAP_TYPE_ARRAY, .key_size = 8, .value_size = 8}); });
  BOOST_TEST(refused.code() == errno_code(EINVAL));
  BOOST_TEST(says(refused, "create the map n (array)"));
  BOOST_TEST(says(refused, "keys of 8 bytes, values of 8, 0 entries"));
}

BOOST_AUTO_TEST_CASE(a_cursor_gives_all_that_is_there) {
  for (const auto type : types_with_keys) {
    const std::uint32_t count = 100'000;
    const auto map = hash_of(type == BPF_MAP_TYPE_LRU_HASH ? 2 * count : count, type);
    fill(map, count);
    const auto found = contents(map);
    BOOST_TEST(found.size() == count);
    BOOST_TEST(found.at(count - 1) == std::uint64_t{count - 1} * 10);
    BOOST_TEST(bpf::count(map) == count);
  }
}

BOOST_AUTO_TEST_CASE(one_bucket_may_hold_more_than_a_batch) {
  // Large values: so few fit into a batch that a bucket of a full map holds more.
  const auto map = bpf::create_map({.name = "large",
                                    .key_size = 4,
                                    .value_size = 64 * 1024,
                                    .max_entries = 64,
                                    .flags = BPF_F_NO_PREALLOC});
  const std::vector<std::byte> value(64 * 1024);
  for (std::uint32_t i = 0; i < 64; ++i) map.update(raw(i), value);
  BOOST_TEST(bpf::count(map) == 64U);
}

BOOST_AUTO_TEST_CASE(what_stays_is_given_once_while_the_rest_is_removed) {
  const std::uint32_t count = 20'000;
  for (const auto type : {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_LRU_HASH}) {
    const auto map = hash_of(4 * count, type);
    fill(map, count);
    std::map<std::uint32_t, int> times;
    std::uint32_t removed = 0;
    map.for_each_key([&](bpf::map::bytes_view key) {
      const auto number = value_of<std::uint32_t>(key);
      ++times[number];
      if (number % 2 == 1 && map.erase(key)) ++removed;                   // the one in hand
      if (removed < count) map.erase(raw((number * 7919 % count) | 1U));  // another one
      return true;
    });
    for (std::uint32_t even = 0; even < count; even += 2) BOOST_REQUIRE(times[even] == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_trie_is_gone_through_while_its_prefixes_are_removed) {
  struct prefix {
    std::uint32_t bits;
    std::uint32_t address;
  };
  const auto trie = bpf::create_map({.name = "routes",
                                     .type = BPF_MAP_TYPE_LPM_TRIE,
                                     .key_size = sizeof(prefix),
                                     .value_size = 8,
                                     .max_entries = 4096,
                                     .flags = BPF_F_NO_PREALLOC});
  for (std::uint32_t i = 0; i < 1000; ++i) trie.update(raw(prefix{32, i}), raw(std::uint64_t{i}));
  BOOST_TEST(bpf::count(trie) == 1000U);
  std::map<std::uint32_t, int> times;
  trie.for_each_key([&](bpf::map::bytes_view key) {
    const auto its = value_of<prefix>(key);
    ++times[its.address];
    if (its.address % 2 == 1) trie.erase(key);
    return true;
  });
  for (std::uint32_t i = 0; i < 1000; ++i) BOOST_REQUIRE(times[i] == 1);
  BOOST_TEST(bpf::count(trie) == 500U);
  BOOST_TEST(bpf::clear(trie) == 500U);
  BOOST_TEST(bpf::count(trie) == 0U);
}

BOOST_AUTO_TEST_CASE(many_are_removed_and_those_that_were_not_there_are_not_counted) {
  const auto map = hash_of(1000);
  fill(map, 100);
  std::vector<std::uint32_t> keys{5, 1000, 6, 6, 2000, 7};
  BOOST_TEST(bpf::erase_many(map, std::as_bytes(std::span{keys})) == 3U);
  BOOST_TEST(contents(map).size() == 97U);
}

BOOST_AUTO_TEST_CASE(setting_many_says_how_far_it_came) {
  const auto map = hash_of(10);
  const auto thrown = error_of([&] { fill(map, 12); });
  BOOST_TEST(thrown.code() == errno_code(E2BIG));
  BOOST_TEST(says(thrown, "10 of 12 entries were set before it"));
  BOOST_TEST(bpf::count(map) == 10U);
  const std::uint32_t key = 0;
  BOOST_TEST((error_of([&] { bpf::update_many(map, raw(key), raw(key)); }).code() == bpf::errc::wrong_size));
}

BOOST_AUTO_TEST_CASE(a_map_is_emptied) {
  const auto map = hash_of(100'000);
  fill(map, 100'000);
  BOOST_TEST(bpf::clear(map) == 100'000U);
  BOOST_TEST(contents(map).empty());
  fill(map, 10);
  BOOST_TEST(contents(map, bpf::map_cursor::mode::erase).size() == 10U);
  BOOST_TEST(bpf::count(map) == 0U);
  const auto array = hash_of(4, BPF_MAP_TYPE_ARRAY);
  const auto thrown = error_of([&] { bpf::clear(array); });
  BOOST_TEST(thrown.code() == errno_code(EOPNOTSUPP));
  BOOST_TEST(says(thrown, "set them to 0"));
}

BOOST_AUTO_TEST_CASE(a_value_is_taken_and_removed_in_one_step) {
  const auto map = hash_of(10);
  fill(map, 2);
  BOOST_TEST(value_of<std::uint64_t>(map.lookup_and_erase(raw(1U)).value()) == 10U);
  BOOST_TEST(!map.lookup_and_erase(raw(1U)).has_value());
  BOOST_TEST(bpf::count(map) == 1U);
}

BOOST_AUTO_TEST_CASE(flags_say_what_an_update_may_do) {
  const auto map = hash_of(10);
  const std::uint64_t value = 1;
  BOOST_TEST(error_of([&] { map.update(raw(1U), raw(value), bpf::map::exist); }).code() ==
             errno_code(ENOENT));
  map.update(raw(1U), raw(value), bpf::map::no_exist);
  BOOST_TEST(error_of([&] { map.update(raw(1U), raw(value), bpf::map::no_exist); }).code() ==
             errno_code(EEXIST));
  map.update(raw(1U), raw(std::uint64_t{2}), bpf::map::exist);
  BOOST_TEST(number_at(map, 1) == 2U);
}

BOOST_AUTO_TEST_CASE(queues_and_stacks_are_pushed_and_popped) {
  for (const bool first_in : {true, false}) {
    const auto map = bpf::create_map({.name = "waiting",
                                      .type = first_in ? BPF_MAP_TYPE_QUEUE : BPF_MAP_TYPE_STACK,
                                      .value_size = 4,
                                      .max_entries = 3});
    BOOST_TEST(!map.peek().has_value());
    for (std::uint32_t i = 0; i < 3; ++i) map.push(raw(i));
    BOOST_TEST(error_of([&] { map.push(raw(3U)); }).code() == errno_code(E2BIG));
    BOOST_TEST(value_of<std::uint32_t>(map.peek().value()) == (first_in ? 0U : 2U));
    BOOST_TEST(value_of<std::uint32_t>(map.pop().value()) == (first_in ? 0U : 2U));
    BOOST_TEST(value_of<std::uint32_t>(map.pop().value()) == 1U);
    BOOST_TEST(bpf::clear(map) == 1U);
    BOOST_TEST(!map.pop().has_value());
    BOOST_TEST(error_of([&] { bpf::count(map); }).code() == errno_code(EOPNOTSUPP));
  }
}

BOOST_AUTO_TEST_CASE(a_bloom_filter_knows_what_was_added) {
  const auto map = bpf::create_map(
      {.name = "seen", .type = BPF_MAP_TYPE_BLOOM_FILTER, .value_size = 4, .max_entries = 1000, .extra = 5});
  for (std::uint32_t i = 0; i < 1000; ++i) map.push(raw(i));
  for (std::uint32_t i = 0; i < 1000; ++i) BOOST_REQUIRE(map.contains(raw(i)));
  int seeming = 0;
  for (std::uint32_t i = 1000; i < 2000; ++i) seeming += map.contains(raw(i)) ? 1 : 0;
  BOOST_TEST(seeming < 500);
}

BOOST_AUTO_TEST_CASE(a_map_holds_maps) {
  const auto inner = hash_of(10);
  for (const auto type : {BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_ARRAY_OF_MAPS}) {
    const auto outer = bpf::create_map(
        {.name = "outer", .type = type, .key_size = 4, .value_size = 4, .max_entries = 3, .inner = &inner});
    BOOST_TEST(bpf::count(outer) == 0U);
    outer.update(raw(2U), raw(inner.native_handle()));
    const auto id = value_of<std::uint32_t>(outer.lookup(raw(2U)).value());
    BOOST_TEST(id == inner.id());
    fill(bpf::open_map_by_id(id), 5);
    BOOST_TEST(bpf::count(inner) == 5U);
    BOOST_TEST(bpf::count(outer) == 1U);
    bpf::clear(inner);
    BOOST_TEST(bpf::clear(outer) == 1U);
    BOOST_TEST(!outer.lookup(raw(2U)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_frozen_map_is_not_written) {
  const auto map = hash_of(2, BPF_MAP_TYPE_ARRAY);
  BOOST_TEST(!map.is_frozen());
  map.freeze();
  BOOST_TEST(map.is_frozen());
  BOOST_TEST(error_of([&] { map.update(raw(0U), raw(std::uint64_t{1})); }).code() == errno_code(EPERM));
  BOOST_TEST(number_at(map, 0) == 0U);
}

BOOST_AUTO_TEST_CASE(a_pinned_map_outlives_its_descriptors) {
  const temporary_mount bpffs{"bpf"};
  const auto path = bpffs.path() / "counts";
  {
    const auto map = hash_of(10);
    fill(map, 3);
    map.pin(path);
    BOOST_TEST(error_of([&] { map.pin(path); }).code() == errno_code(EEXIST));
  }
  const auto again = bpf::open_pinned_map(path);
  BOOST_TEST(again.name() == "counts");
  BOOST_TEST(number_at(again, 2) == 20U);
  const auto other = error_of([&] { hash_of(1).unpin(path); });
  BOOST_TEST((other.code() == bpf::errc::wrong_type));
  again.unpin(path);
  BOOST_TEST(error_of([&] { bpf::open_pinned_map(path); }).code() == errno_code(ENOENT));
  BOOST_TEST(error_of([&] { again.unpin(path); }).code() == errno_code(ENOENT));
}

BOOST_AUTO_TEST_CASE(a_pin_elsewhere_says_what_to_mount) {
  const temporary_directory directory;
  const auto thrown = error_of([&] { hash_of(1).pin(directory.path() / "counts"); });
  BOOST_TEST(says(thrown, "mount -t bpf"));
}

BOOST_AUTO_TEST_CASE(a_map_is_opened_by_its_number) {
  const auto map = hash_of(10);
  fill(map, 1);
  BOOST_TEST(bpf::open_map_by_id(map.id()).name() == "counts");
  BOOST_TEST(error_of([] { bpf::open_map_by_id(0x7fff'ffff); }).code() == errno_code(ENOENT));
}

BOOST_AUTO_TEST_SUITE_END()
