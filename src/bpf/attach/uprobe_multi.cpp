#include <aiobpf/bpf/attach/uprobe_multi.hpp>

#include "../elf_functions.hpp"
#include "../link_request.hpp"
#include "../throw_error.hpp"
#include "attach_call.hpp"
#include "find_binary.hpp"
#include "glob.hpp"

#include <cerrno>
#include <map>
#include <set>

namespace aiobpf::bpf {
namespace {

constexpr std::uint32_t uprobe_multi_return = 1;  // BPF_F_UPROBE_MULTI_RETURN

std::string place(const uprobe_multi_options& options) {
  std::string at = options.retprobe ? "to the returns of " : "to ";
  at += options.binary + ':';
  if (!options.pattern.empty()) return at + options.pattern;
  return at + (options.symbols.empty() ? "the offsets" : "the symbols") + " listed";
}

void check_options(const attach_call& call, const uprobe_multi_options& options) {
  const int ways = !options.pattern.empty() + !options.symbols.empty() + !options.offsets.empty();
  if (ways != 1) throw_error(errc::wrong_size, call.step(), "give one of a pattern, symbols and offsets");
  const auto places = options.symbols.size() + options.offsets.size();
  if (!options.cookies.empty() && options.cookies.size() != places) {
    throw_error(errc::wrong_size, call.step(),
                std::to_string(options.cookies.size()) + " cookies for " + std::to_string(places) +
                    " symbols or offsets: one each, or none");
  }
}

std::vector<std::uint64_t> offsets_of_pattern(attach_call& call, const std::string& path,
                                              const std::string& pattern) {
  std::set<std::uint64_t> found;
  for_each_function(path, call.step(), [&](std::string_view name, std::uint64_t offset) {
    if (matches(name, pattern)) found.insert(offset);
  });
  if (found.empty()) throw_with_remedy(ENOENT, call.step(), "no function of " + path + " matches");
  return {found.begin(), found.end()};
}

std::vector<std::uint64_t> offsets_of_symbols(attach_call& call, const std::string& path,
                                              const std::vector<std::string>& symbols) {
  std::map<std::string, std::uint64_t, std::less<>> found;
  for (const auto& symbol : symbols) found.emplace(symbol, 0);
  for_each_function(path, call.step(), [&](std::string_view name, std::uint64_t offset) {
    if (const auto at = found.find(name); at != found.end()) at->second = offset;
  });
  std::vector<std::uint64_t> offsets;
  for (const auto& symbol : symbols) {
    offsets.push_back(found.at(symbol));
    if (offsets.back() == 0) throw_with_remedy(ENOENT, call.step(), "no symbol '" + symbol + "' in " + path);
  }
  return offsets;
}

std::uint64_t address(const void* of) {
  return reinterpret_cast<std::uintptr_t>(of);
}

}  // namespace

link attach(const program& program, const uprobe_multi_options& options) {
  attach_call call{"attach", program, place(options)};
  call.check_loaded();
  call.check_section({"uprobe.multi", "uprobe.multi.s", "uretprobe.multi", "uretprobe.multi.s"});
  call.needs_kernel(6, 6);
  check_options(call, options);
  const auto path = find_binary(call, options.binary);
  auto offsets = options.offsets;
  if (!options.pattern.empty()) offsets = offsets_of_pattern(call, path, options.pattern);
  if (!options.symbols.empty()) offsets = offsets_of_symbols(call, path, options.symbols);

  link_request request{.program = static_cast<std::uint32_t>(program.native_handle()),
                       .attach_type = trace_uprobe_multi,
                       .more = {}};
  request.more.uprobe_multi = {.path = address(path.c_str()),
                               .offsets = address(offsets.data()),
                               .counter_offsets = 0,
                               .cookies = options.cookies.empty() ? 0 : address(options.cookies.data()),
                               .count = static_cast<std::uint32_t>(offsets.size()),
                               .flags = options.retprobe ? uprobe_multi_return : 0,
                               .pid = options.pid < 0 ? 0 : static_cast<std::uint32_t>(options.pid)};
  return call.finish(create_link(request));
}

}  // namespace aiobpf::bpf
