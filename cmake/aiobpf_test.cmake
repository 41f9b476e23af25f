# aiobpf_test(<label> <x_test.cpp> [LIBRARIES target...] [BPF target...])
#
# One file, one program, one CTest entry of the same name (kernel_x_test where the label is kernel: the same
# subject has a unit test as well). <label> is unit or kernel. BPF names targets of aiobpf_bpf_object(); their
# objects are where bpf_object_path() (support/kernel.hpp) says.
# Exit codes (support/main.cpp): 77 every case was skipped, 99 file descriptors leaked.
#
# Every entry, of either language, writes the results of its cases to <build>/results/<name>.xml (JUnit);
# tests/support/add_up.py adds them up.
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS unit_test_framework)
set(AIOBPF_RESULTS_DIR ${PROJECT_BINARY_DIR}/results)
file(MAKE_DIRECTORY ${AIOBPF_RESULTS_DIR})

function(aiobpf_test_support)
  add_library(aiobpf_test_support STATIC support/main.cpp support/object_path.cpp)
  target_include_directories(aiobpf_test_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_compile_definitions(aiobpf_test_support PUBLIC
    BOOST_TEST_DYN_LINK BOOST_TEST_NO_MAIN BOOST_TEST_ALTERNATIVE_INIT_API)
  # Of one file: all others are compiled alike in all build trees, once for ccache.
  target_compile_definitions(aiobpf_test_support PRIVATE AIOBPF_BPF_OBJECT_DIR="${CMAKE_CURRENT_BINARY_DIR}/kernel")
  target_link_libraries(aiobpf_test_support PUBLIC aiobpf::sources Boost::unit_test_framework aiobpf_private)
  add_library(aiobpf_failing_new INTERFACE)  # for LIBRARIES
  target_sources(aiobpf_failing_new INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/support/failing_new.cpp)
endfunction()

function(aiobpf_test label source)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "" "" "LIBRARIES;BPF")
  get_filename_component(name ${source} NAME_WE)
  if(label STREQUAL kernel)
    string(PREPEND name kernel_)
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE aiobpf_test_support ${ARG_LIBRARIES})
  if(ARG_BPF)
    add_dependencies(${name} ${ARG_BPF})
  endif()
  add_test(NAME ${name} COMMAND ${name} --color_output=no
           --logger=HRF,warning,stdout:JUNIT,warning,${AIOBPF_RESULTS_DIR}/${name}.xml)
  # By folder, too: a floor's tests can be built (tests_loop) and run (-L loop) without the others.
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set_tests_properties(${name} PROPERTIES LABELS "${label};cpp;${folder}" SKIP_RETURN_CODE 77 TIMEOUT 120)
  foreach(group IN ITEMS tests_cpp tests_${folder})
    if(NOT TARGET ${group})
      add_custom_target(${group})
    endif()
    add_dependencies(${group} ${name})
  endforeach()
endfunction()

# aiobpf_pytest(<name> <label> <pytest.ini> <file or folder> [ENVIRONMENT NAME=value...])
#
# One CTest entry: pytest, by the interpreter that has it.
function(aiobpf_pytest name label ini tests)
  cmake_parse_arguments(PARSE_ARGV 4 ARG "" "" "ENVIRONMENT")
  add_test(NAME ${name} COMMAND ${AIOBPF_TEST_PYTHON} -m pytest -q -c ${CMAKE_CURRENT_SOURCE_DIR}/${ini}
           --junit-xml=${AIOBPF_RESULTS_DIR}/${name}.xml ${CMAKE_CURRENT_SOURCE_DIR}/${tests})
  set_tests_properties(${name} PROPERTIES LABELS ${label} TIMEOUT 120 SKIP_RETURN_CODE 77
    ENVIRONMENT "AIOBPF_BUILD_DIR=${PROJECT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1;${ARG_ENVIRONMENT}")
endfunction()
