#pragma once

#include <aiobpf/loop/channel.hpp>

#include <boost/asio/associator.hpp>
#include <boost/system/system_error.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

namespace aiobpf::loop {

/// A segment_visitor that keeps what went wrong.
class keeping_visitor : public segment_visitor {
public:
  std::exception_ptr thrown;

protected:
  ~keeping_visitor() = default;
};

/// Calls a function with each record of a segment.
template <class Visitor>
class record_visitor final : public keeping_visitor {
public:
  explicit record_visitor(Visitor visitor) : visitor_(std::move(visitor)) {}

  void operator()(const records::segment& segment) override {
    std::uint32_t i = 0;
    const note at_end{visited, i};
    try {
      if (segment.is_uniform()) {
        // By hand, so that the compiler sees that nothing but the address changes.
        records::record one = segment[0];
        for (const std::byte* data = segment.data; i < segment.count; data += segment.stride) {
          one.data = {data, segment.length};
          one.position = segment.position + static_cast<std::uint64_t>(data - segment.data);
          ++i;
          visitor_(std::as_const(one));
        }
        return;
      }
      while (i < segment.count) {
        const records::record one = segment[i];
        ++i;
        visitor_(one);
      }
    } catch (...) {
      thrown = std::current_exception();
      throw;
    }
  }

private:
  struct note {  // the count lives in a register; this writes it down however it ends
    std::uint32_t& to;
    const std::uint32_t& from;
    ~note() { to = from; }
  };
  Visitor visitor_;
};

/// The completion handler of a visit, as a handler of reads: it keeps the visitor, and hands over what that
/// threw.
template <class Handler>
struct visit_handler {
  Handler handler;
  std::shared_ptr<keeping_visitor> visitor;

  void operator()(boost::system::error_code error, std::size_t records) {
    auto thrown = visitor->thrown;
    if (!thrown && error) thrown = std::make_exception_ptr(boost::system::system_error{error});
    visitor.reset();
    std::move(handler)(thrown, records);
  }
};
template <class Handler, class State>
visit_handler(Handler, std::shared_ptr<State>) -> visit_handler<Handler>;

}  // namespace aiobpf::loop

/// Executor, allocator and cancellation slot are those of the handler inside.
template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, aiobpf::loop::visit_handler<Handler>, Default>
    : Associator<Handler, Default> {
  static typename Associator<Handler, Default>::type get(
      const aiobpf::loop::visit_handler<Handler>& from) noexcept {
    return Associator<Handler, Default>::get(from.handler);
  }
  static typename Associator<Handler, Default>::type get(const aiobpf::loop::visit_handler<Handler>& from,
                                                         const Default& otherwise) noexcept {
    return Associator<Handler, Default>::get(from.handler, otherwise);
  }
};
