#include "program_code.hpp"

#include <linux/bpf.h>

namespace aiobpf::probes {

void program_code::lookup(int map, std::int32_t key) {
  code_.load_map(reg::r1, map);
  code_.move(reg::r2, reg::r10);
  code_.compute(arithmetic::add, reg::r2, key);
  code_.call(BPF_FUNC_map_lookup_elem);
}

void program_code::find_counters(int counters) {
  const auto key = code_.stack(4);
  const auto found = code_.new_label();
  code_.call(BPF_FUNC_get_smp_processor_id);
  code_.store(width::four, reg::r10, key, reg::r0);
  lookup(counters, key);
  code_.jump_if(relation::not_equal, reg::r0, 0, found);
  code_.store(width::four, reg::r10, key, 0);  // CPUs with high numbers share the first slot
  lookup(counters, key);
  code_.jump_if(relation::equal, reg::r0, 0, end_);
  code_.place(found);
  code_.move(reg::r9, reg::r0);
}

void program_code::count(std::int32_t what) {
  code_.move(reg::r1, std::int64_t{1});
  code_.atomic_add(reg::r9, what, reg::r1);
}

void program_code::count_and_end(std::int32_t what) {
  count(what);
  code_.jump(end_);
}

void program_code::store_thread() {
  thread_ = code_.stack(8);
  code_.call(BPF_FUNC_get_current_pid_tgid);
  code_.store(width::eight, reg::r10, thread_, reg::r0);
}

void program_code::find_beginning(int begun) {
  const auto found = code_.new_label();
  store_thread();
  lookup(begun, thread_);
  code_.jump_if(relation::not_equal, reg::r0, 0, found);
  code_.exit();
  code_.place(found);
  beginning_ = code_.stack(8);
  code_.store(width::eight, reg::r10, beginning_, reg::r0);
  values_.set_beginning(beginning_);
}

void program_code::forget_beginning(int begun) {
  code_.load_map(reg::r1, begun);
  code_.move(reg::r2, reg::r10);
  code_.compute(arithmetic::add, reg::r2, thread_);
  code_.call(BPF_FUNC_map_delete_elem);
}

}  // namespace aiobpf::probes
