# What we want when this folder is the project itself; a project that contains us decides for itself.
find_program(AIOBPF_CCACHE ccache DOC "Compiler cache, used where it is found")
if(AIOBPF_CCACHE)
  foreach(language C CXX)
    if(NOT CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER ${AIOBPF_CCACHE})
    endif()
  endforeach()
endif()

# The interpreter that has what the tests need, where scripts/setup made it.
if(NOT Python_EXECUTABLE AND EXISTS ${PROJECT_SOURCE_DIR}/.venv/bin/python)
  set(Python_EXECUTABLE ${PROJECT_SOURCE_DIR}/.venv/bin/python)
endif()
