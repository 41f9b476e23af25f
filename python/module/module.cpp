// The module _aiobpf: Boost.Python for what is called now and then, raw C types for what is called for every
// event. The package `aiobpf` is its only user; what is public is said there.
#include "batch_object.hpp"
#include "bindings.hpp"
#include "map_view.hpp"
#include "memory_object.hpp"
#include "python.hpp"
#include "reader_object.hpp"
#include "waiter.hpp"

#include <boost/python.hpp>

BOOST_PYTHON_MODULE(_aiobpf) {
  namespace python = aiobpf::python;
  PyObject* module = boost::python::scope().ptr();
  const boost::python::docstring_options no_signatures{true, false, false};

  boost::python::scope().attr("version") = AIOBPF_VERSION;
  if (!python::waiter::ready(module) || !python::batch_object_ready(module) ||
      !python::reader_objects_ready(module) || !python::map_objects_ready(module) ||
      !python::memory_object_ready(module)) {
    boost::python::throw_error_already_set();
  }
  python::bind_types();
  python::bind_objects();
  python::bind_maps();
  python::bind_codecs();
  python::bind_btf();
  python::bind_rings();
  python::bind_variables();
  python::bind_readers();
  python::bind_tools();
  python::bind_perf();
  python::bind_user_ring();
  python::bind_probes();
}
