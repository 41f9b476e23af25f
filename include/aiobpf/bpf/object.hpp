#pragma once

#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/variables.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct bpf_object;

namespace aiobpf::bpf {

class link;
struct struct_ops_options;

/// A loaded BPF object: its programs and maps. Move-only; made by object_file::load().
///
/// The kernel keeps a program as long as a link holds it, and a map as long as a program or a
/// descriptor does; the object's end releases all that nothing else holds.
///
/// Threads  one at a time
class object {
public:
  const std::string& name() const noexcept { return name_; }  ///< the file's name

  std::vector<std::string> program_names() const;
  std::vector<std::string> map_names() const;

  /// Throws bpf::error: not_found; the message names what there is. A program that was not loaded
  /// (object_file::set_autoload) is not there.
  bpf::program program(std::string_view name) const;
  bpf::map map(std::string_view name) const;
  bool has_map(std::string_view name) const;
  bool has_program(std::string_view name) const;  ///< one that was loaded

  /// The globals of a section (".bss", ".data", ".rodata", ".data.counters"), in memory. Kernel 5.5.
  /// Throws bpf::error: not_found; an errno.
  bpf::variables variables(std::string_view section) const;

  /// The types that its source has, valid as long as the object is. One that is only used inside of a
  /// function is left out by clang: AIOBPF_EVENT_TYPE of aiobpf.bpf.h keeps it.
  const btf& types() const noexcept { return types_; }

private:
  friend class object_file;
  friend link attach(const object& object, const struct_ops_options& options);
  struct close {
    void operator()(::bpf_object* object) const noexcept;
  };
  using handle = std::unique_ptr<::bpf_object, close>;

  object(std::string name, handle loaded, btf types) noexcept
      : name_(std::move(name)), object_(std::move(loaded)), types_(std::move(types)) {}

  std::string name_;
  handle object_;
  btf types_;  // looks into object_
};

}  // namespace aiobpf::bpf
