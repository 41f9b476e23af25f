"""What a program gets: its context, and the arguments of the place where it is attached, by name.

    @bpf.program("tp_btf/sched_process_exec")
    def on_exec(task, bprm): ...            # two of the tracepoint's arguments, typed by the kernel's BTF

A parameter called `ctx` is the context itself.
"""

from __future__ import annotations

import ast
import difflib
import platform
from dataclasses import dataclass

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir, tracefs
from aiobpf.compiler.frontend import Source
from aiobpf.compiler.unit import Unit, reference

#: The context's struct, by how a section begins; the longest that fits counts.
_CONTEXTS = {
    "xdp": "xdp_md", "tc": "__sk_buff", "tcx/": "__sk_buff", "classifier": "__sk_buff", "action": "__sk_buff",
    "socket": "__sk_buff", "cgroup_skb/": "__sk_buff", "cgroup/skb": "__sk_buff", "lwt_": "__sk_buff",
    "sk_skb": "__sk_buff", "flow_dissector": "__sk_buff", "netkit/": "__sk_buff", "sockops": "bpf_sock_ops",
    "sk_msg": "sk_msg_md", "sk_lookup": "bpf_sk_lookup", "sk_reuseport": "sk_reuseport_md",
    "cgroup/bind": "bpf_sock_addr", "cgroup/connect": "bpf_sock_addr", "cgroup/sendmsg": "bpf_sock_addr",
    "cgroup/recvmsg": "bpf_sock_addr", "cgroup/getpeername": "bpf_sock_addr", "cgroup/getsockname": "bpf_sock_addr",
    "cgroup/sock": "bpf_sock", "cgroup/post_bind": "bpf_sock", "cgroup/dev": "bpf_cgroup_dev_ctx",
    "cgroup/sysctl": "bpf_sysctl", "cgroup/getsockopt": "bpf_sockopt", "cgroup/setsockopt": "bpf_sockopt",
    "perf_event": "bpf_perf_event_data", "netfilter": "bpf_nf_ctx", "kprobe": "pt_regs", "kretprobe": "pt_regs",
    "uprobe": "pt_regs", "uretprobe": "pt_regs", "usdt": "pt_regs", "ksyscall": "pt_regs", "kretsyscall": "pt_regs",
}  # fmt: skip

_X86 = ("di", "si", "dx", "cx", "r8", "r9"), "ax"
_ARM64 = tuple(f"regs[{i}]" for i in range(8)), "regs[0]"

_BTF_KINDS = ("tp_btf", "raw_tp", "raw_tracepoint", "fentry", "fexit", "fmod_ret", "lsm", "lsm_cgroup")


@dataclass
class Entry:
    """How a program begins: its parameters, and the type of its context in C."""

    parameters: list[ir.Parameter]
    context: str


def enter(unit: Unit, source: Source, section: str) -> Entry:
    """Raises CompileError: a parameter that the place does not have."""
    kind, _, place = section.lstrip("?").partition("/")
    kind = kind.split(".")[0]
    wanted = source.node.args.args
    if hasattr(source.function, "__bpf_dialect__"):
        return _context_alone(unit, source, _context(unit, kind, section))
    if kind in ("tp", "tracepoint"):
        return _tracepoint(unit, source, place)
    if kind in _BTF_KINDS:
        return _by_array(unit, source, kind, place)
    if kind in ("kprobe", "kretprobe", "uprobe", "uretprobe"):
        return _by_registers(unit, source, kind, place)
    context = _context(unit, kind, section)
    if len(wanted) > 1:
        raise source.error(wanted[1], f"a program in {section!r} has one parameter, its context")
    if not wanted:
        return Entry([], "void *ctx")
    type_ = _annotation(unit, source, wanted[0]) or context
    if not isinstance(type_, t.Pointer):
        raise source.error(wanted[0], f"the context of {section!r} is a struct", "annotate it with a @bpf.struct")
    value = ir.Name(type_, "ctx")
    return Entry([ir.Parameter(wanted[0].arg, type_, None if wanted[0].arg == "ctx" else value)], type_.c("ctx"))


