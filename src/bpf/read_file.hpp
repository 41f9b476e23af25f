#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace aiobpf::bpf {

/// The contents of a regular file; never blocks on anything else (a FIFO, a terminal).
/// Throws bpf::error that begins with `step`: an errno; wrong_type when the file is not a regular one, or is
/// larger than `limit` bytes.
std::vector<std::byte> read_file(const std::filesystem::path& path, std::size_t limit, std::string_view step);

}  // namespace aiobpf::bpf
