#pragma once

#include <aiobpf/bpf/unique_fd.hpp>

#include <filesystem>
#include <string_view>

namespace aiobpf::bpf {

/// Keeps what a descriptor is of in a BPF file system. Throws bpf::error: an errno, and where the path is not
/// on a BPF file system what to mount.
void pin_descriptor(int fd, const std::filesystem::path& path, std::string_view step);

/// A descriptor of what is pinned there. Throws bpf::error: an errno.
unique_fd open_pin(const std::filesystem::path& path, std::string_view step);

/// Removes the file. Throws bpf::error: an errno.
void remove_pin(const std::filesystem::path& path, std::string_view step);

}  // namespace aiobpf::bpf
