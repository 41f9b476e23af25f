"""Types and functions of the kernel, by CO-RE; helpers; strings of the kernel's and of users' memory."""

import ctypes
import os
import pathlib

import aiobpf
import pytest
from aiobpf import bpf
from aiobpf.bpf import char, helpers, i32, i64, u64
from aiobpf.bpf.kernel import (
    BPF_F_CURRENT_CPU,
    BPF_MAP_TYPE_ARRAY,
    XDP_DROP,
    bpf_sock_tuple,
    cred,
    list_head,
    task_struct,
)
from support import Args, checked_by, gives, run


def is_this_process(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert (got.a, got.b, got.c) == (os.getpid(), os.getppid(), os.getuid())
    comm = pathlib.Path("/proc/self/comm").read_bytes().strip()
    assert got.text == comm


@checked_by(is_this_process)
@bpf.program("syscall")
def current_task(args: Args) -> None:
    task = bpf.current_task()
    args.a = task.tgid
    args.b = task.real_parent.tgid
    args.c = task.cred.uid.val
    name: char[16] = task.comm
    args.text = name


@checked_by(is_this_process)
@bpf.program("syscall")
def ids_and_comm(args: Args) -> None:
    args.a = bpf.pid()
    args.b = bpf.current_task().real_parent.tgid
    args.c = bpf.uid()
    name = bpf.comm()
    args.text = name


@checked_by(is_this_process)
@bpf.program("syscall")
def probed_pointers(args: Args) -> None:
    task = bpf.cast(task_struct, helpers.get_current_task())
    args.a = task.tgid
    args.b = task.real_parent.tgid
    args.c = task.real_parent.cred.uid.val
    name: char[16] = task.comm
    args.text = name


def starts_before(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert 0 < got.a <= got.b
    assert got.c == got.result


@checked_by(starts_before)
@bpf.program("syscall")
def any_depth(args: Args) -> None:
    task = bpf.current_task()
    args.a = task.group_leader.start_time
    args.b = bpf.ktime()
    probed = bpf.cast(task_struct, helpers.get_current_task())
    args.c = probed.mm.exe_file.f_inode.i_ino
    args.result = task.mm.exe_file.f_inode.i_ino


@gives({(): 1 + 0 + 4 + 8})
@bpf.program("syscall")
def what_this_kernel_has(args: Args) -> None:
    args.result = bpf.field_exists(task_struct.tgid) + 2 * bpf.field_exists(task_struct.no_such_member)
    args.result += 4 * bpf.type_exists(task_struct) + 8 * bpf.enum_exists(XDP_DROP)


@gives({(): 1 + 10 * 2 + 1})
@bpf.program("syscall")
def enumerators(args: Args) -> None:
    args.result = XDP_DROP + 10 * BPF_MAP_TYPE_ARRAY + bpf.enum_value(XDP_DROP)


def size_is_of_this_kernel(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert got.result == got.a > 100


@checked_by(size_is_of_this_kernel)
@bpf.program("syscall")
def size_of_a_kernel_type(args: Args) -> None:
    args.result = bpf.type_size(cred)
    args.a = bpf.sizeof(cred)


def bits_are_right(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert (got.a, got.b) == (got.c, got.result)


@checked_by(bits_are_right)
@bpf.program("syscall")
def bitfields_of_the_kernel(args: Args) -> None:
    task = bpf.current_task()
    probed = bpf.cast(task_struct, helpers.get_current_task())
    args.a = task.in_execve + task.sched_reset_on_fork * 2 + task.no_cgroup_migration * 4
    args.c = probed.in_execve + probed.sched_reset_on_fork * 2 + probed.no_cgroup_migration * 4
    args.b = task.policy
    args.result = probed.policy


TEXT = ctypes.create_string_buffer(b"from user space")


def reads_user_memory(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program, ctypes.addressof(TEXT))
    assert (got.text, got.result, got.c) == (b"from user space", ord("f"), ord("r"))


@checked_by(reads_user_memory)
@bpf.program("syscall")
def user_memory(args: Args) -> None:
    name: char[32] = bpf.user_str(args.a)
    args.text = name
    args.result = bpf.read_user(char, args.a)
    bytes: char[4] = bpf.read_user(char[4], args.a)
    args.c = bytes[1]


def reads_kernel_memory(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert got.a == got.b == os.getpid()
    assert got.text == pathlib.Path("/proc/self/comm").read_bytes().strip()
    assert got.result == 0


@checked_by(reads_kernel_memory)
@bpf.program("syscall")
def kernel_memory(args: Args) -> None:
    task = bpf.current_task()
    args.a = task.tgid
    args.b = bpf.read_kernel(i32, bpf.address(task.tgid))
    name: char[16] = bpf.kernel_str(task.comm)
    args.text = name
    args.result = bpf.read_kernel(u64, 16)


def random_is_random(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = [run(program) for _ in range(3)]
    assert len({one.a for one in got}) > 1
    assert all(0 <= one.b < (os.cpu_count() or 1) for one in got)
    assert got[0].c <= got[1].c <= got[2].c


@checked_by(random_is_random)
@bpf.program("syscall")
def helpers_without_arguments(args: Args) -> None:
    args.a = bpf.random()
    args.b = bpf.cpu()
    args.c = helpers.ktime_get_boot_ns()


@gives({(): 5 + 0})
@bpf.program("syscall")
def helper_with_out_argument(args: Args) -> None:
    found: i64 = 0
    helpers.strtol("5 apples", 8, 10, found)
    args.result = found


@gives({(): 0})
@bpf.program("syscall")
def helper_with_strings(args: Args) -> None:
    name: char[8] = "abc"
    args.result = helpers.strncmp(name, 8, "abc")


@gives({(): 8})
@bpf.program("syscall")
def kernel_struct_by_value(args: Args) -> None:
    tuple = bpf_sock_tuple()
    tuple.ipv4.dport = 8
    args.result = tuple.ipv4.dport + tuple.ipv4.saddr + (BPF_F_CURRENT_CPU & 0)


@bpf.function
def parent_of(task: bpf.ptr[task_struct]) -> i32:
    return task.real_parent.tgid


def has_one_parent(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program)
    assert got.a == got.b == os.getppid()


@checked_by(has_one_parent)
@bpf.program("syscall")
def any_address_is_given_to_a_function(args: Args) -> None:
    args.a = parent_of(bpf.current_task())
    args.b = parent_of(bpf.cast(task_struct, helpers.get_current_task()))


def knows_its_name(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    name = pathlib.Path("/proc/self/comm").read_bytes().strip()
    assert run(program, text=name).result == 5
    assert run(program, text=b"another").result == 4


@checked_by(knows_its_name)
@bpf.program("syscall")
def strings_of_helpers_are_compared_and_printed(args: Args) -> None:
    args.result = bpf.comm() == args.text
    args.result += (bpf.comm() != "no such") * 4
    print(f"{bpf.comm()} is {bpf.pid()}")


@bpf.struct
class Comm:
    text: char[16]


@checked_by(lambda _, program: None if run(program).result == 1 else pytest.fail("the copies differ"))
@bpf.program("syscall")
def structs_of_the_kernel_are_copied(args: Args) -> None:
    task = bpf.cast(task_struct, helpers.get_current_task())
    mine = bpf.zeroed(list_head)
    helpers.probe_read_kernel(mine, bpf.sizeof(list_head), task.tasks)
    table[0] = task.tasks
    kept = table.lookup(0)
    if kept is not None:
        args.result = bpf.address(kept.next) == bpf.address(mine.next)


table = bpf.Array(list_head, 1)
