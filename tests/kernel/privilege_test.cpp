// What those are told who may not: each in a child process that has given its privileges away.
#include "error_of.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "temporary_directory.hpp"

#include <aiobpf/rings/ring_reader.hpp>

#include <grp.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

namespace bpf = aiobpf::bpf;
namespace rings = aiobpf::rings;
using namespace aiobpf::tests;

namespace {

constexpr unsigned nobody = 65534;

// What `action` threw as the user nobody, as "<code> <message>"; "nothing" when it threw nothing.
std::string told_to_nobody(const std::function<void()>& action) {
  return in_child([&]() -> std::string {
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) {
      return "cannot become nobody";
    }
    try {
      action();
      return "nothing";
    } catch (const bpf::error& thrown) {
      return std::to_string(thrown.code().value()) + ' ' + thrown.what();
    }
  });
}

boost::test_tools::assertion_result has(const std::string& told, const std::string& text) {
  boost::test_tools::assertion_result found{told.find(text) != std::string::npos};
  found.message() << '"' << told << "\" does not say \"" << text << '"';
  return found;
}

// A copy of a test object where everybody can read it: the build folder may be closed to others.
class readable_copy {
public:
  explicit readable_copy(const std::string& name, std::filesystem::perms perms = std::filesystem::perms{0644})
      : path_(directory_.path() / (name + ".bpf.o")) {
    std::filesystem::copy_file(bpf_object_path(name), path_);
    std::filesystem::permissions(path_, perms);
    std::filesystem::permissions(directory_.path(), std::filesystem::perms{0755});
  }
  const std::filesystem::path& path() const noexcept { return path_; }

private:
  temporary_directory directory_;
  std::filesystem::path path_;
};

bool is_root() {
  return ::geteuid() == 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(privilege, *needs_bpf())

BOOST_AUTO_TEST_CASE(loading_without_capabilities_names_them) {
  BOOST_REQUIRE(is_root());
  const readable_copy emit{"emit"};
  const auto told = told_to_nobody([&] { bpf::object_file{emit.path()}.load(); });
  BOOST_TEST(has(told, std::to_string(EPERM) + " load emit.bpf.o: Operation not permitted"));
  BOOST_TEST(has(told, "CAP_BPF and CAP_PERFMON"));
  BOOST_TEST(has(told, "run it as root"));
}

BOOST_AUTO_TEST_CASE(opening_needs_no_capability) {
  const readable_copy emit{"emit"};
  const auto told = told_to_nobody([&] { bpf::object_file{emit.path()}.types().find("numbered"); });
  BOOST_TEST(told == "nothing");
}

// A capability would not help: it is the file's mode.
BOOST_AUTO_TEST_CASE(a_file_that_may_not_be_read_is_no_matter_of_capabilities) {
  const readable_copy emit{"emit", std::filesystem::perms{0600}};
  const auto told = told_to_nobody([&] { bpf::object_file{emit.path()}; });
  BOOST_TEST(has(told, std::to_string(EACCES) + " open " + emit.path().string() + ": Permission denied"));
  BOOST_TEST(!has(told, "CAP_BPF"));
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_named_without_trying) {
  const auto told = told_to_nobody([] {
    std::string all;
    for (const auto& one : bpf::missing_for_bpf()) all += one;
    throw bpf::error{{}, all};
  });
  BOOST_TEST(has(told, "this process is missing CAP_BPF and CAP_PERFMON"));
}

BOOST_AUTO_TEST_CASE(nothing_is_missing_for_root) {
  BOOST_TEST(bpf::missing_for_bpf().empty());
}

// What was handed a ring needs no capability to read it (facts: a map's descriptor is enough).
BOOST_AUTO_TEST_CASE(a_ring_that_was_handed_over_is_read_without_capabilities) {
  const auto object = bpf::object_file{bpf_object_path("emit")}.load();
  emit(object, {.count = 5});
  const auto ring = object.map("first");
  const auto told = told_to_nobody([&] {
    rings::ring_reader reader{rings::ring_memory::map_kernel_ring(ring)};
    const auto walk = reader.drain({}, [](auto) {});
    throw bpf::error{{}, "read " + std::to_string(walk.records)};
  });
  BOOST_TEST(told == "0 read 5");
}

BOOST_AUTO_TEST_SUITE_END()
