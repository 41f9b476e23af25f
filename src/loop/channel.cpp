#include <aiobpf/loop/channel.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/batch_writer.hpp>

namespace aiobpf::loop {

// One record at a time: what a visitor throws must not take others with it.
drain_result channel::visit(const drain_request& request, std::uint32_t id, segment_visitor& visitor) {
  drain_result sum;
  records::batch taken;
  do {
    taken.clear();
    records::batch_writer out{taken, id};
    const auto one = drain(
        {.records = 1, .bytes = request.bytes - sum.bytes, .wakeups = request.wakeups, .lend = false}, out);
    sum.records += one.records;
    sum.bytes += one.bytes;
    sum.stop = one.stop;
    sum.lent = one.lent;
    sum.error = one.error;
    for (const records::segment& segment : taken.segments()) visitor(segment);
  } while (sum.stop == drain_stop::limit && sum.records < request.records && sum.bytes < request.bytes);
  return sum;
}

}  // namespace aiobpf::loop
