#include "error_of.hpp"

#include <aiobpf/bpf/unique_fd.hpp>

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <type_traits>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

int open_null() {
  return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}
bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unique_fd)

static_assert(!std::is_copy_constructible_v<bpf::unique_fd>);

BOOST_AUTO_TEST_CASE(it_closes_at_its_end) {
  const int fd = open_null();
  { const bpf::unique_fd owner{fd}; }
  BOOST_TEST(!is_open(fd));
}

BOOST_AUTO_TEST_CASE(none_is_false_and_minus_one) {
  const bpf::unique_fd none;
  BOOST_TEST(!none);
  BOOST_TEST(none.get() == -1);
}

BOOST_AUTO_TEST_CASE(moving_moves_the_ownership) {
  const int fd = open_null();
  bpf::unique_fd first{fd};
  bpf::unique_fd second{std::move(first)};
  BOOST_TEST(!first);
  BOOST_TEST(second.get() == fd);
  first = std::move(second);
  BOOST_TEST(first.get() == fd);
  BOOST_TEST(!second);
  BOOST_TEST(is_open(fd));
}

BOOST_AUTO_TEST_CASE(move_assignment_closes_what_was_owned) {
  const int old = open_null();
  bpf::unique_fd owner{old};
  owner = bpf::unique_fd{open_null()};
  BOOST_TEST(!is_open(old));
  BOOST_TEST(is_open(owner.get()));
}

BOOST_AUTO_TEST_CASE(assigning_to_itself_keeps_it_open) {
  bpf::unique_fd owner{open_null()};
  auto& same = owner;
  owner = std::move(same);
  BOOST_TEST(is_open(owner.get()));
}

BOOST_AUTO_TEST_CASE(release_gives_it_away_unclosed) {
  const int fd = [] {
    bpf::unique_fd owner{open_null()};
    return owner.release();
  }();
  BOOST_TEST(is_open(fd));
  ::close(fd);
}

BOOST_AUTO_TEST_CASE(a_duplicate_is_another_descriptor_closed_on_exec) {
  const bpf::unique_fd first{open_null()};
  const auto second = bpf::unique_fd::duplicate(first.get());
  BOOST_TEST(second.get() != first.get());
  BOOST_TEST((::fcntl(second.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_descriptor_is_not_duplicated) {
  const auto thrown = error_of([] { bpf::unique_fd::duplicate(-1); });
  BOOST_TEST(thrown.code() == errno_code(EBADF));
}

BOOST_AUTO_TEST_SUITE_END()
