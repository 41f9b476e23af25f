#pragma once

#include <string_view>

namespace aiobpf::bpf {

/// Whether all of `text` is what `pattern` says, where * is any text and ? any character.
bool matches(std::string_view text, std::string_view pattern);

}  // namespace aiobpf::bpf
