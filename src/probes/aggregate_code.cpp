#include "aggregate_code.hpp"

#include "condition_code.hpp"
#include "program_code.hpp"
#include "record_code.hpp"

#include <linux/bpf.h>

#include <cstddef>
#include <limits>

namespace aiobpf::probes {
namespace {

constexpr std::int32_t count_at = offsetof(aggregate_value, count);
constexpr std::int32_t sum_at = offsetof(aggregate_value, sum);
constexpr std::int32_t least_at = offsetof(aggregate_value, least);
constexpr std::int32_t most_at = offsetof(aggregate_value, most);

// r7 is the key, on the stack; r8 the value that is summed up.
class writer : program_code {
public:
  writer(const aggregate_plan& plan, const aggregate_maps& maps) : plan_(plan), maps_(maps) {}

  std::vector<::bpf_insn> write(phase which) {
    code_.move(reg::r6, reg::r1);
    if (which == phase::exit) find_beginning(maps_.begun);
    const auto& where = which == phase::exit ? plan_.key.where_at_exit : plan_.key.where;
    if (where) write_condition(code_, values_, *where, end_);
    write_key();
    const auto row = find_row();
    code_.move(reg::r9, reg::r0);
    add();
    code_.jump(end_);
    code_.place(row);
    find_counters(maps_.counters);
    count(seen_at);
    code_.place(end_);
    if (which == phase::exit) forget_beginning(maps_.begun);
    code_.move(reg::r0, std::int64_t{0});
    code_.exit();
    return code_.finish();
  }

private:
  void write_key() {
    const auto key = code_.stack(plan_.key.size);
    code_.move(reg::r7, reg::r10);
    code_.compute(arithmetic::add, reg::r7, key);
    write_record(code_, values_, plan_.key, phase::alone);
    if (!plan_.value) return;
    values_.number(*plan_.value);
    code_.move(reg::r8, reg::r0);
    if (plan_.sorted == aggregate_options::buckets::none) return;
    if (plan_.sorted == aggregate_options::buckets::log2) {
      find_power();
    } else {
      find_step();
    }
    code_.store(width::four, reg::r7, static_cast<std::int32_t>(plan_.key.fields.back().record_offset),
                reg::r9);
  }

  // r9 = how many bits r8 has; of 0 and negative ones 0.
  void find_power() {
    const auto found = code_.new_label();
    code_.move(reg::r9, std::int64_t{0});
    code_.jump_if(plan_.value->is_signed ? relation::signed_less_equal : relation::equal, reg::r8, 0, found);
    code_.move(reg::r9, std::int64_t{1});
    code_.move(reg::r1, reg::r8);
    for (std::int32_t bits = 32; bits > 0; bits /= 2) {
      const auto less = code_.new_label();
      code_.move(reg::r2, reg::r1);
      code_.compute(arithmetic::shift_right, reg::r2, bits);
      code_.jump_if(relation::equal, reg::r2, 0, less);
      code_.move(reg::r1, reg::r2);
      code_.compute(arithmetic::add, reg::r9, bits);
      code_.place(less);
    }
    code_.place(found);
  }

  // r9 = (r8 - least) / step, within the steps.
  void find_step() {
    const auto found = code_.new_label();
    const auto last = static_cast<std::int64_t>(plan_.steps) - 1;
    code_.move(reg::r9, std::int64_t{0});
    code_.move(reg::r1, reg::r8);
    code_.move(reg::r2, plan_.least);
    code_.jump_if(plan_.value->is_signed || plan_.value->size < 8 ? relation::signed_less : relation::less,
                  reg::r1, reg::r2, found);
    code_.compute(arithmetic::subtract, reg::r1, reg::r2);
    code_.move(reg::r2, static_cast<std::int64_t>(plan_.step));
    code_.compute(arithmetic::divide, reg::r1, reg::r2);
    code_.move(reg::r9, last);
    code_.jump_if(relation::greater_equal, reg::r1, reg::r9, found);
    code_.move(reg::r9, reg::r1);
    code_.place(found);
  }

  void lookup_row() {
    code_.load_map(reg::r1, maps_.table);
    code_.move(reg::r2, reg::r7);
    code_.call(BPF_FUNC_map_lookup_elem);
  }

  // r0 = the row of the key, a new one where there is none; jumps to what it returns where there is no room.
  assembler::label find_row() {
    const auto found = code_.new_label();
    const auto none = code_.new_label();
    lookup_row();
    code_.jump_if(relation::not_equal, reg::r0, 0, found);
    const auto row = code_.stack(sizeof(aggregate_value));
    code_.store(width::eight, reg::r10, row + count_at, 0);
    code_.store(width::eight, reg::r10, row + sum_at, 0);
    code_.move(reg::r1, std::numeric_limits<std::int64_t>::max());
    code_.store(width::eight, reg::r10, row + least_at, reg::r1);
    code_.move(reg::r1, std::numeric_limits<std::int64_t>::min());
    code_.store(width::eight, reg::r10, row + most_at, reg::r1);
    code_.load_map(reg::r1, maps_.table);
    code_.move(reg::r2, reg::r7);
    code_.move(reg::r3, reg::r10);
    code_.compute(arithmetic::add, reg::r3, row);
    code_.move(reg::r4, std::int64_t{BPF_NOEXIST});  // another CPU may have been faster
    code_.call(BPF_FUNC_map_update_elem);
    lookup_row();
    code_.jump_if(relation::equal, reg::r0, 0, none);
    code_.place(found);
    return none;
  }

  // r9 is the row: this CPU's own.
  void add() {
    code_.load(width::eight, reg::r1, reg::r9, count_at);
    code_.compute(arithmetic::add, reg::r1, 1);
    code_.store(width::eight, reg::r9, count_at, reg::r1);
    if (!plan_.value) return;
    code_.load(width::eight, reg::r1, reg::r9, sum_at);
    code_.compute(arithmetic::add, reg::r1, reg::r8);
    code_.store(width::eight, reg::r9, sum_at, reg::r1);
    keep(least_at, relation::signed_less_equal);
    keep(most_at, relation::signed_greater_equal);
  }

  void keep(std::int32_t what, relation where_it_stays) {
    const auto stays = code_.new_label();
    code_.load(width::eight, reg::r1, reg::r9, what);
    code_.jump_if(where_it_stays, reg::r1, reg::r8, stays);
    code_.store(width::eight, reg::r9, what, reg::r8);
    code_.place(stays);
  }

  const aggregate_plan& plan_;
  const aggregate_maps& maps_;
};

}  // namespace

field bucket_field() {
  return {.name = "bucket",
          .size = 4,
          .type = number_type(4, false),
          .at = {.from = location::root::constant}};  // until the value is known
}

std::vector<::bpf_insn> write_aggregate(const aggregate_plan& plan, const aggregate_maps& maps, phase which) {
  return writer{plan, maps}.write(which);
}

}  // namespace aiobpf::probes
