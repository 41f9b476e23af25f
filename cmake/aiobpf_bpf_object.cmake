# aiobpf_bpf_object(<target> <source.bpf.c> [SKELETON])
#
# Compiles a BPF program to <build>/<source>.bpf.o with BTF. The target has the property AIOBPF_BPF_OBJECT:
# the object's path. Warnings are errors where CMAKE_COMPILE_WARNING_AS_ERROR is set.
#
# SKELETON: the target is a library to link, with the header <source>_bpf.hpp, which carries the object:
#
#   aiobpf_bpf_object(exec exec.bpf.c SKELETON)
#   target_link_libraries(watch PRIVATE exec)      # #include "exec_bpf.hpp": exec_bpf::load()
#
# Beside it are <source>_bpf.py and <source>_bpf.pyi, for Python.
function(aiobpf_bpf_object target source)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "SKELETON" "" "")
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
  # The headers of the libbpf that is linked: it and the program share the layout of what usdt.bpf.h declares.
  set(libbpf_include ${BPF_INCLUDE_DIRS})
  list(TRANSFORM libbpf_include PREPEND -I)
  get_filename_component(stem ${source} NAME_WLE)  # x.bpf
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${stem}.o)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${AIOBPF_CLANG} -g -O2 -Wall $<$<BOOL:${CMAKE_COMPILE_WARNING_AS_ERROR}>:-Werror>
            -target bpf -D__TARGET_ARCH_${arch} -I${include_dir} ${libbpf_include} -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}
            -MD -MF ${object}.d -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Compiling BPF object ${stem}.o"
    COMMAND_EXPAND_LISTS
    VERBATIM)
  if(ARG_SKELETON)
    aiobpf_skeleton_(${target} ${stem} ${object})
  else()
    add_custom_target(${target} ALL DEPENDS ${object})
  endif()
  set_target_properties(${target} PROPERTIES AIOBPF_BPF_OBJECT ${object})
endfunction()

# In a folder of its own, which is all that who links it sees.
function(aiobpf_skeleton_ target stem object)
  string(MAKE_C_IDENTIFIER ${stem} name)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(files ${folder}/${name}.hpp ${folder}/${name}.py ${folder}/${name}.pyi)
  add_custom_command(
    OUTPUT ${files}
    COMMAND aiobpf::gen_tool ${object} -o ${folder} --name ${name}
    DEPENDS ${object} aiobpf::gen_tool
    COMMENT "Writing ${name}.hpp"
    VERBATIM)
  add_custom_target(${target}_files ALL DEPENDS ${object} ${files})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_files)
  target_include_directories(${target} INTERFACE ${folder})
  target_link_libraries(${target} INTERFACE aiobpf::sources)
endfunction()
