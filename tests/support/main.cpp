// The main() of every test program. Beyond Boost.Test's own verdict:
//   - every case skipped: returns 77, which CTest shows as skipped (Boost.Test would say success);
//   - a descriptor that is open at the end and was not at the start: names it and returns 99.
#include "open_descriptors.hpp"

#include <boost/test/framework.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/tree/observer.hpp>
#include <boost/test/unit_test.hpp>

#include <iostream>

namespace {

namespace ut = boost::unit_test;

constexpr int all_skipped = 77;
constexpr int descriptors_leaked = 99;

// The results are gone when unit_test_main returns: they are read when the last test has ended.
class skip_observer : public ut::test_observer {
public:
  void test_finish() override {
    const auto& results = ut::results_collector.results(ut::framework::master_test_suite().p_id);
    nothing_ran =
        results.p_test_cases_skipped > 0 && results.p_test_cases_passed + results.p_test_cases_warned == 0;
  }
  int priority() override { return 100; }  // after the results collector

  bool nothing_ran = false;
};

skip_observer observed;

bool initialise() {
  ut::framework::register_observer(observed);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const auto before = aiobpf::tests::open_descriptors();
  const int verdict = ut::unit_test_main(initialise, argc, argv);
  if (verdict != 0) return verdict;
  if (observed.nothing_ran) return all_skipped;

  int leaked = 0;
  for (const auto& [fd, target] : aiobpf::tests::open_descriptors()) {
    if (before.contains(fd)) continue;
    std::cerr << "leaked file descriptor " << fd << " -> " << target << '\n';
    leaked = descriptors_leaked;
  }
  return leaked;
}
