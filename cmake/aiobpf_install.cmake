# What `cmake --install` leaves: the floors as aiobpf::<floor> with their headers, aiobpf.bpf.h for BPF
# programs, and a package that find_package(aiobpf) finds. tests/package consumes it.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/aiobpf)
# Apart from the floors' headers: what is in here is for clang -target bpf.
set(AIOBPF_PROGRAMS_DIR ${CMAKE_INSTALL_INCLUDEDIR}/aiobpf-programs)

get_property(floors GLOBAL PROPERTY AIOBPF_FLOORS)
install(TARGETS ${floors} EXPORT aiobpf ARCHIVE LIBRARY FILE_SET HEADERS)
install(TARGETS aiobpf_gen_tool EXPORT aiobpf)
install(EXPORT aiobpf FILE aiobpf-targets.cmake NAMESPACE aiobpf:: DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/bpf/aiobpf.bpf.h DESTINATION ${AIOBPF_PROGRAMS_DIR})

configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/aiobpf-config.cmake.in ${PROJECT_BINARY_DIR}/aiobpf-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS AIOBPF_PROGRAMS_DIR)
# Before 1.0 a minor version may change anything.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/aiobpf-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/aiobpf-config.cmake ${PROJECT_BINARY_DIR}/aiobpf-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/aiobpf_bpf_object.cmake
        DESTINATION ${package_dir})
