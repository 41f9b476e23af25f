#pragma once

// What bpf::btf is made of, compiled into the fuzzer: the sanitizers and the fuzzer look at nothing else.
// clang-format off
#include "../../src/bpf/btf.cpp"
#include "../../src/bpf/btf_types.cpp"
#include "../../src/bpf/btf_writer.cpp"
#include "../../src/bpf/check_btf.cpp"
#include "../../src/bpf/elf_sections.cpp"
#include "../../src/bpf/environment.cpp"
#include "../../src/bpf/errc.cpp"
#include "../../src/bpf/error.cpp"
#include "../../src/bpf/kernel_version.cpp"
#include "../../src/bpf/libbpf_log.cpp"
#include "../../src/bpf/map.cpp"
#include "../../src/bpf/maps/cursor.cpp"
#include "../../src/bpf/name_index.cpp"
#include "../../src/bpf/names.cpp"
#include "../../src/bpf/nearest_names.cpp"
#include "../../src/bpf/pin.cpp"
#include "../../src/bpf/read_file.cpp"
#include "../../src/bpf/remedy.cpp"
#include "../../src/bpf/system_call.cpp"
#include "../../src/bpf/type.cpp"
#include "../../src/bpf/type_builder.cpp"
#include "../../src/bpf/unique_fd.cpp"
// clang-format on
