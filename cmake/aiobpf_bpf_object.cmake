# aiobpf_bpf_object(<target> <source.bpf.c>)
#
# Compiles a BPF program to <build>/<source>.bpf.o with BTF. The target has the property AIOBPF_BPF_OBJECT:
# the object's path. Warnings are errors where CMAKE_COMPILE_WARNING_AS_ERROR is set.
function(aiobpf_bpf_object target source)
  find_program(AIOBPF_CLANG NAMES clang clang-14 clang-16 clang-19 DOC "clang with the BPF target")
  if(NOT AIOBPF_CLANG)
    message(FATAL_ERROR "clang is needed to compile ${source}: apt-get install clang-14")
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    set(arch arm64)
  else()
    set(arch x86)
  endif()
  get_property(include_dir GLOBAL PROPERTY AIOBPF_BPF_INCLUDE_DIR)
  get_filename_component(stem ${source} NAME_WLE)  # x.bpf
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${stem}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${AIOBPF_CLANG} -g -O2 -Wall $<$<BOOL:${CMAKE_COMPILE_WARNING_AS_ERROR}>:-Werror>
            -target bpf -D__TARGET_ARCH_${arch} -I${include_dir} -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -MD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Compiling BPF object ${stem}.o"
    COMMAND_EXPAND_LISTS
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${object})
  set_target_properties(${target} PROPERTIES AIOBPF_BPF_OBJECT ${object})
endfunction()
