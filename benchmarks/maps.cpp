// What it costs to take an entry out of a large map: many a system call, against one by one.
#include "support/bench.hpp"

#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/maps/typed_map.hpp>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace aiobpf;
using namespace aiobpf::benchmarks;

using counts = bpf::typed_map<std::uint32_t, std::uint64_t>;

void check(std::uint64_t sum, std::uint32_t entries) {
  if (sum != std::uint64_t{entries} * (entries - 1) / 2) throw std::runtime_error{"entries are missing"};
}

double by_batches(const counts& map, std::uint32_t entries) {
  const auto started = clock::now();
  std::uint64_t sum = 0;
  bpf::map_cursor cursor{map.raw()};
  while (cursor.read()) {
    for (std::size_t i = 0; i < cursor.size(); ++i) {
      std::uint64_t value;
      std::memcpy(&value, cursor.value(i).data(), sizeof(value));
      sum += value;
    }
  }
  const double taken = nanoseconds_since(started);
  check(sum, entries);
  return taken / entries;
}

double one_by_one(const counts& map, std::uint32_t entries) {
  const int fd = map.raw().native_handle();
  const auto started = clock::now();
  std::uint64_t sum = 0;
  std::uint32_t key = 0;
  const void* from = nullptr;
  for (std::uint32_t next = 0; ::bpf_map_get_next_key(fd, from, &next) == 0; from = &key) {
    std::uint64_t value = 0;
    if (::bpf_map_lookup_elem(fd, &next, &value) == 0) sum += value;
    key = next;
  }
  const double taken = nanoseconds_since(started);
  check(sum, entries);
  return taken / entries;
}

void map_items(const options& wanted) {
  const std::string name = "map_items/batch";
  if (!wanted.wants(name)) return;
  const std::uint32_t entries = wanted.quick ? 100'000 : 1'000'000;
  const counts map{bpf::create_map({.name = "counts",
                                    .type = BPF_MAP_TYPE_HASH,
                                    .key_size = sizeof(std::uint32_t),
                                    .value_size = sizeof(std::uint64_t),
                                    .max_entries = entries})};
  std::vector<std::uint32_t> keys(entries);
  std::vector<std::uint64_t> values(entries);
  std::iota(keys.begin(), keys.end(), 0U);
  std::iota(values.begin(), values.end(), std::uint64_t{0});
  map.update_many(keys, values);

  const auto costs = measure_pairs(
      wanted.quick ? 3 : 11, [&] { return by_batches(map, entries); },
      [&] { return one_by_one(map, entries); });
  report(name, costs, "libbpf, a key and a value a time", "ns/entry");
}

}  // namespace

int main(int count, char** arguments) {
  return run_benchmark(count, arguments, [](const options& wanted) {
    pin_to(0);
    map_items(wanted);
  });
}
