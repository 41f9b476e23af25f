#include <aiobpf/loop/stream.hpp>

#include "stream_implementation.hpp"

#include <boost/asio/error.hpp>

namespace aiobpf::loop {

stream::stream(executor_type executor, stream_options options)
    : impl_(std::make_shared<implementation>(std::move(executor), options)) {}

stream& stream::operator=(stream&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

stream::~stream() {
  if (impl_) impl_->close();
}

stream::executor_type stream::get_executor() const noexcept {
  return impl_->executor();
}
std::uint32_t stream::add(std::unique_ptr<source> from, source_options options) {
  return impl_->add(std::move(from), std::move(options));
}
void stream::remove(std::uint32_t id) {
  impl_->remove(id);
}
void stream::start(read_handler handler, target into) {
  impl_->read(std::move(handler), into);
}
void stream::cancel() noexcept {
  impl_->cancel(boost::asio::error::operation_aborted);
}
void stream::close() noexcept {
  impl_->close();
}
bool stream::is_open() const noexcept {
  return impl_ && impl_->is_open();
}
void stream::acknowledge(std::uint32_t id, std::uint64_t position) {
  impl_->acknowledge(id, position);
}
records::ledger stream::statistics() const {
  return impl_->count(&source::statistics);
}
records::ledger stream::statistics(std::uint32_t id) const {
  return impl_->count(id, &source::statistics);
}
records::ledger stream::verify() const {
  return impl_->count(&source::verify);
}
records::ledger stream::verify(std::uint32_t id) const {
  return impl_->count(id, &source::verify);
}

}  // namespace aiobpf::loop
