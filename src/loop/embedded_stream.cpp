#include <aiobpf/loop/embedded_stream.hpp>

#include "read_failure.hpp"
#include "stream_core.hpp"

#include <new>

namespace aiobpf::loop {

embedded_stream::embedded_stream(const stream_options& options)
    : core_(std::make_unique<stream_core>(options)), most_(options.turn.records) {}

embedded_stream::embedded_stream(embedded_stream&&) noexcept = default;
embedded_stream::~embedded_stream() = default;

std::uint32_t embedded_stream::add(std::unique_ptr<source> from, source_options options) {
  return core_->add(std::move(from), std::move(options));
}

void embedded_stream::remove(std::uint32_t id) {
  core_->remove(id);
}

std::size_t embedded_stream::try_read(records::batch& out) {
  core_->check_open("read");
  out.clear();
  const auto did = core_->turn(out, most_, source_set::clock::now());
  if (did.error) throw_read_failure(*core_, did);
  return did.records;
}

bool embedded_stream::arm() {
  if (!core_->is_open()) return false;
  if (core_->next() == next_step::arm_then_again) core_->armed();
  return core_->next() == next_step::wait;
}

// In a child of fork() the parent's events are left alone.
void embedded_stream::quiet() noexcept {
  if (core_->is_open()) core_->woken();
}

int embedded_stream::native_handle() const noexcept {
  return core_->native_handle();
}

void embedded_stream::acknowledge(std::uint32_t id, std::uint64_t position) {
  core_->acknowledge(id, position);
}

void embedded_stream::close() noexcept {
  if (core_) core_->close();
}

bool embedded_stream::is_open() const noexcept {
  return core_->is_open();
}

// A read hands over all that it takes: there is nothing behind the sources.
records::ledger embedded_stream::statistics() const {
  return compose(core_->count(&source::statistics), {});
}

records::ledger embedded_stream::statistics(std::uint32_t id) const {
  return compose(core_->count(id, &source::statistics), {});
}

records::ledger embedded_stream::verify() const {
  return compose(core_->count(&source::verify), {});
}

records::ledger embedded_stream::verify(std::uint32_t id) const {
  return compose(core_->count(id, &source::verify), {});
}

}  // namespace aiobpf::loop
