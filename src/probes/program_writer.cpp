#include <aiobpf/probes/program_writer.hpp>

#include "condition_code.hpp"
#include "program_code.hpp"
#include "record_code.hpp"

#include <linux/bpf.h>

namespace aiobpf::probes {
namespace {

constexpr int limit_tries = 4;
constexpr std::int32_t nanoseconds = 1'000'000'000;
constexpr std::size_t record_header_bytes = 8;  // BPF_RINGBUF_HDR_SZ

// r9 is the CPU's counters until the record is there, r7 then.
class writer : program_code {
public:
  writer(const record_plan& plan, const program_maps& maps) : plan_(plan), maps_(maps) {}

  std::vector<::bpf_insn> write(phase which) {
    code_.move(reg::r6, reg::r1);
    if (which == phase::entry) {
      write_entry();
    } else {
      if (which == phase::exit) find_beginning(maps_.begun);
      const auto& where = which == phase::exit ? plan_.where_at_exit : plan_.where;
      if (where) write_condition(code_, values_, *where, end_);
      write_record_of(which);
    }
    code_.place(end_);
    if (which == phase::exit) forget_beginning(maps_.begun);
    code_.move(reg::r0, std::int64_t{0});
    code_.exit();
    return code_.finish();
  }

private:
  void write_record_of(phase which) {
    find_counters(maps_.counters);
    count(seen_at);
    if (plan_.sample > 1) sample();
    if (plan_.per_second > 0) limit();
    reserve();
    if (which == phase::exit) copy_beginning();
    write_record(code_, values_, plan_, which);
    code_.move(reg::r1, reg::r7);
    code_.move(reg::r2, std::int64_t{0});
    code_.call(BPF_FUNC_ringbuf_submit);
  }

  void write_entry() {
    if (plan_.where) write_condition(code_, values_, *plan_.where, end_);
    const auto key = code_.stack(4);
    code_.store(width::four, reg::r10, key, 0);
    lookup(maps_.scratch, key);
    code_.jump_if(relation::equal, reg::r0, 0, end_);
    code_.move(reg::r7, reg::r0);
    write_record(code_, values_, plan_, phase::entry);
    store_thread();
    code_.load_map(reg::r1, maps_.begun);
    code_.move(reg::r2, reg::r10);
    code_.compute(arithmetic::add, reg::r2, thread_);
    code_.move(reg::r3, reg::r7);
    code_.move(reg::r4, std::int64_t{BPF_ANY});
    code_.call(BPF_FUNC_map_update_elem);
    code_.jump_if(relation::equal, reg::r0, 0, end_);
    find_counters(maps_.counters);
    count(seen_at);
    count(unpaired_at);
  }

  void copy_beginning() {
    code_.load(width::eight, reg::r3, reg::r10, beginning_);
    code_.move(reg::r1, reg::r7);
    code_.move(reg::r2, static_cast<std::int64_t>(plan_.size));
    code_.call(BPF_FUNC_probe_read_kernel);
  }

  void sample() {
    const auto taken = code_.new_label();
    code_.call(BPF_FUNC_get_prandom_u32);
    code_.move(reg::r1, static_cast<std::int64_t>(plan_.sample));
    code_.compute(arithmetic::modulo, reg::r0, reg::r1);
    code_.jump_if(relation::equal, reg::r0, 0, taken);
    count_and_end(sampled_at);
    code_.place(taken);
  }

  // The second and the number of records in it are one word, second << 32 | number, exchanged at once.
  void limit() {
    const auto taken = code_.new_label();
    const auto limited = code_.new_label();
    const auto key = code_.stack(4);
    code_.store(width::four, reg::r10, key, 0);
    lookup(maps_.limit, key);
    code_.jump_if(relation::equal, reg::r0, 0, end_);
    code_.move(reg::r7, reg::r0);
    code_.call(BPF_FUNC_ktime_get_ns);
    code_.compute(arithmetic::divide, reg::r0, nanoseconds);
    code_.compute(arithmetic::shift_left, reg::r0, 32);
    code_.move(reg::r8, reg::r0);
    for (int i = 0; i < limit_tries; ++i) try_limit(taken, limited);
    code_.place(limited);
    count_and_end(limited_at);
    code_.place(taken);
  }

  // r7: the word; r8: this second << 32. Goes on where another CPU was faster.
  void try_limit(assembler::label taken, assembler::label limited) {
    const auto same = code_.new_label();
    const auto exchange = code_.new_label();
    code_.load(width::eight, reg::r0, reg::r7, 0);
    code_.move(reg::r2, reg::r0);
    code_.compute(arithmetic::subtract, reg::r2, reg::r8);  // of this second: the number
    code_.move(reg::r3, static_cast<std::int64_t>(plan_.per_second));
    code_.move(reg::r1, reg::r0);
    code_.compute(arithmetic::shift_right, reg::r1, 32);
    code_.move(reg::r4, reg::r8);
    code_.compute(arithmetic::shift_right, reg::r4, 32);
    code_.jump_if(relation::equal, reg::r1, reg::r4, same);
    code_.jump_if(relation::greater, reg::r1, reg::r4, limited);  // another CPU's clock read is later
    code_.move(reg::r1, reg::r8);
    code_.compute(arithmetic::add, reg::r1, 1);
    code_.jump(exchange);
    code_.place(same);
    code_.jump_if(relation::greater_equal, reg::r2, reg::r3, limited);
    code_.move(reg::r1, reg::r0);
    code_.compute(arithmetic::add, reg::r1, 1);
    code_.place(exchange);
    code_.move(reg::r2, reg::r0);
    code_.atomic_compare_exchange(reg::r7, 0, reg::r1);
    code_.jump_if(relation::equal, reg::r0, reg::r2, taken);
  }

  void ask_for_record() {
    code_.load_map(reg::r1, maps_.ring);
    code_.move(reg::r2, static_cast<std::int64_t>(plan_.size));
    code_.move(reg::r3, std::int64_t{0});
    code_.call(BPF_FUNC_ringbuf_reserve);
    code_.move(reg::r7, reg::r0);
  }

  // As aiobpf_reserve_() and aiobpf_has_room_() of bpf/aiobpf.bpf.h; that a record fits into an empty ring is
  // known before there is a program.
  void reserve() {
    const auto reserved = code_.new_label();
    const auto again = code_.new_label();
    ask_for_record();
    code_.jump_if(relation::not_equal, reg::r7, 0, reserved);
    code_.load_map(reg::r1, maps_.ring);
    code_.move(reg::r2, std::int64_t{BPF_RB_AVAIL_DATA});
    code_.call(BPF_FUNC_ringbuf_query);
    code_.compute(arithmetic::add, reg::r0, static_cast<std::int32_t>(plan_.size + record_header_bytes));
    code_.move(reg::r1, static_cast<std::int64_t>(maps_.ring_bytes));
    code_.jump_if(relation::less, reg::r0, reg::r1, again);
    count_and_end(ring_full_at);
    code_.place(again);
    ask_for_record();
    code_.jump_if(relation::not_equal, reg::r7, 0, reserved);
    count_and_end(contended_at);
    code_.place(reserved);
  }

  const record_plan& plan_;
  const program_maps& maps_;
};

}  // namespace

std::vector<::bpf_insn> write_program(const record_plan& plan, const program_maps& maps, phase which) {
  return writer{plan, maps}.write(which);
}

}  // namespace aiobpf::probes
