"""Writes expressions of the IR as C."""

from __future__ import annotations

from collections.abc import Mapping

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.printing import quoted

_STRONGEST = 3  # C's: what is a name, a call, a member; 2: unary; 1: binary; 0: the rest


class ExpressionWriter:
    """names: what a local is called where it is not by its name."""

    def __init__(self, locals_: Mapping[str, t.Type], names: Mapping[str, str] | None = None) -> None:
        self.names = names or {}
        self._locals = locals_

    def expression(self, e: ir.Expr) -> str:
        return self._written(e)[0]

    def condition(self, e: ir.Expr) -> str:
        """Without the parentheses that an if has already."""
        return self.expression(e)

    def operand(self, e: ir.Expr, least: int) -> str:
        """In parentheses where it binds less than what is around it."""
        text, strength = self._written(e)
        return text if strength >= least else f"({text})"

    def _written(self, e: ir.Expr) -> tuple[str, int]:
        found: tuple[str, int] = getattr(self, f"_{type(e).__name__.lower()}")(e)
        return found

    def _const(self, e: ir.Const) -> tuple[str, int]:
        return constant(e.value, e.type), _STRONGEST if e.value >= 0 else 2

    def _text(self, e: ir.Text) -> tuple[str, int]:
        return quoted(e.value), _STRONGEST

    def _null(self, e: ir.Null) -> tuple[str, int]:
        return "NULL", _STRONGEST

    def _name(self, e: ir.Name) -> tuple[str, int]:
        return self.names.get(e.name, e.name), _STRONGEST

    def _deref(self, e: ir.Deref) -> tuple[str, int]:
        return f"*{self.operand(e.pointer, 2)}", 2

    def _member(self, e: ir.Member) -> tuple[str, int]:
        if isinstance(e.base, ir.Deref):
            return f"{self.operand(e.base.pointer, 3)}->{e.name}", _STRONGEST
        return f"{self.operand(e.base, 3)}.{e.name}", _STRONGEST

    def _element(self, e: ir.Element) -> tuple[str, int]:
        return f"{self.operand(e.base, 3)}[{self.expression(e.index)}]", _STRONGEST

    def _address(self, e: ir.Address) -> tuple[str, int]:
        if isinstance(e.place, ir.Deref):
            return self._written(e.place.pointer)
        return f"&{self.operand(e.place, 2)}", 2

    def _spill(self, e: ir.Spill) -> tuple[str, int]:
        assert isinstance(e.type, t.Pointer)
        type_ = e.type.to
        if isinstance(e.value, ir.Construct | ir.Fill | ir.Text) or isinstance(type_, t.Record | t.Array):
            return self._spilled(e.value, type_), _STRONGEST
        return f"&({type_.c()}){{{self.expression(e.value)}}}", 2

    def _spilled(self, value: ir.Expr, type_: t.Type) -> str:
        """A temporary that is filled in steps. It lives as long as the block that it is in: the statement's."""
        filled = " ".join(self.into("(*made_)", type_, value))
        array = f"({type_.c('[1]')}){{}}"
        return f"({{ {t.Pointer(type_).c('made_')} = {array}; {filled} made_; }})"

    def _read(self, e: ir.Read) -> tuple[str, int]:
        macro = "READ_USER" if ir.space_of(e.place) is t.Space.USER else "READ_KERNEL"
        return f"{macro}({self.expression(e.place)})", _STRONGEST

    def _bitread(self, e: ir.BitRead) -> tuple[str, int]:
        record = self.expression(ir.Address(t.Pointer(e.place.base.type), e.place.base))
        macro = "READ_BITS_KERNEL" if e.probed else "READ_BITS"
        return f"({e.type.c()}){macro}({record}, {e.place.name})", 2

    def _unary(self, e: ir.Unary) -> tuple[str, int]:
        return f"{e.operator}{self.operand(e.operand, 3)}", 2

    def _binary(self, e: ir.Binary) -> tuple[str, int]:
        return f"{self.operand(e.left, 2)} {e.operator} {self.operand(e.right, 2)}", 1

    def _convert(self, e: ir.Convert) -> tuple[str, int]:
        return f"({e.type.c()}){self.operand(e.value, 2)}", 2

    def _select(self, e: ir.Select) -> tuple[str, int]:
        return f"{self.operand(e.test, 2)} ? {self.operand(e.then, 2)} : {self.operand(e.other, 2)}", 0

    def _let(self, e: ir.Let) -> tuple[str, int]:
        name = self.names.get(e.local.name, e.local.name)
        if isinstance(e.value, ir.Fill):
            (filled,) = self.into(name, e.type, e.value)
            return f"({filled.rstrip(';')}, {name})", _STRONGEST
        return f"({name} = {self.expression(e.value)})", _STRONGEST

    def _code(self, e: ir.Code) -> tuple[str, int]:
        arguments = [self.expression(argument) for argument in e.arguments]
        return e.template.format(*_guarded(e.template, arguments)), _strength(e.template)

    def _fill(self, e: ir.Fill) -> tuple[str, int]:
        raise AssertionError("a Fill is stored, by into()")

    def _construct(self, e: ir.Construct) -> tuple[str, int]:
        filled = " ".join(self.into("made_", e.type, e))
        return f"({{ {e.type.c('made_')}; {filled} made_; }})", _STRONGEST

    def _submit(self, e: ir.Submit) -> tuple[str, int]:
        reserve, *filled = self.submit(e)
        before = "".join(f"{self.expression(one)}; " for one in e.before)
        return f"({{ {before}{reserve} if (event_) {{ {' '.join(filled)} }} event_ != NULL; }})", _STRONGEST

    def submit(self, e: ir.Submit) -> list[str]:
        """Statements: the first reserves `event_`, the others fill and submit it where there was room."""
        type_ = e.value.type
        return [
            f"{type_.c('*event_')} = AIOBPF_RESERVE({e.ring}, {type_.c()});",
            *self.into("(*event_)", type_, e.value),
            f"AIOBPF_SUBMIT_FLAGS({e.ring}, event_, {self.expression(e.flags)});",
        ]

    def into(self, place: str, type_: t.Type, value: ir.Expr) -> list[str]:
        """Statements that store a value in a place of a type."""
        if isinstance(value, ir.Construct):
            made = [f"__builtin_memset({address_of(place)}, 0, sizeof({pointed_at(place)}));"]
            for name, member in value.members:
                found = value.struct.member(name)
                assert found is not None
                made += self.into(member_of(place, name), found.type, member)
            return made
        if isinstance(value, ir.Fill):
            arguments = [self.expression(a) for a in value.arguments]
            return [value.template.format(*arguments, to=address_of(place), size=f"sizeof({pointed_at(place)})") + ";"]
        if isinstance(type_, t.Array):
            return self._into_array(place, type_, value)
        if isinstance(type_, t.Record) and ir.is_place(value) and ir.space_of(value) is not t.Space.DIRECT:
            how = "user" if ir.space_of(value) is t.Space.USER else "kernel"
            source = self.expression(ir.Address(t.Pointer(type_), value))
            return [f"bpf_probe_read_{how}({address_of(place)}, sizeof({pointed_at(place)}), {source});"]
        return [f"{place} = {self.expression(value)};"]

    def _into_array(self, place: str, type_: t.Array, value: ir.Expr) -> list[str]:
        source = self.expression(value)
        if isinstance(value, ir.Text):
            padded = value.value.ljust(type_.count, b"\0")[: type_.count]
            return [f"__builtin_memcpy(&{place}, {quoted(padded.rstrip(bytes(1)))}, {len(value.value) + 1});"]
        size = f"sizeof({place})" if value.type == type_ else f"{min(type_.size, value.type.size)}"
        if ir.is_place(value) and (ir.space_of(value) is not t.Space.DIRECT or _is_kernel(value)):
            how = "user" if ir.space_of(value) is t.Space.USER else "kernel"
            return [f"bpf_probe_read_{how}(&{place}, {size}, &{source});"]
        return [f"__builtin_memcpy(&{place}, &{source}, {size});"]


