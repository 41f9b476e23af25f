#pragma once

#include "decoder_table.hpp"
#include "python.hpp"

#include <aiobpf/bpf/fork_guard.hpp>
#include <aiobpf/bpf/unique_fd.hpp>
#include <aiobpf/loop/embedded_stream.hpp>
#include <aiobpf/records/batch_cursor.hpp>
#include <aiobpf/records/ledger.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace aiobpf::python {

/// Calls functions with the events of a stream, in the thread that asks for it: what poll() and consume() run
/// through. It drains when it is asked, and holds one batch at most.
///
/// An event is delivered when its function was called, whatever that returned or raised; the next call goes
/// on behind it. All of it is called with the GIL held. Functions may add and remove sources, and close it.
class callback_reader {
public:
  /// Throws bpf::error: an errno (descriptors ran out).
  explicit callback_reader(const loop::stream_options& options);

  /// `as_view`: events are memoryviews of their own bytes. Throws bpf::error: closed, an errno.
  std::uint32_t add(std::unique_ptr<loop::source> from, loop::source_options options, source_decoder made,
                    bool as_view);
  /// Throws bpf::error: closed, not_found.
  void remove(std::uint32_t source);

  /// Calls `functions[source](event)` with the events that are there now, and no more. Ends behind a function
  /// that returned a negative number. Returns how many were called; -1 with an exception set.
  /// Throws bpf::error: closed; busy, from inside of a function; what makes a source fail.
  Py_ssize_t consume(PyObject* functions);

  /// Readable while events are there, or may be: consume() tells.
  int native_handle() const noexcept { return readable_.get(); }

  /// Ends it; who waits for native_handle() is told. Descriptors stay open for them until release().
  void close() noexcept;
  /// Of a closed one that nobody waits for any more: closes its descriptors.
  void release() noexcept;
  bool is_open() const noexcept { return open_ && made_.is_ours(); }
  /// Throws bpf::error: closed, and why.
  void check_open(const char* step) const;

  /// As record_reader::count().
  records::ledger count(bool verified, std::optional<std::uint32_t> source) const;
  /// As record_reader::count_types().
  const std::vector<std::uint64_t>& count_types(std::uint32_t source) const;

private:
  bool fetch();
  int call(PyObject* functions, bool& called);
  void announce_rest() noexcept;
  records::ledger count_open(bool verified, std::optional<std::uint32_t> source) const;

  bpf::fork_guard made_;
  std::unique_ptr<loop::embedded_stream> stream_;  // null when released
  bpf::unique_fd rest_;      // an eventfd: readable while events are left of which the stream does not tell
  bpf::unique_fd readable_;  // an epoll instance with both
  decoder_table decoders_;   // of removed sources, too: their events may be on their way
  source_map<type_counts> counts_;  // of sources with types, removed ones too
  std::vector<bool> views_;         // by source
  records::batch_cursor cursor_;
  records::ledger final_;  // when it was closed
  source_map<records::ledger> final_by_source_;
  bool calling_ = false;
  bool open_ = true;
};

}  // namespace aiobpf::python
