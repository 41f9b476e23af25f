#pragma once

#include <aiobpf/bpf/error.hpp>

#include <fnmatch.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::benchmarks {

/// How a benchmark program was called: [--quick] [--only PATTERN].
struct options {
  bool quick = false;  ///< fewer and shorter measurements: do they run at all
  std::string only;    ///< a shell pattern, anywhere in a row's name

  options(int count, char** arguments) {
    for (int i = 1; i < count; ++i) {
      const std::string_view argument{arguments[i]};
      if (argument == "--quick") {
        quick = true;
      } else if (argument == "--only" && i + 1 < count) {
        only = std::string{"*"} + arguments[++i] + "*";
      } else {
        std::fprintf(stderr, "usage: %s [--quick] [--only PATTERN]\n", arguments[0]);
        std::exit(2);
      }
    }
  }

  bool wants(const std::string& row) const {
    return only.empty() || ::fnmatch(only.c_str(), row.c_str(), 0) == 0;
  }
};

inline double median(std::vector<double> of) {
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::nth_element(of.begin(), middle, of.end());
  return *middle;
}

/// One row: two costs, lower is better.
struct pair_of_costs {
  double ours = 0;
  double baseline = 0;
};

/// Measures both sides in turn, `pairs` times, and which one begins changes too. Whatever the machine does
/// meanwhile is done to both. Gives the medians.
template <class Ours, class Baseline>
pair_of_costs measure_pairs(std::size_t pairs, Ours ours, Baseline baseline) {
  std::vector<double> of_ours;
  std::vector<double> of_baseline;
  ours();  // first touch of memory and code
  baseline();
  for (std::size_t i = 0; i < pairs; ++i) {
    if (i % 2 == 0) of_ours.push_back(ours());
    of_baseline.push_back(baseline());
    if (i % 2 != 0) of_ours.push_back(ours());
  }
  return {median(of_ours), median(of_baseline)};
}

/// Prints a row as a line of JSON.
inline void report(const std::string& name, pair_of_costs costs, const char* baseline_name,
                   const char* unit) {
  std::printf(
      "{\"name\": \"%s\", \"ours\": %.3f, \"baseline\": %.3f, \"baseline_name\": \"%s\", \"unit\": \"%s\", "
      "\"ratio\": %.3f}\n",
      name.c_str(), costs.ours, costs.baseline, baseline_name, unit, costs.baseline / costs.ours);
  std::fflush(stdout);
}

using clock = std::chrono::steady_clock;

inline double nanoseconds_since(clock::time_point started) {
  return std::chrono::duration<double, std::nano>(clock::now() - started).count();
}

/// Keeps the calling thread on one CPU. On a machine with fewer CPUs it stays where it is.
inline void pin_to(int cpu) noexcept {
  ::cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  ::pthread_setaffinity_np(::pthread_self(), sizeof(set), &set);
}

/// Runs a benchmark's body; what it throws is told on stderr and fails the program.
template <class Body>
int run_benchmark(int count, char** arguments, Body body) {
  const options wanted{count, arguments};
  try {
    body(wanted);
  } catch (const bpf::error& failed) {
    std::fprintf(stderr, "%s: %s\n%s", arguments[0], failed.what(), failed.log().c_str());
    return 1;
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "%s: %s\n", arguments[0], failed.what());
    return 1;
  }
  return 0;
}

}  // namespace aiobpf::benchmarks
