#include <aiobpf/loop/stream_base.hpp>

#include "stream_implementation.hpp"

#include <boost/asio/error.hpp>

namespace aiobpf::loop {

stream_base::stream_base(const boost::asio::any_io_executor& executor, const stream_options& options)
    : impl_(std::make_shared<implementation>(executor, options)) {}

stream_base& stream_base::operator=(stream_base&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

stream_base::~stream_base() {
  if (impl_) impl_->close();
}

std::uint32_t stream_base::add(std::unique_ptr<source> from, source_options options) {
  return impl_->add(std::move(from), std::move(options));
}
void stream_base::remove(std::uint32_t id) {
  impl_->remove(id);
}
void stream_base::start(read_handler handler, target into) {
  impl_->read(std::move(handler), into);
}
void stream_base::cancel() noexcept {
  impl_->cancel(boost::asio::error::operation_aborted);
}
void stream_base::close() noexcept {
  impl_->close();
}
bool stream_base::is_open() const noexcept {
  return impl_ && impl_->is_open();
}
void stream_base::acknowledge(std::uint32_t id, std::uint64_t position) {
  impl_->acknowledge(id, position);
}
records::ledger stream_base::statistics() const {
  return impl_->count(&source::statistics);
}
records::ledger stream_base::statistics(std::uint32_t id) const {
  return impl_->count(id, &source::statistics);
}
records::ledger stream_base::verify() const {
  return impl_->count(&source::verify);
}
records::ledger stream_base::verify(std::uint32_t id) const {
  return impl_->count(id, &source::verify);
}

}  // namespace aiobpf::loop
