// Memory that no kernel would write: a ring's pages are shared with whoever has its descriptor.
#include "bpf_printing.hpp"

#include <aiobpf/rings/ring_walk.hpp>

#include <boost/test/unit_test.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

namespace rings = aiobpf::rings;
using rings::ring_stop;

namespace {

// A walk that reads every byte it is given, so that a wrong span is a wrong access.
rings::ring_walk read_all(const std::byte* data, std::size_t size, std::uint64_t begin,
                          std::uint64_t producer, std::uint32_t guess, rings::ring_limits limits = {}) {
  rings::ring_walk walk;
  unsigned sum = 0;
  rings::walk_ring(data, size, begin, producer, limits, guess, walk,
                   [&](const std::byte* record, std::uint32_t length) {
                     for (std::uint32_t i = 0; i < length; ++i) sum += std::to_integer<unsigned>(record[i]);
                   });
  volatile unsigned keep = sum;
  static_cast<void>(keep);
  return walk;
}

// What holds of every walk, whatever the memory.
void check_sane(const rings::ring_walk& walk, std::uint64_t begin, std::uint64_t producer) {
  const std::uint64_t walked = walk.end - walk.begin;
  BOOST_REQUIRE(walk.begin == begin);
  BOOST_REQUIRE(walk.end % 8 == begin % 8);
  BOOST_REQUIRE(walked == 0 || walked <= producer - begin);
  BOOST_REQUIRE(walk.last - begin <= walked);
  BOOST_REQUIRE((walk.records + walk.discarded) * rings::ring_header::size <= walked);
  BOOST_REQUIRE((walk.stop != ring_stop::empty || walk.end == producer));
}

// Headers that are plausible more often than random ones are.
void fill(std::vector<std::uint32_t>& words, std::mt19937& random) {
  for (auto& word : words) {
    switch (random() % 6) {
      case 0: word = static_cast<std::uint32_t>(random()); break;
      case 1: word = static_cast<std::uint32_t>(random() % 64) | rings::ring_header::discard_bit; break;
      case 2: word = static_cast<std::uint32_t>(random() % 64); break;
      default: word = 8;
    }
  }
}

// Two readable pages between two that end the process: [begin, producer) is exactly the readable part.
class guarded_pages {
public:
  guarded_pages()
      : page_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
        memory_(static_cast<std::byte*>(
            ::mmap(nullptr, 8 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    BOOST_REQUIRE(memory_ != MAP_FAILED);
    BOOST_REQUIRE(::mprotect(memory_ + page_, 2 * page_, PROT_READ | PROT_WRITE) == 0);
  }
  ~guarded_pages() { ::munmap(memory_, 8 * page_); }
  guarded_pages(const guarded_pages&) = delete;
  guarded_pages& operator=(const guarded_pages&) = delete;

  std::size_t page() const { return page_; }
  std::size_t ring_size() const { return 4 * page_; }
  std::byte* data() const { return memory_; }

private:
  std::size_t page_;
  std::byte* memory_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ring_walk_over_garbage)

BOOST_AUTO_TEST_CASE(random_memory_is_never_read_outside_what_was_produced) {
  const guarded_pages pages;
  std::mt19937 random{1};
  std::vector<std::uint32_t> words(2 * pages.page() / sizeof(std::uint32_t));
  for (int round = 0; round < 2000; ++round) {
    fill(words, random);
    std::memcpy(pages.data() + pages.page(), words.data(), 2 * pages.page());
    const std::uint64_t begin = pages.ring_size() * (random() % 4) + pages.page();
    const std::uint64_t producer = begin + 2 * pages.page();

    const auto walk =
        read_all(pages.data(), pages.ring_size(), begin, producer, static_cast<std::uint32_t>(random()));

    check_sane(walk, begin, producer);
  }
}

// The same to the byte, where the address sanitizer watches: the heap block ends with the last record.
BOOST_AUTO_TEST_CASE(short_random_memory_is_never_read_past_its_end) {
  std::mt19937 random{2};
  for (int round = 0; round < 20000; ++round) {
    std::vector<std::uint32_t> words(2 * (random() % 32));
    fill(words, random);
    const std::size_t bytes = words.size() * sizeof(std::uint32_t);
    const auto block = std::make_unique<std::byte[]>(bytes);
    if (bytes > 0) std::memcpy(block.get(), words.data(), bytes);
    const rings::ring_limits limits{.records = random() % 8, .bytes = random() % 128};

    const auto walk =
        read_all(block.get(), 4096, 4096, 4096 + bytes, static_cast<std::uint32_t>(random() % 64), limits);

    check_sane(walk, 4096, 4096 + bytes);
  }
}

BOOST_AUTO_TEST_CASE(garbage_positions_are_corrupt_and_nothing_is_read) {
  const std::byte* nowhere = nullptr;
  struct positions {
    std::uint64_t begin;
    std::uint64_t producer;
  };
  const positions garbage[] = {
      {0, 4104},         // more than the ring holds
      {8, 0},            // the reader is ahead of the producer
      {~0ULL, ~0ULL},    // unaligned both
      {4, 4},            // unaligned, though empty
      {0, 12},           // the producer is unaligned
      {4, 16},           // the reader is unaligned
      {0, ~0ULL - 7},    // far away
      {~0ULL - 7, 8192}  // behind the end of 64 bits, and too far
  };
  for (const auto& [begin, producer] : garbage) {
    BOOST_TEST_CONTEXT(begin << " to " << producer) {
      const auto walk = read_all(nowhere, 4096, begin, producer, 0);
      BOOST_TEST(walk.stop == ring_stop::corrupt);
      BOOST_TEST(walk.end == begin);
      BOOST_TEST(walk.records == 0U);
    }
  }
}

BOOST_AUTO_TEST_CASE(random_positions_are_never_followed_outside_the_ring) {
  std::mt19937_64 random{3};
  std::vector<std::uint32_t> words(2 * 4096 / sizeof(std::uint32_t), 8);
  const auto* data = reinterpret_cast<const std::byte*>(words.data());
  for (int round = 0; round < 20000; ++round) {
    const std::uint64_t begin = random() >> (random() % 64);
    const std::uint64_t producer = random() % 2 ? begin + random() % 5000 : random() >> (random() % 64);
    const auto walk = read_all(data, 4096, begin, producer, static_cast<std::uint32_t>(random() % 64));
    check_sane(walk, begin, producer);
  }
}

// A long guess near the end of the positions' range: an addition would wrap around and seem to fit.
BOOST_AUTO_TEST_CASE(a_guess_is_not_followed_past_the_end_of_64_bits) {
  const guarded_pages pages;
  const std::uint64_t begin = ~0ULL - 63;  // the ring's last 64 bytes, of which 56 are produced
  std::byte* last_page = pages.data() + 3 * pages.page();
  BOOST_REQUIRE(::mprotect(last_page, pages.page(), PROT_READ | PROT_WRITE) == 0);
  const std::uint32_t guess = 1U << 20;
  std::memcpy(last_page + pages.page() - 64, &guess, sizeof(guess));

  const auto walk = read_all(pages.data(), pages.ring_size(), begin, begin + 56, guess);

  BOOST_TEST(walk.stop == ring_stop::corrupt);
  BOOST_TEST(walk.records == 0U);
}

BOOST_AUTO_TEST_CASE(what_was_found_before_a_corrupt_header_is_kept) {
  std::vector<std::uint32_t> words(16);
  words[0] = 8;         // at 0
  words[4] = 8;         // at 16
  words[8] = 1U << 20;  // at 32
  const auto* data = reinterpret_cast<const std::byte*>(words.data());

  const auto walk = read_all(data, 4096, 0, 64, 0);

  BOOST_TEST(walk.stop == ring_stop::corrupt);
  BOOST_TEST(walk.records == 2U);
  BOOST_TEST(walk.end == 32U);
  BOOST_TEST(walk.last == 16U);
}

BOOST_AUTO_TEST_SUITE_END()
