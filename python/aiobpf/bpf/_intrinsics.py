"""What the language adds to the kernel's helpers. Each runs in programs only."""

from __future__ import annotations

from typing import Any

#: Name and what it does.
_DOCUMENTED = {
    "pid": "The id of the current process, as user space knows it (the kernel's tgid).",
    "tid": "The id of the current thread (the kernel's pid).",
    "uid": "The user id of the current task.",
    "gid": "The group id of the current task.",
    "comm": "The current task's name, for a member or a variable of char[16].",
    "ktime": "Nanoseconds since boot, without time asleep (bpf_ktime_get_ns).",
    "cpu": "The number of this CPU.",
    "random": "A random u32.",
    "current_task": "The current task_struct, at any depth: bpf.current_task().real_parent.tgid",
    "kernel_str": "A string of the kernel's memory, for a member or a variable of char[n].",
    "user_str": "A string of user memory, for a member or a variable of char[n].",
    "read_kernel": "read_kernel(T, address): a T of the kernel's memory; zero where it cannot be read.",
    "read_user": "read_user(T, address): a T of user memory; zero where it cannot be read.",
    "copy": "copy(destination, source): bytes, as many as the smaller of both has.",
    "zeroed": "zeroed(T): a struct or an array, all zero: values = bpf.zeroed(u32[4])",
    "sizeof": "The bytes of a type or of a variable.",
    "cast": "cast(T, address): a pointer to T.",
    "address": "The address of a variable, as a u64.",
    "atomic_add": "atomic_add(place, n): adds and returns what was there.",
    "atomic_sub": "atomic_sub(place, n): subtracts and returns what was there.",
    "atomic_and": "atomic_and(place, n): returns what was there.",
    "atomic_or": "atomic_or(place, n): returns what was there.",
    "atomic_xor": "atomic_xor(place, n): returns what was there.",
    "atomic_exchange": "atomic_exchange(place, n): stores n, returns what was there.",
    "atomic_compare_exchange": "atomic_compare_exchange(place, old, new): returns what was there.",
    "packet": "packet(ctx, T, offset=0): a T in the packet, or None where the packet is shorter.",
    "ntohs": "16 bits from the network's order.",
    "ntohl": "32 bits from the network's order.",
    "ntohll": "64 bits from the network's order.",
    "htons": "16 bits to the network's order.",
    "htonl": "32 bits to the network's order.",
    "htonll": "64 bits to the network's order.",
    "field_exists": "Whether the kernel that loads the program has the member: field_exists(task.loginuid).",
    "type_exists": "Whether the kernel that loads the program has the type.",
    "type_size": "The bytes of a type in the kernel that loads the program.",
    "enum_value": "The value of an enumerator in the kernel that loads the program.",
    "enum_exists": "Whether the kernel that loads the program has the enumerator.",
    "loop": "for i in bpf.loop(n): up to 8,388,608 rounds, by bpf_loop. Needs kernel 5.17.",
}


class Intrinsic:
    """One of them."""

    def __init__(self, name: str, documentation: str) -> None:
        self.name = name
        self.__name__ = name
        self.__doc__ = documentation

    def __call__(self, *args: Any) -> Any:
        raise RuntimeError(f"bpf.{self.name}() runs in the kernel: call it in a function with @bpf.program")

    def __repr__(self) -> str:
        return f"<bpf.{self.name}>"


TABLE: dict[str, Intrinsic] = {name: Intrinsic(name, text) for name, text in _DOCUMENTED.items()}
