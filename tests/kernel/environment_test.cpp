#include "kernel.hpp"
#include "mounts.hpp"

#include <aiobpf/bpf/environment.hpp>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(environment, *needs_bpf())

BOOST_AUTO_TEST_CASE(a_file_system_is_found_where_it_was_mounted_and_not_after) {
  std::string where;
  {
    const temporary_mount mount{"ramfs"};
    where = mount.path();
    BOOST_TEST(bpf::mount_point("ramfs") == where);
  }
  BOOST_TEST(bpf::mount_point("ramfs") != where);
}

// The kernel writes them as \040 and the like.
BOOST_AUTO_TEST_CASE(a_mount_point_with_blanks_in_its_name_is_found) {
  const temporary_mount mount{"ramfs", "a b\tc\\d"};
  BOOST_TEST(bpf::mount_point("ramfs") == mount.path().string());
}

BOOST_AUTO_TEST_SUITE_END()
