#include <aiobpf/bpf/attach/sockmap.hpp>
#include <aiobpf/bpf/attachment.hpp>

#include "../throw_error.hpp"
#include "attach_call.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <memory>

namespace aiobpf::bpf {
namespace {

// The map's own, until it is taken back.
class sockmap_verdict final : public attachment {
public:
  sockmap_verdict(unique_fd program, unique_fd map, ::bpf_attach_type type) noexcept
      : program_(std::move(program)), map_(std::move(map)), type_(type) {}

  void detach() noexcept override {
    ::bpf_prog_detach2(program_.get(), map_.get(), type_);  // another one may have taken its place
    program_.reset();
    map_.reset();
  }
  bool outlives_process() const noexcept override { return true; }  // as long as the map does

private:
  unique_fd program_;
  unique_fd map_;
  ::bpf_attach_type type_;
};

}  // namespace

link attach(const program& program, const sockmap_options& options) {
  attach_call call{"attach", program, "to the map " + options.map.name()};
  call.check_loaded();
  call.check_section({"sk_msg", "sk_skb"});
  if (options.map.type() != BPF_MAP_TYPE_SOCKMAP && options.map.type() != BPF_MAP_TYPE_SOCKHASH) {
    throw_error(
        errc::wrong_type, call.step(),
        "it is a '" + options.map.type_name() + "' map; only sockmap and sockhash have such programs");
  }
  const auto type = ::bpf_program__expected_attach_type(call.native());
  auto made = std::make_unique<sockmap_verdict>(unique_fd::duplicate(program.native_handle()),
                                                unique_fd::duplicate(options.map.native_handle()), type);
  const int failed = ::bpf_prog_attach(program.native_handle(), options.map.native_handle(), type, 0);
  if (failed == -EBUSY) throw_with_remedy(EBUSY, call.step(), "the map has a program that excludes this one");
  if (failed != 0) call.throw_failed(-failed);
  return link{std::move(made)};
}

}  // namespace aiobpf::bpf
