#pragma once

/// All that a program usually needs, under short names: aiobpf::object_file, aiobpf::attach(),
/// aiobpf::ring_source, aiobpf::stream. What is not here is in its own header, and in the namespace of its
/// floor: aiobpf::bpf, rings, records, loop, sources.

#include <aiobpf/bpf/attach/btf_tracepoint.hpp>
#include <aiobpf/bpf/attach/section.hpp>
#include <aiobpf/bpf/attach/tracepoint.hpp>
#include <aiobpf/bpf/btf.hpp>
#include <aiobpf/bpf/error.hpp>
#include <aiobpf/bpf/link.hpp>
#include <aiobpf/bpf/map.hpp>
#include <aiobpf/bpf/maps/create.hpp>
#include <aiobpf/bpf/maps/open.hpp>
#include <aiobpf/bpf/maps/per_cpu_map.hpp>
#include <aiobpf/bpf/maps/typed_map.hpp>
#include <aiobpf/bpf/object.hpp>
#include <aiobpf/bpf/object_file.hpp>
#include <aiobpf/bpf/program.hpp>
#include <aiobpf/bpf/variables.hpp>
#include <aiobpf/loop/dispatcher.hpp>
#include <aiobpf/loop/event_handlers.hpp>
#include <aiobpf/loop/stream.hpp>
#include <aiobpf/records/batch.hpp>
#include <aiobpf/records/ledger.hpp>
#include <aiobpf/sources/memory_ring.hpp>
#include <aiobpf/sources/ring_source.hpp>
#include <aiobpf/version.hpp>

namespace aiobpf {

using bpf::attach;
using bpf::btf;
using bpf::create_map;
using bpf::errc;
using bpf::error;
using bpf::link;
using bpf::map;
using bpf::object;
using bpf::object_file;
using bpf::open_map_by_id;
using bpf::open_pinned_map;
using bpf::per_cpu_map;
using bpf::prepare;
using bpf::program;
using bpf::typed_map;
using bpf::variables;
using loop::basic_stream;
using loop::dispatcher;
using loop::event_handlers;
using loop::source_options;
using loop::stream;
using loop::stream_options;
using records::batch;
using records::ledger;
using records::record;
using sources::memory_ring;
using sources::ring_source;

}  // namespace aiobpf
