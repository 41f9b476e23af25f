// Maps with C++ types, checked against BTF.
#include "error_of.hpp"
#include "kernel.hpp"

#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/maps/per_cpu_map.hpp>
#include <aiobpf/bpf/maps/typed_map.hpp>
#include <aiobpf/bpf/maps/typed_queue.hpp>

#include <boost/describe/class.hpp>

#include <linux/bpf.h>

#include <array>
#include <numeric>
#include <vector>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

struct config {
  std::uint64_t timestamp;
  std::uint32_t target_pid;
  std::uint8_t enabled;
};
BOOST_DESCRIBE_STRUCT(config, (), (timestamp, target_pid, enabled))

struct without_padding {  // as people write it who forget what C does
  std::uint32_t target_pid;
  std::uint8_t enabled;
  std::uint64_t timestamp;
};
BOOST_DESCRIBE_STRUCT(without_padding, (), (target_pid, enabled, timestamp))

struct misspelt {
  std::uint64_t timestamp;
  std::uint32_t taget_pid;
  std::uint8_t enabled;
};
BOOST_DESCRIBE_STRUCT(misspelt, (), (timestamp, taget_pid, enabled))

struct undescribed {
  unsigned char bytes[16];
};

struct connection {
  std::uint32_t address;
  std::uint16_t port;
  std::uint8_t protocol;
  std::uint8_t _pad;
};
BOOST_DESCRIBE_STRUCT(connection, (), (address, port, protocol, _pad))

