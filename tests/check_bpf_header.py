"""aiobpf.bpf.h brings what it needs, whatever a program includes before it."""

from __future__ import annotations

import pathlib

import pytest
from build_tree import ROOT, cached, run, succeed

PROGRAM = """
char LICENSE[] SEC("license") = "Dual MIT/GPL";
struct event { __u64 number; };
AIOBPF_EVENT_TYPE(struct event);
AIOBPF_RING(events, 4096);

SEC("raw_tp/sys_enter")
int on_call(void *ctx)
{
        struct event *event = AIOBPF_RESERVE(events, struct event);
        if (!event)
                return 0;
        event->number = 1;
        AIOBPF_SUBMIT(events, event);
        return 0;
}
"""
# Of what `bpftool btf dump file /sys/kernel/btf/vmlinux format c` gives, the little that is needed. The real one, too,
# cannot be included together with <linux/bpf.h>.
VMLINUX = """
#ifndef __VMLINUX_H__
#define __VMLINUX_H__
typedef signed char __s8; typedef unsigned char __u8; typedef short __s16; typedef unsigned short __u16;
typedef int __s32; typedef unsigned int __u32; typedef long long __s64; typedef unsigned long long __u64;
typedef __u16 __be16; typedef __u32 __be32; typedef __u64 __be64; typedef __u32 __wsum;
enum bpf_map_type { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_ARRAY = 2, BPF_MAP_TYPE_RINGBUF = 27 };
enum { BPF_F_MMAPABLE = 1024 };
enum { BPF_RB_NO_WAKEUP = 1, BPF_RB_FORCE_WAKEUP = 2 };
enum { BPF_RB_AVAIL_DATA = 0, BPF_RB_RING_SIZE = 1, BPF_RB_CONS_POS = 2, BPF_RB_PROD_POS = 3 };
#endif
"""


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", id="nothing"),
        pytest.param("#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n", id="linux/bpf.h"),
        pytest.param('#include "vmlinux.h"\n', id="vmlinux.h"),
        pytest.param('#include "vmlinux.h"\n#include <bpf/bpf_helpers.h>\n', id="vmlinux.h and helpers"),
        pytest.param('#include "aiobpf.bpf.h"\n', id="itself"),
    ],
)
def test_a_program_compiles_without_a_warning(tmp_path: pathlib.Path, before: str) -> None:
    (tmp_path / "vmlinux.h").write_text(VMLINUX)
    (tmp_path / "program.bpf.c").write_text(f'{before}#include "aiobpf.bpf.h"\n{PROGRAM}')
    triple = run("gcc", "-dumpmachine").stdout.strip()
    succeed(
        cached("AIOBPF_CLANG"), "-g", "-O2", "-Wall", "-Werror", "-target", "bpf", f"-I{ROOT / 'bpf'}",
        "-idirafter", f"/usr/include/{triple}", "-c", "program.bpf.c", "-o", "program.bpf.o", cwd=tmp_path,
    )  # fmt: skip
