"""Writes a unit as C that a person can read, with #line, so that clang and the verifier quote the Python."""

from __future__ import annotations

from collections.abc import Iterable

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.emit_expressions import ExpressionWriter
from aiobpf.compiler.emit_types import declarations
from aiobpf.compiler.printing import quoted
from aiobpf.compiler.unit import MapInfo, Unit

INDENT = "        "


def emit(unit: Unit, license: str = "GPL") -> str:
    """The whole object as one file of C."""
    functions: list[str] = []
    for function in unit.done:
        functions += ["", *FunctionWriter(function).lines()]
    head = [
        "/* Written by aiobpf.compiler. */",
        "#include <aiobpf_python.h>",
        *(["#include <aiobpf.bpf.h>"] if unit.uses_ring or any(_is_ring(m) for m in unit.maps.values()) else []),
        "",
        *declarations(unit, prototypes(unit)),
        "",
        f'char LICENSE[] SEC("license") = {quoted(license.encode())};',
    ]
    return "\n".join(head + functions) + "\n"


def _is_ring(info: MapInfo) -> bool:
    return info.declaration.kind == "RINGBUF"


def prototypes(unit: Unit) -> list[str]:
    """What is named before it is defined: functions, and programs that are in the array of a map."""
    jumps = {name for m in unit.maps.values() if m.declaration.kind == "PROG_ARRAY" for name in m.initial.values()}
    return [f"{_signature(f)};" for f in unit.done if f.section is None or f.name in jumps]


def _signature(function: ir.FunctionIr) -> str:
    if function.section is not None:
        return f"SEC({quoted(function.section.encode())})\nint {function.name}({function.context})"
    kind = "static __always_inline" if function.inline else "static __noinline"
    parameters = ", ".join(p.type.c(p.name) for p in function.parameters) or "void"
    returns = function.returns.c(f"{function.name}({parameters})")
    return f"{kind} {returns}"


