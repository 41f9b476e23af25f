"""Functions of native C, attached to system calls."""

from __future__ import annotations

import pathlib
import re
import tempfile

import aiobpf
from aiobpf._errors import BpfAttachError, BpfNotFoundError, BpfUnsupportedError
from aiobpf.compiler import clang

# What programs of bcc find without including it.
_PRELUDE = """
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32; typedef unsigned long long u64;
typedef signed char s8; typedef short s16; typedef int s32; typedef long long s64;
typedef u8 __u8; typedef u16 __u16; typedef u32 __u32; typedef u64 __u64;
#define SEC(name) __attribute__((section(name), used))
struct pt_regs;
static long (*aiobpf_trace_printk)(const char *format, u32 size, ...) = (void *)6;
#define bpf_trace_printk(format, ...) \\
        ({ char text_[] = format; aiobpf_trace_printk(text_, sizeof(text_), ##__VA_ARGS__); })
static u64 (*bpf_ktime_get_ns)(void) = (void *)5;
static u32 (*bpf_get_prandom_u32)(void) = (void *)7;
static u32 (*bpf_get_smp_processor_id)(void) = (void *)8;
static u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static u64 (*bpf_get_current_uid_gid)(void) = (void *)15;
static long (*bpf_get_current_comm)(void *to, u32 size) = (void *)16;
char LICENSE[] SEC("license") = "GPL";
"""
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


class NativeProgram:
    """A function of C, at a system call: by a kprobe; where the kernel has none, by the call's tracepoint.

    A tracepoint gives it no registers.
    """

    def __init__(self, text: str, function: str, syscall: str) -> None:
        if not _IDENTIFIER.fullmatch(function):
            raise ValueError(f"fn_name is a function's name, not {function!r}")
        try:
            self._object = _load(text, function, f"ksyscall/{syscall}")
        except (BpfAttachError, BpfUnsupportedError, BpfNotFoundError):
            self._object = _load(text, function, f"tracepoint/syscalls/sys_enter_{syscall}")

    def close(self) -> None:
        self._object.close()


def _load(text: str, function: str, section: str) -> aiobpf.BpfObject:
    entry = f'\nSEC("{section}") int aiobpf_entry(void *ctx) {{ return {function}((struct pt_regs *)ctx); }}\n'
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "native.bpf.o")
        clang.compile_c(f'{_PRELUDE}\n#line 1 "text"\n{text}{entry}', path)
        loaded = aiobpf.load(path)
    try:
        loaded.program("aiobpf_entry").attach()
    except BaseException:
        loaded.close()
        raise
    return loaded
