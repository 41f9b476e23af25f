#include "in_child.hpp"

#include <aiobpf/bpf/fork_guard.hpp>

#include <boost/test/unit_test.hpp>

namespace bpf = aiobpf::bpf;
using namespace aiobpf::tests;

BOOST_AUTO_TEST_SUITE(fork_guard)

BOOST_AUTO_TEST_CASE(it_is_ours_in_the_process_that_made_it) {
  const bpf::fork_guard made;
  BOOST_TEST(in_child([] { return ""; }) == "");
  BOOST_TEST(made.is_ours());
  BOOST_CHECK_NO_THROW(made.check("read"));
}

BOOST_AUTO_TEST_CASE(it_is_not_ours_in_a_child) {
  const bpf::fork_guard made;
  BOOST_TEST(in_child([&] { return made.is_ours() ? "ours" : ""; }) == "");
}

BOOST_AUTO_TEST_CASE(a_copy_remembers_where_the_original_was_made) {
  const bpf::fork_guard made;
  BOOST_TEST(in_child([&] {
               const bpf::fork_guard copy = made;
               return copy.is_ours() ? "ours" : "";
             }) == "");
}

BOOST_AUTO_TEST_CASE(what_a_child_makes_is_its_own_and_not_its_childs) {
  BOOST_TEST(in_child([] {
               const bpf::fork_guard made;
               if (!made.is_ours()) return std::string{"not ours"};
               return in_child([&] { return made.is_ours() ? "ours in the grandchild" : ""; });
             }) == "");
}

BOOST_AUTO_TEST_CASE(the_error_says_why_and_what_to_do) {
  const bpf::fork_guard made;
  BOOST_TEST(in_child([&]() -> std::string {
               try {
                 made.check("read");
               } catch (const bpf::error& thrown) {
                 if (thrown.code() != bpf::errc::closed) return thrown.code().message();
                 const std::string text = thrown.what();
                 return text == "read: it was made before fork(); make a new one in this process" ? "" : text;
               }
               return "no error";
             }) == "");
}

BOOST_AUTO_TEST_SUITE_END()
