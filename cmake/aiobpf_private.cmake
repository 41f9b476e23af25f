# What our own code is compiled with. Linked as $<BUILD_INTERFACE:...>, so that users never inherit it.
# Presets make warnings errors (CMAKE_COMPILE_WARNING_AS_ERROR), not this: another compiler has other warnings.
add_library(aiobpf_private INTERFACE)
target_compile_features(aiobpf_private INTERFACE cxx_std_20)
target_compile_options(aiobpf_private INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  # gcc 12 sees overlaps where std::string is only appended to (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(AIOBPF_SANITIZE)
  target_compile_options(aiobpf_private INTERFACE -fsanitize=${AIOBPF_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(aiobpf_private INTERFACE -fsanitize=${AIOBPF_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # What the sanitizers insert makes gcc see uninitialised reads that are none (its manual says so).
    target_compile_options(aiobpf_private INTERFACE -Wno-maybe-uninitialized)
  endif()
  if(AIOBPF_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(aiobpf_private INTERFACE -Wno-tsan)  # gcc has no model of Asio's fences
  endif()
endif()
