// libFuzzer over the wake policy: sequences of events and times, in a model of the kernel and a driver.
#include "../../src/loop/wake_policy.cpp"
#include "../support/wake_model.hpp"
#include "fuzzing.hpp"

using namespace std::chrono_literals;
namespace loop = aiobpf::loop;
namespace tests = aiobpf::tests;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  aiobpf::fuzzing::input in{data, size};
  const auto shape = in.take<std::uint8_t>();
  loop::wake_options options{.edge = (shape & 1) != 0};
  if (shape & 2) options.latency = 1us * (1 + in.take<std::uint8_t>()) * (shape & 4 ? 1 : 50);
  if (shape & 8) options.capacity = 4096;
  if (shape & 16) options.poll = loop::polling{.idle = 100us};
  tests::wake_model model{options, [](const std::string& why) {
                            std::fprintf(stderr, "%s\n", why.c_str());
                            std::abort();
                          }};
  tests::run_wake_sequence(model, std::min<std::size_t>(size, 50),
                           [&](std::uint64_t below) { return in.take<std::uint8_t>() % below; });
  return 0;
}
