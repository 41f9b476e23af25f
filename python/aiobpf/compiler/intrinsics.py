"""What the language adds to the kernel's helpers, by the names in aiobpf.bpf."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.scope import Meta, constant

if TYPE_CHECKING:
    from aiobpf.compiler.calls import Calls

Handler = Callable[["Calls", ast.Call], ir.Expr]

_COMM = t.Array(t.char, 16)


def _plain(helper: str, type_: t.Type, template: str) -> Handler:
    """A helper without arguments, and what is made of its result."""

    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        checker.arguments(node, 0)
        checker.unit.helpers.add(helper)
        return ir.Code(type_, template)

    return made


def _current_task(checker: Calls, node: ast.Call) -> ir.Expr:
    checker.arguments(node, 0)
    record = checker.unit.kernel.record("task_struct")
    if record is None:
        checker.fail(node, "this kernel has no BTF (/sys/kernel/btf/vmlinux)")
    checker.unit.helpers.add("get_current_task_btf")
    return ir.Code(t.Pointer(record), "bpf_get_current_task_btf()")


def _comm(checker: Calls, node: ast.Call) -> ir.Expr:
    checker.arguments(node, 0)
    checker.unit.helpers.add("get_current_comm")
    return ir.Fill(_COMM, "bpf_get_current_comm({to}, {size})")


def _string(helper: str) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        (source,) = checker.arguments(node, 1)
        checker.unit.helpers.add(helper)
        return ir.Fill(
            t.Array(t.char, 0), f"bpf_{helper}({{to}}, {{size}}, {{0}})", (checker.address_argument(source),)
        )

    return made


def _read(space: t.Space, macro: str) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        what, where = checker.arguments(node, 2)
        type_ = checker.unit.by_value(checker.type_argument(what))
        address = checker.address_argument(where)
        if isinstance(type_, t.Array | t.Record):
            helper = macro.lower()
            return ir.Fill(type_, f"bpf_probe_{helper}({{to}}, {{size}}, {{0}})", (address,))
        pointer = ir.Code(t.Pointer(type_, space), f"({t.Pointer(type_).c()})({{0}})", (address,))
        return ir.Read(type_, ir.Deref(type_, pointer))

    return made


def _copy(checker: Calls, node: ast.Call) -> ir.Expr:
    to, source = (checker.pointer_argument(one, maps=False) for one in checker.arguments(node, 2))
    sizes = []
    for one, argument in ((to, node.args[0]), (source, node.args[1])):
        type_ = one.type.to if isinstance(one.type, t.Pointer) else one.type
        if not type_.size:
            checker.fail(argument, f"the size of {type_} is not known", "copy between arrays or structs")
        sizes.append(type_.size)
    return ir.Code(t.void, f"__builtin_memcpy({{0}}, {{1}}, {min(sizes)})", (to, source))


def _zeroed(checker: Calls, node: ast.Call) -> ir.Expr:
    (what,) = checker.arguments(node, 1)
    type_ = checker.unit.by_value(checker.type_argument(what))
    if isinstance(type_, t.Int):
        return ir.Const(type_, 0)
    return ir.Construct(type_, type_, ())  # type: ignore[arg-type]  # without members any type will do


def _sizeof(checker: Calls, node: ast.Call) -> ir.Expr:
    (what,) = checker.arguments(node, 1)
    type_ = checker.evaluate_type(what)
    if type_ is None:
        found = checker.pointer_argument(what)
        type_ = found.type.to if isinstance(found.type, t.Pointer) else found.type
    checker.unit.by_value(type_)
    return ir.Const(t.Literal(type_.size), type_.size)


def cast_to(checker: Calls, to: t.Type, address: ast.expr) -> ir.Expr:
    """A pointer to `to`: directly readable when it comes from a packet or a context, else the kernel's memory."""
    value = checker.address_argument(address)
    number = isinstance(value, ir.Code) and value.template == "(void *)({0})"
    space = t.Space.KERNEL if number or not isinstance(value.type, t.Pointer) else value.type.space
    if isinstance(value.type, t.Pointer):
        checker.check_present(value, address)
    return ir.Convert(t.Pointer(to, space), value)


def _cast(checker: Calls, node: ast.Call) -> ir.Expr:
    what, address = checker.arguments(node, 2)
    return cast_to(checker, checker.type_argument(what), address)


def _address(checker: Calls, node: ast.Call) -> ir.Expr:
    (what,) = checker.arguments(node, 1)
    return ir.Convert(t.u64, checker.pointer_argument(what))


def _atomic(function: str) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        arguments = checker.arguments(node, 3 if "compare" in function else 2)
        place = _atomic_place(checker, arguments[0])
        values = [checker.convert(checker.number(one), place.type, one) for one in arguments[1:]]
        holes = ", ".join(f"{{{i + 1}}}" for i in range(len(values)))
        return ir.Code(place.type, f"{function}(&{{0}}, {holes})", (place, *values), True)

    return made


def _atomic_place(checker: Calls, node: ast.expr) -> ir.Expr:
    place = checker.evaluate(node)
    if isinstance(place, Meta) or not ir.is_place(place) or not isinstance(place.type, t.Int):
        checker.fail(node, "atomic operations are on a variable, a member or an element", "total.value, entry.count")
    if place.type.size not in (4, 8) or isinstance(place, ir.Member) and place.bits:
        checker.fail(node, f"atomic operations are on 32 or 64 bits, not on {place.type}")
    if ir.space_of(place) is not t.Space.DIRECT:
        checker.fail(node, "this is the kernel's memory: it can only be read")
    return place