def pointed_at(place: str) -> str:
    """(*event_) without its parentheses."""
    return place[1:-1] if place.startswith("(*") and place.endswith("_)") else place


def address_of(place: str) -> str:
    return place[2:-1] if place.startswith("(*") and place.endswith("_)") else f"&{place}"


def member_of(place: str, name: str) -> str:
    return f"{place[2:-1]}->{name}" if place.startswith("(*") and place.endswith("_)") else f"{place}.{name}"


def constant(value: int, type_: t.Type) -> str:
    """A number as C reads it, with its type."""
    if isinstance(type_, t.Literal):
        type_ = type_.typed()
    assert isinstance(type_, t.Int)
    if value == -(1 << 63):
        return "(-0x7fffffffffffffffLL - 1)"
    if type_ == t.i32 and value == -(1 << 31):
        return "(-0x7fffffff - 1)"
    suffix = {8: "LL" if type_.signed else "ULL", 4: "" if type_.signed else "U"}.get(type_.size, "")
    return f"{value}{suffix}"


def _strength(template: str) -> int:
    """How strongly C binds what a template becomes."""
    depth = 0
    for at, letter in enumerate(template):
        depth += (letter in "([{") - (letter in ")]}")
        if depth == 0 and letter == " " or depth == 0 and letter == "?":
            return 0
        if depth == 0 and letter == ")" and template[0] == "(" and at + 1 < len(template) and template[1] != "{":
            return 2  # a cast
    return 2 if template[:1] in "*&" else _STRONGEST


def _guarded(template: str, arguments: list[str]) -> list[str]:
    """An argument that is not alone between parentheses or commas keeps its own."""
    made = []
    for index, text in enumerate(arguments):
        hole = f"{{{index}}}"
        at = template.find(hole)
        before, after = template[:at].rstrip(" ")[-1:], template[at + len(hole) :].lstrip(" ")[:1]
        alone = before in ("(", ",", "") and after in (")", ",", "")
        made.append(text if alone or text.isidentifier() or text.isdigit() else f"({text})")
    return made


def _is_kernel(value: ir.Expr) -> bool:
    while isinstance(value, ir.Member | ir.Element):
        base = value.base.type
        if isinstance(base, t.Record) and not isinstance(base, t.Struct):
            return True
        value = value.base
    return False
