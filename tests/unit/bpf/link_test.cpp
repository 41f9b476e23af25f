// A link of an attachment that libbpf has no bpf_link for.
#include "in_child.hpp"

#include <aiobpf/bpf/link.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

namespace {

struct counts {
  int detached = 0;
  int freed = 0;
};

class counting final : public bpf::attachment {
public:
  explicit counting(counts& all) noexcept : all_(all) {}
  ~counting() override { ++all_.freed; }
  void detach() noexcept override { ++all_.detached; }

private:
  counts& all_;
};

bpf::link link_of(counts& all) {
  return bpf::link{std::make_unique<counting>(all)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(an_attachment_without_a_bpf_link_is_detached_once) {
  counts all;
  {
    auto link = link_of(all);
    BOOST_TEST(link.is_attached());
    BOOST_TEST(link.native_handle() == -1);
    BOOST_TEST(all.detached == 0);
    link.detach();
    link.detach();
    BOOST_TEST(!link.is_attached());
  }
  BOOST_TEST(all.detached == 1);
  BOOST_TEST(all.freed == 1);
}

BOOST_AUTO_TEST_CASE(the_end_detaches_and_a_moved_link_does_not) {
  counts all;
  {
    auto first = link_of(all);
    const auto second = std::move(first);
    BOOST_TEST(!first.is_attached());
    BOOST_TEST(second.is_attached());
  }
  BOOST_TEST(all.detached == 1);
}

BOOST_AUTO_TEST_CASE(a_link_that_is_assigned_to_detaches_what_it_had) {
  counts old;
  counts now;
  auto link = link_of(old);
  link = link_of(now);
  BOOST_TEST(old.detached == 1);
  BOOST_TEST(now.detached == 0);
  auto& itself = link;
  link = std::move(itself);
  BOOST_TEST(link.is_attached());
}

BOOST_AUTO_TEST_CASE(a_childs_copy_is_freed_and_not_detached) {
  counts all;
  std::optional<bpf::link> link{link_of(all)};
  const auto wrong = in_child([&]() -> std::string {
    link.reset();
    return all.detached == 0 && all.freed == 1 ? "" : "the child detached it, or did not free it";
  });
  BOOST_TEST(wrong == "");
  BOOST_TEST(all.detached == 0);
}

BOOST_AUTO_TEST_SUITE_END()
