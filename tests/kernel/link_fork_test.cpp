// What a forked child may do with its parent's links: nothing that the parent would notice.
#include "calls.hpp"
#include "in_child.hpp"
#include "kernel.hpp"
#include "mounts.hpp"
#include "open_descriptors.hpp"
#include "raw_bytes.hpp"

#include <aiobpf/bpf/attach/section.hpp>

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <optional>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

// The program of calls.bpf.c that is attached, and where it counts. By a tracepoint is by a perf event.
struct place {
  const char* program;
  std::uint32_t count;
};
constexpr place tracepoint{"on_getppid", by_tracepoint};
constexpr place raw_tracepoint{"on_syscall", by_raw_tracepoint};

struct attached {
  explicit attached(place where) : count(where.count) { link = attach(object.program(where.program)); }

  std::string in_child(const std::function<std::string()>& action) {
    call(3);
    const auto wrong = aiobpf::tests::in_child(action);
    call(5);
    return wrong;
  }
  std::uint64_t calls() const { return counted(object, count); }

  std::uint32_t count;
  bpf::object object = load_calls();
  std::map<int, std::string> before = open_descriptors();
  std::optional<bpf::link> link;
};

// A program that counts this thread's page faults, by a perf event that samples each of them. Other perf
// links (tracepoints, uprobes) run on when their event is disabled; this one does not.
struct sampled {
  sampled() {
    object.reset(::bpf_object__open_file(bpf_object_path("samples").c_str(), nullptr));
    BOOST_REQUIRE(object);
    BOOST_REQUIRE(::bpf_object__load(object.get()) == 0);
    ::perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_PAGE_FAULTS;
    attributes.sample_period = 1;
    const auto event = ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    BOOST_REQUIRE(event >= 0);
    ::bpf_program* program = ::bpf_object__find_program_by_name(object.get(), "on_sample");
    ::bpf_link* made = ::bpf_program__attach_perf_event(program, static_cast<int>(event));
    BOOST_REQUIRE(made != nullptr);
    link.emplace(made);
  }

  std::uint64_t samples() const {
    const int map = ::bpf_object__find_map_fd_by_name(object.get(), "samples");
    return number_at(bpf::map{bpf::unique_fd::duplicate(map)}, 0);
  }

  struct close {
    void operator()(::bpf_object* object) const noexcept { ::bpf_object__close(object); }
  };
  std::unique_ptr<::bpf_object, close> object;
  std::optional<bpf::link> link;
};

// At least ten page faults.
void touch_pages() {
  constexpr std::size_t length = 10 * 4096;
  void* pages = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  BOOST_REQUIRE(pages != MAP_FAILED);
  ::madvise(pages, length, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < length; at += 4096) static_cast<volatile char*>(pages)[at] = 1;
  ::munmap(pages, length);
}

// A child that has done `action` and then lives until this ends.
class living_child {
public:
  explicit living_child(const std::function<void()>& action) {
    std::array<int, 2> told;
    std::array<int, 2> released;
    BOOST_REQUIRE(::pipe(told.data()) == 0);
    BOOST_REQUIRE(::pipe(released.data()) == 0);
    child_ = ::fork();
    BOOST_REQUIRE(child_ >= 0);
    char byte = 0;
    if (child_ == 0) {
      ::alarm(10);
      ::close(released[1]);
      action();
      const bool sent = ::write(told[1], &byte, 1) == 1;
      ::_exit(sent && ::read(released[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::close(told[1]);
    ::close(released[0]);
    release_.reset(released[1]);
    BOOST_REQUIRE(::read(told[0], &byte, 1) == 1);
    ::close(told[0]);
  }
  ~living_child() {
    release_.reset();
    int status = -1;
    BOOST_TEST(::waitpid(child_, &status, 0) == child_);
    BOOST_TEST(status == 0);
  }
  living_child(const living_child&) = delete;
  living_child& operator=(const living_child&) = delete;

private:
  ::pid_t child_;
  bpf::unique_fd release_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(link_fork, *needs_bpf() * boost::unit_test::fixture<with_tracefs>())

BOOST_AUTO_TEST_CASE(a_childs_detach_leaves_the_parents_program_attached) {
  for (const auto where : {tracepoint, raw_tracepoint}) {
    attached one{where};
    BOOST_TEST(one.in_child([&] {
      one.link->detach();
      return one.link->is_attached() ? "still attached" : "";
    }) == "");
    BOOST_TEST(one.calls() == 8U);
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_ends_in_a_child_leaves_the_parents_program_attached) {
  for (const auto where : {tracepoint, raw_tracepoint}) {
    attached one{where};
    BOOST_TEST(one.in_child([&] {
      one.link.reset();
      return "";
    }) == "");
    BOOST_TEST(one.calls() == 8U);
  }
}

BOOST_AUTO_TEST_CASE(an_object_that_ends_in_a_child_leaves_the_parents_attached) {
  for (const auto where : {tracepoint, raw_tracepoint}) {
    attached one{where};
    BOOST_TEST(one.in_child([&] {
      one.link.reset();
      const auto taken = std::move(one.object);
      return "";
    }) == "");
    BOOST_TEST(one.calls() == 8U);
  }
}

BOOST_AUTO_TEST_CASE(a_link_that_ends_in_a_child_leaves_the_parents_perf_event_enabled) {
  sampled one;
  touch_pages();
  BOOST_TEST(in_child([&] {
               one.link.reset();
               return "";
             }) == "");
  const auto before = one.samples();
  BOOST_TEST(before >= 10U);
  touch_pages();
  BOOST_TEST(one.samples() >= before + 10U);
}

BOOST_AUTO_TEST_CASE(the_parent_detaches_also_while_a_child_lives) {
  for (const auto where : {tracepoint, raw_tracepoint}) {
    attached one{where};
    call(3);
    living_child child{[&] { one.link.reset(); }};
    one.link.reset();
    call(5);
    BOOST_TEST(one.calls() == 3U);
  }
}

BOOST_AUTO_TEST_CASE(a_child_attaches_and_detaches_what_is_its_own) {
  const auto object = load_calls();
  BOOST_TEST(in_child([&]() -> std::string {
               object.program("watch_me").run();
               auto link = attach(object.program("on_syscall"));
               call(3);
               link.detach();
               call(5);
               return counted(object, by_raw_tracepoint) == 3 ? ""
                                                              : "a link of the child's own does not detach";
             }) == "");
}

// The perf event beside a link is in libbpf's hands: link.cpp says so.
BOOST_AUTO_TEST_CASE(a_child_keeps_no_descriptor_but_a_perf_event) {
  for (const auto where : {tracepoint, raw_tracepoint}) {
    attached one{where};
    BOOST_TEST(one.in_child([&] {
      one.link.reset();
      std::string left;
      for (const auto& [fd, target] : open_descriptors()) {
        const bool new_here = !one.before.contains(fd) && !target.starts_with("pipe:");
        if (new_here && target != "anon_inode:[perf_event]") left += target + ' ';
      }
      return left;
    }) == "");
  }
}

BOOST_AUTO_TEST_SUITE_END()
