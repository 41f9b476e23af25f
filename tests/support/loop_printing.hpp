#pragma once

#include "bpf_printing.hpp"

#include <aiobpf/loop/source_set.hpp>
#include <aiobpf/loop/wake_policy.hpp>
#include <aiobpf/records/ledger.hpp>

#include <ostream>

// What Boost.Test prints of our types when a check fails.
namespace aiobpf::loop {

inline std::ostream& boost_test_print_type(std::ostream& out, wake_policy::action value) {
  switch (value) {
    case wake_policy::action::drain: return out << "drain";
    case wake_policy::action::release: return out << "release";
    case wake_policy::action::poll: return out << "poll";
    case wake_policy::action::pause: return out << "pause";
    case wake_policy::action::wait: return out << "wait";
  }
  return out << "action " << static_cast<int>(value);
}

inline std::ostream& boost_test_print_type(std::ostream& out, drain_stop value) {
  switch (value) {
    case drain_stop::empty: return out << "empty";
    case drain_stop::busy: return out << "busy";
    case drain_stop::limit: return out << "limit";
    case drain_stop::ended: return out << "ended";
    case drain_stop::failed: return out << "failed";
  }
  return out << "stop " << static_cast<int>(value);
}

inline std::ostream& boost_test_print_type(std::ostream& out, next_step value) {
  switch (value) {
    case next_step::again: return out << "again";
    case next_step::arm_then_again: return out << "arm_then_again";
    case next_step::wait: return out << "wait";
    case next_step::done: return out << "done";
  }
  return out << "step " << static_cast<int>(value);
}

}  // namespace aiobpf::loop

namespace aiobpf::records {

inline std::ostream& boost_test_print_type(std::ostream& out, const ledger& value) {
  out << "{counted " << value.counted << ", settling " << value.settling;
  for_each_count(value,
                 [&](std::string_view name, std::uint64_t count) { out << ", " << name << " " << count; });
  return out << "}";
}

}  // namespace aiobpf::records
