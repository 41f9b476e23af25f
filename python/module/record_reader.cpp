#include "record_reader.hpp"

#include "batch_object.hpp"
#include "errors.hpp"
#include "waiter.hpp"

#include <aiobpf/bpf/error.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace aiobpf::python {

void record_reader::check_open(const char* step) const {
  made_.check(step);
  if (!stream_) throw bpf::error{bpf::errc::closed, std::string{step} + ": it was closed"};
}

std::uint32_t record_reader::add(std::unique_ptr<loop::source> from, loop::source_options options,
                                 source_decoder made) {
  check_open("add a source");
  removed_.reserve(decoders_.size() + 1);
  final_by_source_.reserve(decoders_.size() + 1);  // close() has no memory to ask for
  type_counts counts{.by_type = std::vector<std::uint64_t>(made.type_count())};
  counts_.reserve(counts_.size() + 1);
  const std::uint32_t number = stream_->add(std::move(from), std::move(options));
  try {
    if (made.has_types()) counts_.add(number, std::move(counts));
    set_decoders(decoders_.with(number, std::move(made)));
  } catch (...) {
    stream_->remove(number);
    throw;
  }
  watch_.wake();  // a task that waits arms the stream again, now with the new source
  return number;
}

// What the old table releases may run anybody's code: last.
void record_reader::set_decoders(decoder_table changed) {
  retired_.push_back(decoders_);
  decoders_ = std::move(changed);
  decoding_ = nobody;
  if (handing_over_) return;
  const auto ended = std::exchange(retired_, {});
}

void record_reader::remove(std::uint32_t source) {
  check_open("remove a source");
  stream_->remove(source);
  removed_.push_back(source);
  forget_removed();
  watch_.wake();
}

bool record_reader::is_removed(std::uint32_t source) const noexcept {
  return std::find(removed_.begin(), removed_.end(), source) != removed_.end();
}

// When nothing of a removed source can be on its way any more.
void record_reader::forget_removed() {
  if (removed_.empty() || handing_over_) return;
  decoder_table remaining = decoders_;
  const auto forgotten = std::erase_if(removed_, [&](std::uint32_t source) {
    if (cursor_.left_of(source) > 0 || stream_->queued(source) > 0) return false;
    remaining = remaining.without(source);
    return true;
  });
  if (forgotten > 0) set_decoders(std::move(remaining));
}

PySendResult record_reader::next_event_slowly(PyObject* self, PyObject** result) {
  PySendResult instead;
  while (has_record(self, result, instead)) {
    if (hand_over_counted(result)) return sent(*result);
  }
  return instead;
}

bool record_reader::hand_over_counted(PyObject** result) {
  if (drains_.empty()) return hand_over(result);
  drains_.delivered(cursor_.at().source());
  const bool made = hand_over(result);
  wake_drained();
  return made;
}

PySendResult record_reader::next_tagged(PyObject* self, PyObject** result) {
  PySendResult instead;
  while (has_record(self, result, instead)) {
    const auto source = static_cast<unsigned long>(cursor_.at().source());
    if (!hand_over_counted(result)) continue;
    if (*result == nullptr) return PYGEN_ERROR;
    *result = Py_BuildValue("kN", source, *result);
    return sent(*result);
  }
  return instead;
}

// False when there is no record now, or others are to run: `instead` says what am_send returns.
bool record_reader::has_record(PyObject* self, PyObject** result, PySendResult& instead) {
  return (cursor_.left() > 0 && clock_.tick()) || find_record(self, result, instead);
}

// Now and then, or when the batch is used up: looks at the clock, and for records.
bool record_reader::find_record(PyObject* self, PyObject** result, PySendResult& instead) {
  if (!made_.is_ours()) {
    instead = refuse(result);
    return false;
  }
  if (!clock_.look(std::chrono::steady_clock::now())) {
    return cursor_.left() > 0 || fetch(self, result, instead);
  }
  instead = yield_to_loop(result);
  return false;
}

// In a child of fork().
PySendResult record_reader::refuse(PyObject** result) const {
  *result = nullptr;
  return guarded("BpfError", PYGEN_ERROR, [&] {
    made_.check("read a ring buffer");
    return PYGEN_ERROR;
  });
}