def _context_alone(unit: Unit, source: Source, context: t.Type) -> Entry:
    """Where a dialect has the context, under any name, and nothing else."""
    wanted = source.node.args.args
    if len(wanted) > 1:
        raise source.error(wanted[1], "a program has one parameter, its context")
    if not wanted:
        return Entry([], "void *ctx")
    type_ = _annotation(unit, source, wanted[0]) or context
    if not isinstance(type_, t.Pointer):
        raise source.error(wanted[0], f"a context is a struct, not {type_}", "c_void_p, or a struct of vmlinux")
    own = ir.Parameter(wanted[0].arg, type_, None if wanted[0].arg == "ctx" else ir.Name(type_, "ctx"))
    return Entry([own], type_.c("ctx"))


def _context(unit: Unit, kind: str, section: str) -> t.Type:
    """What a program's context is, where the section says it."""
    if kind == "iter":
        name: str | None = f"bpf_iter__{section.partition('/')[2]}"
    else:
        name = next((_CONTEXTS[p] for p in sorted(_CONTEXTS, key=len, reverse=True) if section.startswith(p)), None)
    record = unit.kernel.record(name) if name else None
    return t.Pointer(record or t.void)


def _annotation(unit: Unit, source: Source, argument: ast.arg) -> t.Type | None:
    if argument.annotation is None:
        return None
    return reference(unit.annotated(source, argument.annotation))


def _pick(source: Source, argument: ast.arg, known: dict[str, int], what: str) -> int:
    """The index of a parameter among those that a place has."""
    if argument.arg in known:
        return known[argument.arg]
    near = difflib.get_close_matches(argument.arg, known, 1)
    there = ", ".join(known) or "none"
    hint = f"did you mean {near[0]}? It has {there}" if near else f"it has {there}"
    raise source.error(argument, f"{what} has no argument {argument.arg}", hint)


def _arguments_of(unit: Unit, kind: str, place: str) -> tuple[list[t.Member], t.Type] | None:
    """What a tracepoint, a function or a hook of the kernel has, where BTF knows it."""
    if kind in ("tp_btf", "raw_tp", "raw_tracepoint"):
        found = unit.kernel.function(f"__traceiter_{place}") or unit.kernel.function(f"__probestub_{place}")
        return (list(found[1][1:]), t.i32) if found else None
    name = f"bpf_lsm_{place}" if kind.startswith("lsm") else place.split("+")[0]
    found = unit.kernel.function(name)
    return (list(found[1]), found[0]) if found else None


def _known(members: list[t.Member]) -> dict[str, int]:
    return {member.name: index for index, member in enumerate(members)}


def _by_array(unit: Unit, source: Source, kind: str, place: str) -> Entry:
    """The context is an array of 64-bit arguments."""
    found = _arguments_of(unit, kind, place)
    trusted = not kind.startswith("raw_t")
    parameters = []
    for index, argument in enumerate(source.node.args.args):
        declared = _annotation(unit, source, argument)
        if argument.arg == "ctx":
            parameters.append(ir.Parameter("ctx", declared or t.Pointer(t.u64)))
            continue
        if found is None:
            if declared is None:
                raise source.error(argument, f"{place} is not in the kernel's BTF", f"annotate {argument.arg}")
            at, type_ = index, declared
        else:
            members, returns = found
            returned = kind in ("fexit", "fmod_ret") and not isinstance(returns, t.Void)
            if returned and argument.arg == "ret" and "ret" not in _known(members):
                at, type_ = len(members), returns
            else:
                at = _pick(source, argument, _known(members), place)
                type_ = members[at].type
        parameters.append(_argument(argument.arg, declared, type_, f"ctx[{at}]", trusted))
    return Entry(parameters, "u64 *ctx")


def _argument(name: str, declared: t.Type | None, type_: t.Type, where: str, trusted: bool) -> ir.Parameter:
    """An argument that is in 64 bits of a context."""
    if isinstance(declared, t.Pointer) or declared is not None and not isinstance(type_, t.Pointer):
        type_ = declared
    if isinstance(type_, t.Pointer):
        direct = trusted and isinstance(type_.to, t.Record)
        type_ = t.Pointer(type_.to, t.Space.DIRECT if direct else t.Space.KERNEL)
        return ir.Parameter(name, type_, ir.Code(type_, f"(void *){where}"))
    return ir.Parameter(name, type_, ir.Code(type_, f"({type_.c()}){where}"))


