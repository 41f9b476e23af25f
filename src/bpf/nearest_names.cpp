#include "nearest_names.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

namespace aiobpf::bpf {
namespace {

constexpr std::size_t names_limit = 3;

// Letters to insert, remove or change (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> nearest_names(std::string_view wanted,
                                            const std::vector<std::string_view>& names) {
  const std::size_t farthest = std::max<std::size_t>(1, wanted.size() / 4);
  std::vector<std::pair<std::size_t, std::string_view>> near;
  for (const auto name : names) {
    if (name.size() > wanted.size() + farthest || wanted.size() > name.size() + farthest) continue;
    if (const auto far = distance(wanted, name); far <= farthest) near.emplace_back(far, name);
  }
  std::sort(near.begin(), near.end());
  near.erase(std::unique(near.begin(), near.end()), near.end());
  std::vector<std::string_view> nearest;
  for (const auto& [far, name] : near) {
    if (nearest.size() < names_limit) nearest.push_back(name);
  }
  return nearest;
}

}  // namespace aiobpf::bpf
