#include "log_lines.hpp"

namespace aiobpf::bpf {

std::string last_between(std::string_view log, std::string_view before, std::string_view after) {
  for (auto at = log.rfind(before); at != log.npos; at = at == 0 ? log.npos : log.rfind(before, at - 1)) {
    const auto from = at + before.size();
    const auto line = log.substr(from, log.find('\n', from) - from);
    const auto end = line.find(after);
    if (end != line.npos) return std::string{line.substr(0, end)};
  }
  return {};
}

std::string line_with(std::string_view log, std::string_view text) {
  const auto at = log.find(text);
  if (at == log.npos) return {};
  const auto before = log.rfind('\n', at);
  const auto from = before == log.npos ? 0 : before + 1;
  auto line = log.substr(from, log.find('\n', from) - from);
  if (line.starts_with("libbpf: ")) line.remove_prefix(8);
  return std::string{line};
}

}  // namespace aiobpf::bpf