// To the next batch. False when there is none now: `instead` says what am_send returns.
bool record_reader::fetch(PyObject* self, PyObject** result, PySendResult& instead) {
  instead = PYGEN_ERROR;
  *result = nullptr;
  return guarded("BpfError", false, [&] {
    if (stream_ && !in_asyncio_) {  // said at once, not when it first has to wait
      if (!running_loop()) return false;
      in_asyncio_ = true;
    }
    if (!stream_) {
      PyErr_SetNone(PyExc_StopAsyncIteration);
      return false;
    }
    if (handing_over_) {  // a record is still being made an object, and its code asks for more
      instead = yield_to_loop(result);
      return false;
    }
    if (!retired_.empty()) const auto ended = std::exchange(retired_, {});
    try {
      cursor_.filled(stream_->try_read(cursor_.to_fill()));
    } catch (const bpf::error& thrown) {
      if (thrown.code() != bpf::errc::ended) throw;
      PyErr_SetNone(PyExc_StopAsyncIteration);
      return false;
    }
    if (cursor_.left() == 0) {
      forget_removed();
      if (start_waiting(self, result)) instead = PYGEN_NEXT;
      return false;
    }
    // A task that waits while others take: nothing else tells it of what they leave of this batch.
    watch_.wake();
    if (cursor_.left() > 0) return true;
    instead = yield_to_loop(result);
    return false;
  });
}

// A bare yield: the task goes to the end of the loop's queue. No event was taken.
PySendResult record_reader::yield_to_loop(PyObject** result) {
  clock_.resume();
  *result = Py_NewRef(Py_None);
  return PYGEN_NEXT;
}

// What the task is to wait on; or a bare yield when something came meanwhile, or only discarded records so
// far. Armed last: all before it calls Python, and so anybody's code, which may take events.
bool record_reader::start_waiting(PyObject* self, PyObject** result) {
  const auto event_loop = running_loop();
  if (!event_loop) return false;
  if (watch_.somebody_waits()) {
    set_error("BpfBusyError", "another task is waiting for this buffer's next event; one at a time");
    return false;
  }
  const auto watched = stream_;
  if (watched && !watch_.watch(self, event_loop.get(), watched)) return false;
  if (!stream_ && watched) watch_.unwatch(watched);  // closed meanwhile
  auto made = waiter::make(event_loop.get());
  if (!made) return false;
  watch_.wake();   // another that was told to wait and does not yet, or never will: if it does, it asks again
  if (!stream_) {  // closed meanwhile
    PyErr_SetNone(PyExc_StopAsyncIteration);
    return false;
  }
  if (cursor_.left() > 0 || !stream_->arm()) {
    yield_to_loop(result);
    return true;
  }
  watch_.wait_on(std::move(made));
  clock_.resume();
  *result = Py_NewRef(watch_.waiter());
  return true;
}

bool record_reader::readable() {
  if (!is_open()) return true;
  stream_->quiet();
  return watch_.step();
}

PySendResult record_reader::next_batch(PyObject* self, PyObject** result) {
  // A batch is many events: the clock is looked at each time.
  PySendResult instead;
  while (find_record(self, result, instead)) {
    *result = guarded<PyObject*>("BpfError", nullptr, [&] { return take_batch(); });
    if (*result != nullptr) return PYGEN_RETURN;
    if (PyErr_Occurred()) return PYGEN_ERROR;
  }
  return instead;
}

// The records that are left, as a Batch. Null without an exception set when all of them are skipped.
PyObject* record_reader::take_batch() {
  const auto& rest = cursor_.rest();
  auto segments = rest.segments();
  std::vector<records::segment> kept;
  auto counts = counts_;
  if (decoders_.has_types()) segments = kept = wanted(segments, counts);
  PyObject* made = segments.empty() ? nullptr : make_batch(segments, decoders_);
  if (made == nullptr && PyErr_Occurred()) return nullptr;
  counts_ = std::move(counts);  // now that they are handed over
  if (!drains_.empty()) {
    for (auto at = cursor_.at(); at != rest.end(); ++at) drains_.delivered(at.source());
  }
  cursor_.skip_rest();
  if (!handing_over_) cursor_.give_back();
  wake_drained();
  return made;
}

// The segments without the records that are skipped. Counts all of them.
std::vector<records::segment> record_reader::wanted(std::span<const records::segment> segments,
                                                    source_map<type_counts>& counts) const {
  std::vector<records::segment> kept;
  for (const auto& segment : segments) {
    const auto& source = decoders_[segment.source];
    if (!source.has_types()) {
      kept.push_back(segment);
      continue;
    }
    auto& of_source = *counts.find(segment.source);
    std::uint32_t begin = 0;
    for (std::uint32_t i = 0; i < segment.count; ++i) {
      const auto data = segment[i].data;
      const auto chosen = source.choose(data.data(), static_cast<std::uint32_t>(data.size()));
      of_source.count(chosen);
      if (chosen.made != nullptr) continue;
      if (i > begin) kept.push_back(segment.slice(begin, i - begin));
      begin = i + 1;
    }
    if (segment.count > begin) kept.push_back(segment.slice(begin, segment.count - begin));
  }
  return kept;
}