def _by_registers(unit: Unit, source: Source, kind: str, place: str) -> Entry:
    """The context is the registers at a function's entry, or at its return."""
    registers, returned = _ARM64 if platform.machine() in ("aarch64", "arm64") else _X86
    record = unit.kernel.record("user_pt_regs" if registers[0].startswith("regs") else "pt_regs")
    if record is None:
        raise source.error(source.node, "this kernel has no BTF (/sys/kernel/btf/vmlinux)")
    is_return, in_kernel = kind in ("kretprobe", "uretprobe"), kind.startswith("k")
    found = _arguments_of(unit, kind, place) if in_kernel and place else None
    parameters = []
    for index, argument in enumerate(source.node.args.args):
        declared = _annotation(unit, source, argument)
        if argument.arg == "ctx":
            parameters.append(ir.Parameter("ctx", declared or t.Pointer(record)))
            continue
        if is_return and (argument.arg != "ret" or len(source.node.args.args) > 2):
            raise source.error(argument, f"at its return {place or 'a function'} has no argument {argument.arg}", "ret")
        if is_return:
            known = found[1] if found and not isinstance(found[1], t.Void) else t.i64
            register, type_ = returned, declared or known
        else:
            at = _pick(source, argument, _known(found[0]), place) if found else index
            if at >= len(registers):
                raise source.error(argument, f"only {len(registers)} arguments are in registers")
            type_ = found[0][at].type if found else declared or t.u64
            register = registers[at]
        unit.kernel.use(record, register.split("[")[0])
        parameter = _argument(argument.arg, declared, type_, f"ctx->{register}", False)
        if not in_kernel and isinstance(parameter.type, t.Pointer):
            parameter.type = t.Pointer(parameter.type.to, t.Space.USER)
        parameters.append(parameter)
    return Entry(parameters, f"{record.c()} *ctx")


def _tracepoint(unit: Unit, source: Source, place: str) -> Entry:
    """The context is the tracepoint's record, whose members its `format` file in tracefs names."""
    wanted = source.node.args.args
    if len(wanted) == 1 and wanted[0].annotation is not None:
        type_ = _annotation(unit, source, wanted[0])
        if isinstance(type_, t.Pointer) and wanted[0].arg == "ctx":
            return Entry([ir.Parameter("ctx", type_)], type_.c("ctx"))
    if not wanted or [one.arg for one in wanted] == ["ctx"]:
        return Entry([ir.Parameter("ctx", t.Pointer(t.void)) for _ in wanted], "void *ctx")
    fields = tracefs.fields(place)
    if fields is None:
        hint = "see `events/` there" if tracefs.folder() else "mount -t tracefs tracefs /sys/kernel/tracing"
        raise source.error(wanted[0], f"the tracepoint {place} is not in tracefs", hint)
    parameters = []
    for argument in wanted:
        if argument.arg == "ctx":
            parameters.append(ir.Parameter("ctx", t.Pointer(t.void)))
            continue
        at = _pick(source, argument, {f.name: i for i, f in enumerate(fields)}, place)
        type_ = _annotation(unit, source, argument)
        parameters.append(_field(argument.arg, fields[at], type_))
    return Entry(parameters, "void *ctx")


def _field(name: str, field: tracefs.Field, declared: t.Type | None) -> ir.Parameter:
    at = f"(ctx + {field.offset})"
    if field.is_dynamic:  # 16 bits of offset, 16 of length
        type_: t.Type = t.Pointer(t.char, t.Space.KERNEL)
        return ir.Parameter(name, type_, ir.Code(type_, f"ctx + (*(u32 *){at} & 0xffff)"))
    if field.count:
        type_ = t.Pointer(t.Array(field.type, field.count), t.Space.KERNEL)
        return ir.Parameter(name, type_, ir.Code(type_, f"(void *){at}"))
    if field.is_pointer or isinstance(declared, t.Pointer):
        to = declared.to if isinstance(declared, t.Pointer) else t.char if field.is_text else t.void
        type_ = t.Pointer(to, t.Space.USER if field.is_user else t.Space.KERNEL)
        return ir.Parameter(name, type_, ir.Code(type_, f"(void *)*(u64 *){at}"))
    return ir.Parameter(name, field.type, ir.Code(field.type, f"*({field.type.c()} *){at}"))
