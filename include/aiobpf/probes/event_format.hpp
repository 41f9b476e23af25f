#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace aiobpf::probes {

/// A field of a tracepoint's record, as its `format` file declares it.
struct format_field {
  enum class reach : std::uint8_t {
    inside,    ///< it is where the offset says
    data_loc,  ///< there are 4 bytes: its offset from the record's start, and its length from bit 16 on
    rel_loc,   ///< the same, from the end of these 4 bytes
  };

  std::string name;
  std::string type;  ///< as in "const char *", "unsigned long"; of an array its element's
  reach where = reach::inside;
  bool is_array = false;
  std::size_t offset = 0;  ///< in the record, bytes
  std::size_t size = 0;    ///< bytes there; 0 of an array without a length
  bool is_signed = false;

  bool is_pointer() const noexcept { return !is_array && !type.empty() && type.back() == '*'; }
};

/// What tracefs says of one event, in events/<category>/<name>/format.
struct event_format {
  std::string name;
  std::uint64_t id = 0;              ///< what perf_event_open() takes
  std::vector<format_field> fields;  ///< but those that all events have, common_*
};

/// Records are no longer than this (PERF_MAX_TRACE_SIZE of the kernel's include/linux/trace_events.h).
inline constexpr std::size_t longest_record = 8192;

/// Reads a `format` file. No I/O. Throws bpf::error: wrong_type, which tells the line.
event_format parse_format(std::string_view text);

}  // namespace aiobpf::probes