void record_reader::close() noexcept {
  // Closed first: what follows calls Python, and so anybody's code.
  const auto closing = std::exchange(stream_, nullptr);
  if (!closing) return;
  const int descriptor = closing->native_handle();
  closing->close();
  if (!made_.is_ours()) return leave(descriptor);
  const auto at_close = [&](const records::ledger& counts, std::optional<std::uint32_t> source) {
    records::backlog dropped;
    dropped.lost[records::cause::dropped_at_close] = source ? cursor_.left_of(*source) : cursor_.left();
    return compose_with(counts, source, dropped);
  };
  final_ = at_close(closing->statistics(), std::nullopt);
  for (const auto& [source, made] : decoders_) {
    if (!is_removed(source)) final_by_source_.add(source, at_close(closing->statistics(source), source));
  }
  cursor_.skip_rest();
  if (!handing_over_) cursor_.give_back();
  watch_.unwatch(closing);
  watch_.wake();
  wake_drained();
}

std::size_t record_reader::begin_drain(PyObject* wake) {
  auto event_loop = running_loop();
  if (!event_loop) return 0;
  check_open("drain");
  std::vector<drain_mark::waiting> waiting;
  for (const auto& [source, made] : decoders_) {
    // In one look: the draining thread moves records from the one count to the other meanwhile.
    const auto counts =
        is_removed(source) ? records::ledger{.queued = stream_->queued(source)} : stream_->verify(source);
    waiting.push_back({source, counts.unread + counts.queued + cursor_.left_of(source)});
  }
  const std::size_t number =
      drains_.begin(std::move(waiting), std::move(event_loop), reference::borrow(wake));
  clock_.look_at_each(true);  // the next event is counted already
  wake_drained();
  return number;
}

std::uint64_t record_reader::end_drain(std::size_t number) noexcept {
  const std::uint64_t remaining = drains_.end(number);
  clock_.look_at_each(!drains_.empty());
  return remaining;
}

void record_reader::wake_drained() noexcept {
  drains_.wake(!stream_);
}

// In a child of fork().
void record_reader::leave(int descriptor) noexcept {
  cursor_.skip_rest();
  if (!handing_over_) cursor_.give_back();
  watch_.leave(descriptor);
  wake_drained();
}

// With what we know of records beyond the stream: skipped ones, and `after`.
records::ledger record_reader::compose_with(const records::ledger& counts,
                                            std::optional<std::uint32_t> source,
                                            records::backlog after) const {
  for (const auto& [number, of_types] : counts_) {
    if (!source || number == *source) after.lost += of_types.lost;
  }
  return compose(counts, after);
}

records::ledger record_reader::count_open(bool verified, std::optional<std::uint32_t> source) const {
  if (!source) {
    return compose_with(verified ? stream_->verify() : stream_->statistics(), source,
                        {.queued = cursor_.left()});
  }
  return compose_with(verified ? stream_->verify(*source) : stream_->statistics(*source), source,
                      {.queued = cursor_.left_of(*source)});
}

records::ledger record_reader::count(bool verified, std::optional<std::uint32_t> source) const {
  made_.check("count records");
  if (stream_) return count_open(verified, source);
  if (!source) return final_;
  if (const auto* counts = final_by_source_.find(*source)) return *counts;
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(*source) +
                                             ": there was no such source when it was closed"};
}

const std::vector<std::uint64_t>& record_reader::count_types(std::uint32_t source) const {
  made_.check("count records");
  if (const auto* counts = counts_.find(source)) return counts->by_type;
  throw bpf::error{bpf::errc::not_found, "count records of source " + std::to_string(source) +
                                             " by type: it was not added with a dict of types"};
}

int record_reader::traverse(visitproc visit, void* arg) const {
  if (const int stop = watch_.traverse(visit, arg)) return stop;
  if (const int stop = drains_.traverse(visit, arg)) return stop;
  return decoders_.traverse(visit, arg);
}

void record_reader::clear() noexcept {
  watch_.clear();
  drains_.clear();
  close();
  decoding_ = nobody;
  const auto ended = std::exchange(decoders_, decoder_table{});
}

}  // namespace aiobpf::python