class FunctionWriter:
    """Writes one function."""

    def __init__(self, function: ir.FunctionIr) -> None:
        self._function = function
        self._lines: list[str] = []
        self._depth = 1
        self._before: list[str] = []  # functions that loops became
        self._write = ExpressionWriter(function.locals)

    def lines(self) -> list[str]:
        function = self._function
        parameters = [p for p in function.parameters if function.section and p.value is not None]
        for parameter in parameters:
            assert parameter.value is not None
            self._put(f"{parameter.type.c(parameter.name)} = {self._write.expression(parameter.value)};")
        self._declare(ir.Name(type_, name) for name, type_ in function.locals.items())
        if self._lines:
            self._lines.append("")
        self._block(function.body)
        if not function.body or not isinstance(function.body[-1], ir.Return):
            self._put("return 0;" if function.section or not isinstance(function.returns, t.Void) else "return;")
        line = f"#line {function.line} {quoted(function.file.encode())}"
        signature = _signature(function).split("\n")
        # clang takes a function's line from its name's: the directive is right before that.
        return [*self._before, *signature[:-1], line, signature[-1], "{", *self._lines, "}"]

    def _declare(self, locals_: Iterable[ir.Name]) -> None:
        for local in locals_:
            zero = "{}" if isinstance(local.type, t.Record | t.Array) else "0"
            self._put(f"{local.type.c(local.name)} = {zero};")

    def _put(self, text: str) -> None:
        self._lines.append(INDENT * self._depth + text)

    def _block(self, statements: list[ir.Stmt]) -> None:
        for statement in statements:
            self._lines.append(f"#line {statement.line}")
            getattr(self, f"_{type(statement).__name__.lower()}")(statement)

    def _nested(self, statements: list[ir.Stmt]) -> None:
        self._depth += 1
        self._block(statements)
        self._depth -= 1

    def _store(self, s: ir.Store) -> None:
        for line in self._write.into(self._write.expression(s.place), s.place.type, s.value):
            self._put(line)

    def _do(self, s: ir.Do) -> None:
        if isinstance(s.value, ir.Submit):
            self._submit(s.value)
            return
        self._put(f"{self._write.expression(s.value)};")

    def _submit(self, value: ir.Submit) -> None:
        reserve, *filled = self._write.submit(value)
        for one in value.before:
            self._put(f"{self._write.expression(one)};")
        self._put("{")
        self._depth += 1
        self._put(reserve)
        self._put("if (event_) {")
        self._depth += 1
        for line in filled:
            self._put(line)
        for _ in range(2):
            self._depth -= 1
            self._put("}")

    def _if(self, s: ir.If) -> None:
        self._put(f"if ({self._write.condition(s.test)}) {{")
        self._nested(s.then)
        while len(s.other) == 1 and isinstance(s.other[0], ir.If):
            s = s.other[0]
            self._put(f"}} else if ({self._write.condition(s.test)}) {{")
            self._nested(s.then)
        if s.other:
            self._put("} else {")
            self._nested(s.other)
        self._put("}")

    def _while(self, s: ir.While) -> None:
        self._put(f"while ({self._write.condition(s.test)}) {{")
        self._loop_end(s.body, s.other, s.label)

    def _loop_end(self, body: list[ir.Stmt], other: list[ir.Stmt], label: str) -> None:
        self._nested(body)
        self._put("}")
        if label:
            self._block(other)
            self._lines.append(f"{label}:;")

    def _forrange(self, s: ir.ForRange) -> None:
        counter, start, stop = s.counter.name, self._write.expression(s.start), self._write.expression(s.stop)
        step = f"{counter}++" if s.step == 1 else f"{counter} += {s.step}" if s.step > 0 else f"{counter} -= {-s.step}"
        self._put(f"for ({counter} = {start}; {counter} {'<' if s.step > 0 else '>'} {stop}; {step}) {{")
        variable = self._write.expression(s.variable)
        self._lines.append(f"{INDENT * (self._depth + 1)}{variable} = {counter};")
        self._loop_end(s.body, s.other, s.label)

    def _break(self, s: ir.Break) -> None:
        self._put("return 1;" if s.label == "outlined" else f"goto {s.label};" if s.label else "break;")

    def _continue(self, s: ir.Continue) -> None:
        self._put("return 0;" if s.label == "outlined" else "continue;")

    def _return(self, s: ir.Return) -> None:
        if s.value is None:
            self._put("return 0;" if self._function.section else "return;")
        else:
            self._put(f"return {self._write.expression(s.value)};")

    def _locked(self, s: ir.Locked) -> None:
        lock = self._write.expression(ir.Address(t.Pointer(s.lock.type), s.lock))
        self._put(f"bpf_spin_lock({lock});")
        self._block(s.body)
        self._put(f"bpf_spin_unlock({lock});")

    def _outlined(self, s: ir.Outlined) -> None:
        """The body as a function; what it uses of the locals is in a struct of pointers to them."""
        name = f"{self._function.name}_{s.label}"
        members = "\n".join(f"{INDENT}{t.Pointer(local.type).c(local.name)};" for local in s.frame)
        inner = FunctionWriter(
            ir.FunctionIr(name, self._function.file, s.line, [], t.i64, s.body, {}, inline=self._function.inline)
        )
        inner._write = ExpressionWriter(
            self._function.locals, {local.name: f"(*frame->{local.name})" for local in s.frame}
        )
        for local, value in s.begin:
            inner._put(f"{inner._write.names.get(local.name) or local.type.c(local.name)} = {value};")
        inner._declare(s.own)
        inner._block(s.body)
        self._before += [
            *inner._before,
            f"struct {name} {{",
            members,
            "};",
            "",
            f"#line {s.line} {quoted(self._function.file.encode())}",
            f"static long {name}_round({s.parameters}, struct {name} *frame)",
            "{",
            *inner._lines,
            f"{INDENT}return 0;",
            "}",
            "",
        ]
        pointers = ", ".join(f".{local.name} = &{self._write.names.get(local.name, local.name)}" for local in s.frame)
        self._put(f"struct {name} {s.label} = {{ {pointers} }};")
        arguments = [self._write.expression(argument) for argument in s.arguments]
        self._put(s.call.format(*arguments, callback=f"{name}_round", frame=f"&{s.label}"))
