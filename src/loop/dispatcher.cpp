#include <aiobpf/loop/dispatcher.hpp>

#include <algorithm>
#include <utility>

namespace aiobpf::loop {

void dispatcher::add(std::uint32_t source, event_handlers handlers) {
  std::erase_if(entries_, [&](entry& one) {
    if (one.source == source) lost_ += one.lost;
    return one.source == source;
  });
  const std::size_t types = handlers.types().size();
  entries_.push_back({source, std::move(handlers), std::vector<std::uint64_t>(types)});
}

const dispatcher::entry* dispatcher::find(std::uint32_t source) const noexcept {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const entry& one) { return one.source == source; });
  return at != entries_.end() ? &*at : nullptr;
}

void dispatcher::operator()(const records::record& record) {
  auto* const one = const_cast<entry*>(find(record.source));
  if (one == nullptr) {
    ++lost_[records::cause::unknown_type];
    return;
  }
  const type_number number = one->handlers.classify(record);
  if (number < one->counts.size()) {
    ++one->counts[number];
  } else if (!one->handlers.takes_misfits()) {
    ++one->lost[*misfit(number)];
  }
  one->handlers.call(number, record);
}

std::uint64_t dispatcher::count(std::uint32_t source, type_number number) const noexcept {
  const entry* one = find(source);
  return one != nullptr && number < one->counts.size() ? one->counts[number] : 0;
}

records::backlog dispatcher::backlog() const noexcept {
  records::backlog all{.lost = lost_};
  for (const entry& one : entries_) all.lost += one.lost;
  return all;
}

records::backlog dispatcher::backlog(std::uint32_t source) const noexcept {
  const entry* one = find(source);
  return {.lost = one != nullptr ? one->lost : records::losses{}};
}

}  // namespace aiobpf::loop
