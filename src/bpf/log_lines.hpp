#pragma once

#include <string>
#include <string_view>

namespace aiobpf::bpf {

/// What is around a name in libbpf's log.
struct quoted {
  std::string_view before;
  std::string_view after;
};

/// The last text of one line that is between these two; empty when there is none.
std::string last_between(std::string_view log, std::string_view before, std::string_view after);

/// The line that has `text`, without "libbpf: "; empty when none has it.
std::string line_with(std::string_view log, std::string_view text);

}  // namespace aiobpf::bpf
