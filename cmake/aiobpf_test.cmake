# aiobpf_test(<label> <x_test.cpp> [LIBRARIES target...] [BPF target...])
#
# One file, one program, one CTest entry of the same name (kernel_x_test where the label is kernel: the same
# subject has a unit test as well). <label> is unit, kernel or package. BPF names
# targets of aiobpf_bpf_object(); their objects are found through support/bpf_object.hpp.
# Exit codes (support/main.cpp): 77 every case was skipped, 99 file descriptors leaked.
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS unit_test_framework)

function(aiobpf_test_support)
  add_library(aiobpf_test_support STATIC support/main.cpp)
  target_include_directories(aiobpf_test_support PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support)
  target_compile_definitions(aiobpf_test_support PUBLIC
    BOOST_TEST_DYN_LINK BOOST_TEST_NO_MAIN BOOST_TEST_ALTERNATIVE_INIT_API
    AIOBPF_BPF_OBJECT_DIR="${CMAKE_CURRENT_BINARY_DIR}/kernel")
  target_link_libraries(aiobpf_test_support PUBLIC aiobpf::loop Boost::unit_test_framework aiobpf_private)
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
  add_test(NAME ${name} COMMAND ${name} --log_level=warning --color_output=no)
  set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 120)
endfunction()
