# aiobpf_library(<floor> HEADERS h... SOURCES s... PUBLIC targets... PRIVATE targets...)
#
# One call a floor: the target aiobpf_<floor>, its alias and export name aiobpf::<floor>. Headers are named
# below include/aiobpf/, sources below src/. Every public header is compiled alone.
function(aiobpf_library floor)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "HEADERS;SOURCES;PUBLIC;PRIVATE")
  set(target aiobpf_${floor})
  set(include_dir ${PROJECT_SOURCE_DIR}/include)

  add_library(${target} STATIC ${ARG_SOURCES})
  add_library(aiobpf::${floor} ALIAS ${target})
  list(TRANSFORM ARG_HEADERS PREPEND ${include_dir}/aiobpf/)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${ARG_HEADERS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_link_libraries(${target} PUBLIC ${ARG_PUBLIC}
                                  PRIVATE ${ARG_PRIVATE} $<BUILD_INTERFACE:aiobpf_private>)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${floor} POSITION_INDEPENDENT_CODE ON
                                             CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  set_property(GLOBAL APPEND PROPERTY AIOBPF_FLOORS ${target})
endfunction()