def _packet(checker: Calls, node: ast.Call) -> ir.Expr:
    given = checker.arguments(node, 2, 3)
    context = checker.value(given[0])
    record = context.type.to if isinstance(context.type, t.Pointer) else None
    if not isinstance(record, KernelRecord) or record.name not in ("xdp_md", "__sk_buff"):
        checker.fail(given[0], "packets are in the contexts of xdp, tc, socket and cgroup_skb programs")
    type_ = checker.unit.by_value(checker.type_argument(given[1]))
    for member in ("data", "data_end"):
        checker.unit.kernel.use(record, member)
    offset = checker.number(given[2]) if len(given) > 2 else ir.Const(t.i32, 0)
    return ir.Code(t.Pointer(type_, nullable=True), f"PACKET({{0}}, {type_.named()}, {{1}})", (context, offset))


def _swap(type_: t.Int) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        (argument,) = checker.arguments(node, 1)
        value = checker.number(argument)
        known = constant(value)
        if known is not None:
            swapped = int.from_bytes(type_.wrap(known).to_bytes(type_.size, "little"), "big")
            return ir.Const(type_, swapped)
        return ir.Code(type_, f"__builtin_bswap{type_.size * 8}({{0}})", (value,))

    return made


def _member_of(checker: Calls, node: ast.expr) -> tuple[KernelRecord, str]:
    """task_struct.loginuid, or task.loginuid: a kernel's struct, and the name of a member it may not have."""
    if isinstance(node, ast.Attribute):
        type_ = checker.evaluate_type(node.value)
        if type_ is None:
            value = checker.value(node.value)
            type_ = value.type.to if isinstance(value.type, t.Pointer) else value.type
        if isinstance(type_, KernelRecord):
            return type_, node.attr
    checker.fail(node, "this is not a member of a kernel's struct", "bpf.field_exists(task_struct.loginuid)")


def _field_exists(checker: Calls, node: ast.Call) -> ir.Expr:
    (what,) = checker.arguments(node, 1)
    record, name = _member_of(checker, what)
    if record.member(name) is None:
        checker.unit.kernel.use_missing(record, name)
    else:
        checker.unit.kernel.use(record, name)
    return ir.Code(t.boolean, f"(bool)__builtin_preserve_field_info((({record.c()} *)0)->{name}, 2)")


def _type_info(kind: int, type_: t.Type) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        (what,) = checker.arguments(node, 1)
        found = checker.type_argument(what)
        if not isinstance(found, KernelRecord):
            checker.fail(what, f"{found} is not a struct of the kernel")
        if kind == 1:
            checker.unit.by_value(found)
        return ir.Code(type_, f"({type_.c()})__builtin_preserve_type_info(*({found.c()} *)0, {kind})")

    return made


def _enum_info(kind: int, type_: t.Type) -> Handler:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        (what,) = checker.arguments(node, 1)
        name = checker.kernel_name(what)
        found = checker.unit.kernel.enumeration(name) if name else None
        if name is None or found is None:
            checker.fail(what, f"the kernel has no enumerator {ast.unparse(what)}")
        checker.unit.enumerations[found.name] = found.values
        spelled = f"*(typeof(enum {found.name}) *){name}"
        return ir.Code(type_, f"({type_.c()})__builtin_preserve_enum_value({spelled}, {kind})")

    return made


def _loop(checker: Calls, node: ast.Call) -> ir.Expr:
    checker.fail(node, "bpf.loop(n) is what a for loop goes over", "for i in bpf.loop(n):")


TABLE: dict[str, Handler] = {
    "pid": _plain("get_current_pid_tgid", t.u32, "(u32)(bpf_get_current_pid_tgid() >> 32)"),
    "tid": _plain("get_current_pid_tgid", t.u32, "(u32)bpf_get_current_pid_tgid()"),
    "uid": _plain("get_current_uid_gid", t.u32, "(u32)bpf_get_current_uid_gid()"),
    "gid": _plain("get_current_uid_gid", t.u32, "(u32)(bpf_get_current_uid_gid() >> 32)"),
    "ktime": _plain("ktime_get_ns", t.u64, "bpf_ktime_get_ns()"),
    "cpu": _plain("get_smp_processor_id", t.u32, "bpf_get_smp_processor_id()"),
    "random": _plain("get_prandom_u32", t.u32, "bpf_get_prandom_u32()"),
    "current_task": _current_task,
    "comm": _comm,
    "kernel_str": _string("probe_read_kernel_str"),
    "user_str": _string("probe_read_user_str"),
    "read_kernel": _read(t.Space.KERNEL, "READ_KERNEL"),
    "read_user": _read(t.Space.USER, "READ_USER"),
    "copy": _copy,
    "zeroed": _zeroed,
    "sizeof": _sizeof,
    "cast": _cast,
    "address": _address,
    "atomic_add": _atomic("__sync_fetch_and_add"),
    "atomic_sub": _atomic("__sync_fetch_and_sub"),
    "atomic_and": _atomic("__sync_fetch_and_and"),
    "atomic_or": _atomic("__sync_fetch_and_or"),
    "atomic_xor": _atomic("__sync_fetch_and_xor"),
    "atomic_exchange": _atomic("__sync_lock_test_and_set"),
    "atomic_compare_exchange": _atomic("__sync_val_compare_and_swap"),
    "packet": _packet,
    "ntohs": _swap(t.u16), "ntohl": _swap(t.u32), "ntohll": _swap(t.u64),
    "htons": _swap(t.u16), "htonl": _swap(t.u32), "htonll": _swap(t.u64),
    "field_exists": _field_exists,
    "type_exists": _type_info(0, t.boolean),
    "type_size": _type_info(1, t.u32),
    "enum_exists": _enum_info(0, t.boolean),
    "enum_value": _enum_info(1, t.i64),
    "loop": _loop,
}  # fmt: skip