bpf::object load_maps() {
  return bpf::object_file{bpf_object_path("maps")}.load();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(typed_map, *needs_bpf())

BOOST_AUTO_TEST_CASE(structs_are_keys_and_values) {
  const auto object = load_maps();
  const bpf::typed_map<std::uint32_t, config> settings{object, "config"};
  settings.update(0, {.timestamp = 9, .target_pid = 1234, .enabled = 1});
  BOOST_TEST(settings.lookup(0)->target_pid == 1234U);
  BOOST_TEST(settings.lookup(0)->timestamp == 9U);
  BOOST_TEST(!settings.lookup(1).has_value());

  const bpf::typed_map<std::int32_t, std::int64_t> numbers{object, "numbers"};
  const std::array<std::int32_t, 3> keys{-1, 0, 7};
  const std::array<std::int64_t, 3> values{-10, 0, 70};
  numbers.update_many(keys, values);
  BOOST_TEST(numbers.items().size() == 3U);
  BOOST_TEST(numbers.lookup(-1).value() == -10);
  BOOST_TEST(numbers.lookup_and_erase(7).value() == 70);
  BOOST_TEST(!numbers.erase(7));
  BOOST_TEST(numbers.items().size() == 2U);
}

BOOST_AUTO_TEST_CASE(what_btf_says_otherwise_is_refused_with_what_to_do) {
  const auto object = load_maps();
  const auto order = error_of([&] { bpf::typed_map<std::uint32_t, without_padding>{object, "config"}; });
  BOOST_TEST((order.code() == bpf::errc::wrong_size));
  BOOST_TEST(says(order, "map config: its value"));
  BOOST_TEST(says(order, "field timestamp is at offset 0 in BTF, 8 here"));
  BOOST_TEST(
      says(order, "field target_pid is at offset 8 in BTF, 0 here: add 16 bytes of padding before it"));
  const auto name = error_of([&] { bpf::typed_map<std::uint32_t, misspelt>{object, "config"}; });
  BOOST_TEST(says(name, "field taget_pid is not in BTF: did you mean target_pid"));
  const auto size = error_of([&] { bpf::typed_map<std::uint64_t, config>{object, "config"}; });
  BOOST_TEST(says(size, "map config: its key"));
  BOOST_TEST(says(size, "has 4 bytes in BTF, 8 here"));
  bpf::typed_map<std::uint32_t, undescribed>{object, "config"};  // of its size, and no more is known
  BOOST_TEST((error_of([&] {
                bpf::typed_map<std::uint32_t, config>{object, "none"};
              }).code() == bpf::errc::not_found));
}

BOOST_AUTO_TEST_CASE(without_btf_sizes_are_compared) {
  const auto plain = [] {
    return bpf::create_map({.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 4});
  };
  const bpf::typed_map<std::uint32_t, double> made{plain()};
  made.update(1, 0.5);
  BOOST_TEST(made.lookup(1).value() == 0.5);
  const auto thrown = error_of([&] { bpf::typed_map<std::uint32_t, float>{plain()}; });
  BOOST_TEST(says(thrown, "it has 8 bytes in the map, 4 here"));
}

BOOST_AUTO_TEST_CASE(a_map_from_elsewhere_is_checked_against_the_kernels_btf) {
  const auto object = load_maps();
  const auto raw = object.map("config");
  const auto types = bpf::types_of(raw);
  BOOST_TEST(to_string(*types.value) == "struct config");
  BOOST_TEST(says(error_of([&] {
                    bpf::typed_map<std::uint32_t, misspelt>{object.map("config"), types};
                  }),
                  "taget_pid"));
}

BOOST_AUTO_TEST_CASE(every_cpu_has_its_value) {
  const auto object = load_maps();
  const bpf::per_cpu_map<std::uint32_t, std::uint32_t> counts{object, "per_cpu"};
  for (int i = 0; i < 5; ++i) object.program("count").run();
  BOOST_TEST(counts.sum(3) == 5U);
  BOOST_TEST(counts.sum(4) == 0U);
  std::vector<std::uint32_t> values(counts.cpus());
  std::iota(values.begin(), values.end(), 1U);
  counts.update(4, values);
  BOOST_TEST((counts.lookup(4).value() == values));
  BOOST_TEST(counts.items().size() == 2U);
  BOOST_TEST(counts.erase(4));
  BOOST_REQUIRE(counts.items().size() == 1U);
  BOOST_TEST((counts.items().front().second == counts.lookup(3).value()));
  values.push_back(0);
  BOOST_TEST((error_of([&] { counts.update(4, values); }).code() == bpf::errc::wrong_size));
  using per_cpu = bpf::per_cpu_map<std::int32_t, std::int64_t>;
  BOOST_TEST(says(error_of([&] { per_cpu{object, "numbers"}; }), "use typed_map"));
  using typed = bpf::typed_map<std::uint32_t, std::uint32_t>;
  BOOST_TEST(says(error_of([&] { typed{object, "per_cpu"}; }), "use per_cpu_map"));
}

BOOST_AUTO_TEST_CASE(a_queue_has_values_alone) {
  const auto object = load_maps();
  const bpf::typed_queue<std::uint32_t> queue{object, "queue"};
  queue.push(1);
  queue.push(2);
  BOOST_TEST(queue.peek().value() == 1U);
  BOOST_TEST(queue.pop().value() == 1U);
  BOOST_TEST(queue.pop().value() == 2U);
  BOOST_TEST(!queue.pop().has_value());
  const auto size = error_of([&] { bpf::typed_queue<std::uint64_t>{object, "queue"}; });
  BOOST_TEST(says(size, "map queue: its value: Size mismatch"));
  BOOST_TEST(says(error_of([&] { bpf::typed_queue<std::uint64_t>{object, "numbers"}; }), "it has keys"));
}

BOOST_AUTO_TEST_CASE(keys_of_structs_are_found) {
  const auto object = load_maps();
  const auto raw = object.map("connections");
  struct stats {
    unsigned char bytes[72];
  };
  const bpf::typed_map<connection, stats> connections{object, "connections"};
  connections.update({1, 80, 6, 0}, {});
  BOOST_TEST(connections.lookup({1, 80, 6, 0}).has_value());
  BOOST_TEST(!connections.lookup({1, 81, 6, 0}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
