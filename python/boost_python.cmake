# The target aiobpf_boost_python: Boost.Python for the interpreter that was found. A distribution has it for its
# own CPython only; for any other it is compiled from source into the module, which then exports none of it.
set(AIOBPF_BOOST_PYTHON_SOURCE "" CACHE PATH
    "The folder libs/python/src of Boost's sources, of the headers' version: compiled into the module")

if(AIOBPF_BOOST_PYTHON_SOURCE)
  if(NOT EXISTS ${AIOBPF_BOOST_PYTHON_SOURCE}/converter/registry.cpp)
    message(FATAL_ERROR "AIOBPF_BOOST_PYTHON_SOURCE=${AIOBPF_BOOST_PYTHON_SOURCE} is not libs/python/src of Boost's sources")
  endif()
  file(GLOB sources ${AIOBPF_BOOST_PYTHON_SOURCE}/*.cpp ${AIOBPF_BOOST_PYTHON_SOURCE}/converter/*.cpp
       ${AIOBPF_BOOST_PYTHON_SOURCE}/object/*.cpp)
  add_library(aiobpf_boost_python STATIC ${sources})
  target_link_libraries(aiobpf_boost_python PUBLIC Boost::headers Python::Module)
  target_compile_definitions(aiobpf_boost_python PRIVATE BOOST_PYTHON_SOURCE PUBLIC BOOST_PYTHON_STATIC_LIB)
  set_target_properties(aiobpf_boost_python PROPERTIES
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    COMPILE_WARNING_AS_ERROR OFF)
else()
  set(component python${Python_VERSION_MAJOR}${Python_VERSION_MINOR})
  find_package(Boost 1.81 QUIET CONFIG COMPONENTS ${component})
  if(NOT TARGET Boost::${component})
    message(FATAL_ERROR
      "Boost has no ${component} here, which the module needs for ${Python_EXECUTABLE} (CPython ${Python_VERSION}): "
      "choose the system's interpreter (-DPython_EXECUTABLE=/usr/bin/python3), or set AIOBPF_BOOST_PYTHON_SOURCE to "
      "the folder libs/python/src of Boost's sources, of the headers' version.")
  endif()
  add_library(aiobpf_boost_python INTERFACE)
  target_link_libraries(aiobpf_boost_python INTERFACE Boost::${component})
endif()
