#include "driver.hpp"

#include <aiobpf/loop/embedded_stream.hpp>

namespace aiobpf::python {
namespace {

class inline_driver final : public driver {
public:
  explicit inline_driver(loop::stream_options options) : stream_(options) {}

  std::size_t add(loop::any_source source) override { return stream_.add(std::move(source)); }
  std::size_t try_take(loop::batch& out) override { return stream_.try_read(out); }
  bool arm() override { return stream_.arm(); }
  void quiet() noexcept override { stream_.disarm(); }
  int native_handle() const noexcept override { return stream_.native_handle(); }
  void close() noexcept override { stream_.close(); }
  std::vector<std::size_t> waiting() const override {
    std::vector<std::size_t> records(stream_.sources());
    for (std::size_t id = 0; id < records.size(); ++id) records[id] = stream_.statistics(id).unread;
    return records;
  }
  bool is_open() const noexcept override { return stream_.is_open(); }
  loop::ledger statistics() const override { return stream_.statistics(); }

private:
  loop::embedded_stream stream_;
};

}  // namespace

std::shared_ptr<driver> make_inline_driver(loop::stream_options options) {
  return std::make_shared<inline_driver>(options);
}

}  // namespace aiobpf::python
