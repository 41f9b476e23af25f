#include <aiobpf/loop/channel.hpp>
#include <aiobpf/records/batch.hpp>

namespace aiobpf::loop {

drain_result channel::visit(const drain_request& request, std::uint32_t id, segment_visitor& visitor) {
  records::batch taken;
  records::batch_writer out{taken, id};
  const auto result = drain(request, out);
  for (const records::segment& one : taken.segments()) visitor(one);
  return result;
}

}  // namespace aiobpf::loop
