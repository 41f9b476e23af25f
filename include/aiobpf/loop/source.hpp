#pragma once

#include <aiobpf/bpf/errc.hpp>
#include <aiobpf/bpf/ring_reader.hpp>
#include <aiobpf/loop/batch.hpp>
#include <aiobpf/loop/ledger.hpp>

#include <concepts>
#include <cstddef>
#include <memory>

namespace aiobpf::loop {

/// What one bounded drain of a source did.
struct drain_result {
  std::size_t records = 0;
  std::size_t bytes = 0;
  bpf::ring_stop stop = bpf::ring_stop::empty;  ///< limit: there may be more; busy: a held-back head
  bool lent = false;  ///< a batch has records of the source that cannot be released before it is cleared
};

/// Why a source cannot be read any more, when that is what `stop` says; else no error.
inline boost::system::error_code failure_of(bpf::ring_stop stop) noexcept {
  if (stop == bpf::ring_stop::corrupt) return bpf::errc::ring_corrupt;
  if (stop == bpf::ring_stop::taken) return bpf::errc::ring_taken;
  return {};
}

/// Something that records come from: a kernel ring, a ring in memory, a fake.
///
///   native_handle()             a descriptor that polls readable when records came
///   drain(limits, id, out, how) appends records, never more than `limits` (but at least one), never waits;
///                               `id` is written into the batch; `how` as in ring_reader
///   release()                   ends a hold-back; a record that came before is found by the next drain
///   statistics()                its ledger; `delivered` is what drain() gave, `queued` is 0
///
/// drain() throws std::bad_alloc only, and then has consumed nothing. After a failure_of() a source is
/// not drained again. A source is used from one thread at a time; it is moved into its stream.
template <class Source>
concept record_source = std::movable<Source> &&
    requires(Source source, const Source& constant, bpf::ring_limits limits, std::size_t id, batch& out,
             bpf::ring_release how) {
  { constant.native_handle() } -> std::convertible_to<int>;
  { source.drain(limits, id, out, how) } -> std::same_as<drain_result>;
  {source.release()};
  { constant.statistics() } -> std::same_as<ledger>;
};

/// Any record_source. Move-only; one virtual call a drain, none a record.
class any_source {
public:
  template <record_source Source>
  requires(!std::same_as<Source, any_source>) any_source(Source source)
      : model_(std::make_unique<model<Source>>(std::move(source))) {}

  int native_handle() const noexcept { return model_->native_handle(); }
  drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) {
    return model_->drain(limits, id, out, how);
  }
  void release() { model_->release(); }
  ledger statistics() const { return model_->statistics(); }

private:
  struct interface {
    virtual ~interface() = default;
    virtual int native_handle() const noexcept = 0;
    virtual drain_result drain(bpf::ring_limits, std::size_t, batch&, bpf::ring_release) = 0;
    virtual void release() = 0;
    virtual ledger statistics() const = 0;
  };
  template <class Source>
  struct model final : interface {
    explicit model(Source source) : source_(std::move(source)) {}
    int native_handle() const noexcept override { return source_.native_handle(); }
    drain_result drain(bpf::ring_limits limits, std::size_t id, batch& out, bpf::ring_release how) override {
      return source_.drain(limits, id, out, how);
    }
    void release() override { source_.release(); }
    ledger statistics() const override { return source_.statistics(); }
    Source source_;
  };
  std::unique_ptr<interface> model_;
};

}  // namespace aiobpf::loop
