#pragma once

namespace aiobpf::records {

/// Memory that a source has lent to a batch: records that were not copied. The batch gives it back when it is
/// cleared, read into again or destroyed; until then the source can neither release nor reuse that memory.
///
/// A loan keeps its memory mapped: a batch may outlive the source.
///
/// Threads  give_back() may be called on any thread
class loan {
public:
  virtual ~loan() = default;

  /// The batch is done with the records. Once for each time that a batch borrowed.
  virtual void give_back() noexcept = 0;
};

}  // namespace aiobpf::records
