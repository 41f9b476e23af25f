#pragma once

#include <aiobpf/bpf/error.hpp>

#include <boost/test/unit_test.hpp>

#include <string_view>

namespace aiobpf::tests {

/// The bpf::error that `action` throws. Ends the case when it throws none.
template <class Action>
bpf::error error_of(Action&& action) {
  try {
    action();
  } catch (const bpf::error& thrown) {
    BOOST_TEST_INFO_SCOPE("the error: " << thrown.what());
    return thrown;
  }
  BOOST_FAIL("no bpf::error was thrown");
  throw;  // not reached: BOOST_FAIL threw
}

/// Whether the message says `text`; prints the message when it does not.
inline boost::test_tools::assertion_result says(const bpf::error& thrown, std::string_view text) {
  boost::test_tools::assertion_result found{std::string_view{thrown.what()}.find(text) !=
                                            std::string_view::npos};
  found.message() << '"' << thrown.what() << "\" does not say \"" << text << '"';
  return found;
}

inline boost::system::error_code errno_code(int value) {
  return {value, boost::system::system_category()};
}

}  // namespace aiobpf::tests
