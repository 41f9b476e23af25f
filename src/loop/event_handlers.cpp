#include <aiobpf/loop/event_handlers.hpp>

namespace aiobpf::loop {

void event_handlers::add(record_type type, handler_function handler) {
  auto types = types_;
  types.push_back(std::move(type));
  classify_ = where_.size == 0 ? classifier{types.front()} : classifier{where_, types};
  handlers_.push_back(std::move(handler));
  types_ = std::move(types);
}

type_number event_handlers::operator()(const records::record& record) {
  const type_number number = classify_ ? (*classify_)(record.data) : unknown_type;
  if (number < handlers_.size()) {
    handlers_[number](record);
  } else if (otherwise_) {
    otherwise_(record, number);
  }
  return number;
}

}  // namespace aiobpf::loop
