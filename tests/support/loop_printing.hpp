#pragma once

#include "bpf_printing.hpp"

#include <aiobpf/loop/ledger.hpp>
#include <aiobpf/loop/wake_policy.hpp>

#include <ostream>

// What Boost.Test prints of our types when a check fails.
namespace aiobpf::loop {

inline std::ostream& boost_test_print_type(std::ostream& out, wake_policy::action value) {
  switch (value) {
    case wake_policy::action::drain: return out << "drain";
    case wake_policy::action::release: return out << "release";
    case wake_policy::action::pause: return out << "pause";
    case wake_policy::action::wait: return out << "wait";
  }
  return out << "action " << static_cast<int>(value);
}

inline std::ostream& boost_test_print_type(std::ostream& out, const ledger& value) {
  return out << "{counted " << value.counted << ", seen " << value.seen << ", submitted " << value.submitted
             << ", discarded " << value.discarded << ", ring_full " << value.ring_full << ", oversize "
             << value.oversize << ", received " << value.received << ", unread " << value.unread
             << ", delivered " << value.delivered << ", queued " << value.queued << ", dropped_at_close "
             << value.dropped_at_close << ", bytes " << value.bytes << "}";
}

}  // namespace aiobpf::loop
