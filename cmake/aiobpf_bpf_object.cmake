# aiobpf_bpf_object(<target> <source.bpf.c>)
#
# Compiles a BPF program to <build>/<source>.bpf.o with BTF. The target has the property AIOBPF_BPF_OBJECT:
# the object's path.
find_program(AIOBPF_CLANG NAMES clang clang-14 clang-16 clang-19 DOC "clang with the BPF target")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(AIOBPF_BPF_ARCH arm64)
else()
  set(AIOBPF_BPF_ARCH x86)
endif()
if(NOT AIOBPF_BPF_INCLUDE_DIR)  # the installed package sets it
  set(AIOBPF_BPF_INCLUDE_DIR ${CMAKE_CURRENT_LIST_DIR}/../bpf)
endif()

function(aiobpf_bpf_object target source)
  if(NOT AIOBPF_CLANG)
    message(FATAL_ERROR "clang is needed to compile ${source}: apt-get install clang-14")
  endif()
  get_filename_component(stem ${source} NAME_WLE)  # x.bpf
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${stem}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${AIOBPF_CLANG} -g -O2 -Wall -Werror -target bpf -D__TARGET_ARCH_${AIOBPF_BPF_ARCH}
            -I${AIOBPF_BPF_INCLUDE_DIR} -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -MD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Compiling BPF object ${stem}.o"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${object})
  set_target_properties(${target} PROPERTIES AIOBPF_BPF_OBJECT ${object})
endfunction()
