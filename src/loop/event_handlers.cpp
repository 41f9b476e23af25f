#include <aiobpf/loop/event_handlers.hpp>

namespace aiobpf::loop {

void event_handlers::add(record_type type, handler_function handler) {
  auto types = types_;
  types.push_back(std::move(type));
  classify_ = where_.size == 0 ? classifier{types.front()} : classifier{where_, types};
  handlers_.push_back(std::move(handler));
  types_ = std::move(types);
}

void event_handlers::call(type_number number, const records::record& record) {
  if (number < handlers_.size()) {
    handlers_[number](record);
  } else if (otherwise_) {
    otherwise_(record, number);
  }
}

}  // namespace aiobpf::loop
