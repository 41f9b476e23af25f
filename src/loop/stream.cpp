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
std::size_t stream::add_source(any_source source) {
  return impl_->add(std::move(source));
}
void stream::start_read(read_handler handler, batch& out) {
  impl_->read(std::move(handler), out);
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
ledger stream::statistics() const {
  return impl_->statistics();
}
ledger stream::statistics(std::size_t source) const {
  return impl_->statistics(source);
}

}  // namespace aiobpf::loop
