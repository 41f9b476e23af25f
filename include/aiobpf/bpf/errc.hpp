#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace aiobpf::bpf {

/// aiobpf's own error codes. What the kernel reports comes as an errno in system_category().
enum class errc {
  closed = 1,          ///< We closed it, and it was used after that.
  busy,                ///< A read is already pending; one at a time.
  not_found,           ///< No program, map or type of that name.
  wrong_type,          ///< A map or type of another kind than the call needs.
  wrong_size,          ///< Bytes of another length than the kernel side says.
  btf_corrupt,         ///< The object's BTF is inconsistent; compile it again.
  ring_corrupt,        ///< The ring's memory is inconsistent; not recoverable, close the reader.
  ring_taken,          ///< Another reader has released records of this ring; it is read there now.
  not_supported,       ///< This kernel or this object cannot do it.
  wrong_phase,         ///< Before load() what comes after it, or the other way round.
  rejected,            ///< The verifier refused a program; the log says why.
  ended,               ///< Every source has ended: there will be no more records.
  invalid_expression,  ///< A filter or a name of an event that cannot be read; the message says where.
};

const boost::system::error_category& aiobpf_category() noexcept;

/// libbpf's own error numbers (enum libbpf_errno of <bpf/libbpf.h>, 4000 and up).
const boost::system::error_category& libbpf_category() noexcept;

inline boost::system::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), aiobpf_category()};
}

}  // namespace aiobpf::bpf

template <>
struct boost::system::is_error_code_enum<aiobpf::bpf::errc> : std::true_type {};
