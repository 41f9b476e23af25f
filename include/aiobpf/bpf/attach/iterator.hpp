#pragma once

#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/unique_fd.hpp>

#include <string>

namespace aiobpf::bpf {

class map;

/// What a SEC("iter/...") program goes over: all there is of its kind, or what one of these narrows it to.
struct iterator_options {
  const bpf::map* map = nullptr;  ///< the entries of this map: for iter/bpf_map_elem, and must be given there
  int pid = 0;                    ///< the tasks of this process: for iter/task, iter/task_file, iter/task_vma
  int tid = 0;                    ///< or this task alone (kernel 6.1, as pid)
  std::string cgroup = {};        ///< this control group and those below it: for iter/cgroup (kernel 6.1)
};

///   const bpf::link link = attach(object.program("dump_tasks"), bpf::iterator_options{});
///   std::cout << bpf::read_iterator(link);
///
/// Dropping the link detaches; streams that are open go on. Kernel 5.8.
/// Throws bpf::error: wrong_type (not an iter program); wrong_phase (not loaded); an errno (EBADF: it needs a
/// map).
[[nodiscard]] link attach(const program& program, const iterator_options& options);

/// A stream of what the program writes: read(2) runs the program, and gives 0 at the end. Each stream goes
/// over all. Throws bpf::error: wrong_type (not the link of an iterator, or detached); an errno.
unique_fd open_iterator(const link& iterator);

/// All that one stream gives. Throws bpf::error: as open_iterator(), and an errno of reading (EAGAIN: the
/// program asks to be read again, which is done).
std::string read_iterator(const link& iterator);

}  // namespace aiobpf::bpf
