"""What one object is made of: the maps, globals, functions and types that its programs use, as they are found."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Const, FunctionMark, Global, PointerTo, ProgramMark
from aiobpf.bpf._maps import Map, _Outer
from aiobpf.bpf._structs import declared_type
from aiobpf.bpf.kernel import KernelName
from aiobpf.compiler.frontend import Source, read_function
from aiobpf.compiler.ir import FunctionIr
from aiobpf.compiler.kernel import Kernel, KernelRecord

_C_WORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register "
    "restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof "
    "u8 u16 u32 u64 i8 i16 i32 i64 bool NULL SEC".split()
)


@dataclass(frozen=True)
class MapType(t.Type):
    """What a reference to a map of a map refers to."""

    declaration: Map
    size: int = 8
    align: int = 8

    def c(self, declarator: str = "") -> str:
        return t.spaced("void", declarator)


@dataclass
class MapInfo:
    """A map with its types found. key and value: None where it has none."""

    declaration: Map
    name: str
    key: t.Type | None
    value: t.Type | None
    inner: MapInfo | None = None
    initial: dict[int, str] = field(default_factory=dict)
    priority: int = 0


@dataclass
class GlobalInfo:
    declaration: Global
    name: str
    type: t.Type
    is_const: bool


@dataclass
class FunctionInfo:
    """A function that is called: checked when its turn comes."""

    function: Callable[..., Any]
    source: Source
    name: str
    parameters: tuple[tuple[str, t.Type], ...]
    returns: t.Type
    inline: bool


def c_name(name: str) -> str:
    """A Python name as a C name: the words of C, and names that begin as helpers do, get an underscore."""
    return f"{name}_" if name in _C_WORDS or name.startswith("bpf_") else name


class Unit:
    """One object under construction."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.maps: dict[int, MapInfo] = {}
        self.globals: dict[int, GlobalInfo] = {}
        self.functions: dict[int, FunctionInfo] = {}
        self.done: list[FunctionIr] = []
        self.waiting: list[FunctionInfo] = []
        self.structs: dict[str, t.Struct] = {}
        self.enums: dict[str, t.Enum] = {}
        self.events: dict[str, t.Struct] = {}
        self.helpers: set[str] = set()
        self.kfuncs: dict[str, tuple[t.Type, tuple[t.Member, ...]]] = {}
        self.enumerations: dict[str, tuple[tuple[str, int], ...]] = {}
        self.uses_ring = False
        self.calls: dict[object, set[object]] = {}
        self._names: dict[str, object] = {}
        self._called: dict[int, str] = {}

    def see_names(self, names: dict[str, Any]) -> None:
        """What maps and globals are called in a module."""
        for name, value in names.items():
            if isinstance(value, Map | Global):
                self._called.setdefault(id(value), name)

    def claim(self, wanted: str, owner: object) -> str:
        """A name in C that nothing else has."""
        name, number = c_name(wanted), 2
        while self._names.setdefault(name, owner) is not owner:
            name, number = f"{c_name(wanted)}_{number}", number + 1
        return name

    def type_of(self, given: Any, what: str) -> t.Type:
        """The type that an annotation or an argument means. Raises TypeError."""
        if given is None or given is type(None):
            return t.void
        if isinstance(given, KernelName):
            return self.kernel_type(given.name)
        if isinstance(given, PointerTo):
            target = self.type_of(given.target, what)
            return t.Pointer(target, t.Space.KERNEL)
        if given is int:
            return t.i64
        if isinstance(given, str) and given in t.INTS:
            return t.INTS[given]
        if isinstance(given, tuple) and len(given) == 2:
            return t.Array(self.type_of(given[0], what), given[1])
        return self.seen(declared_type(given, what))

    def kernel_type(self, name: str) -> t.Type:
        found = self.kernel.named(name)
        if found is None:
            if self.kernel.btf is None:
                raise TypeError(f"{name}: this kernel has no BTF (/sys/kernel/btf/vmlinux)")
            near = self.kernel.close_to(name)
            raise TypeError(f"the kernel has no type {name}" + (f"; did you mean {', '.join(near)}?" if near else ""))
        return found

    def seen(self, type_: t.Type) -> t.Type:
        """Remembers what must be declared for a type."""
        if isinstance(type_, t.Struct):
            known = self.structs.get(type_.name)
            if known is not None and known is not type_:
                raise TypeError(f"two structs are called {type_.name}: rename one")
            for member in type_.members:
                self.seen(member.type)
            self.structs[type_.name] = type_
        elif isinstance(type_, t.Array):
            self.seen(type_.of)
        elif isinstance(type_, t.Pointer):
            self.seen(type_.to)
        elif isinstance(type_, t.Enum):
            self.enums[type_.name] = type_
        return type_

    def by_value(self, type_: t.Type) -> t.Type:
        """A type whose size matters."""
        if isinstance(type_, KernelRecord):
            self.kernel.use_complete(type_)
        elif isinstance(type_, t.Array):
            self.by_value(type_.of)
        return type_

    def map(self, declaration: Map, name: str) -> MapInfo:
        """A map, called by the name that it has where it is first used."""
        found = self.maps.get(id(declaration))
        if found is None:
            found = self._describe(declaration, self.claim(self._name_of(declaration, name), declaration))
            self.maps[id(declaration)] = found
        return found

    def _name_of(self, declaration: Map | Global, name: str) -> str:
        return declaration.name or self._called.get(id(declaration), name)

    def _describe(self, declaration: Map, name: str) -> MapInfo:
        def side(given: Any, what: str) -> t.Type | None:
            return None if given is None else self.by_value(self.type_of(given, f"{what} of {name}"))

        info = MapInfo(declaration, name, side(declaration.key, "key"), side(declaration.value, "value"))
        if isinstance(declaration, _Outer):
            info.inner = self._describe(declaration.inner, "")
            for index, inner in declaration.maps.items():
                info.initial[index] = self.map(inner, f"{name}_{index}").name
        for index, program in getattr(declaration, "programs", {}).items():
            info.initial[index] = program.__name__
        return info

    def global_(self, declaration: Global, name: str) -> GlobalInfo:
        found = self.globals.get(id(declaration))
        if found is None:
            type_ = self.by_value(self.type_of(declaration.type, name))
            claimed = self.claim(self._name_of(declaration, name), declaration)
            found = GlobalInfo(declaration, claimed, type_, isinstance(declaration, Const))
            self.globals[id(declaration)] = found
        return found

    def function(self, function: Callable[..., Any]) -> FunctionInfo:
        """A function that is called; it is checked later."""
        found = self.functions.get(id(function))
        if found is None:
            source = read_function(function)
            mark = function.__bpf__  # type: ignore[attr-defined]
            assert isinstance(mark, FunctionMark)
            parameters = []
            for argument in source.node.args.args:
                if argument.annotation is None:
                    raise source.error(argument, f"the parameter {argument.arg} has no type", f"{argument.arg}: u64")
                type_ = self.annotated(source, argument.annotation)
                parameters.append((argument.arg, reference(type_)))
            returns = t.void if source.node.returns is None else self.annotated(source, source.node.returns)
            name = self.claim(function.__name__, function)
            found = FunctionInfo(function, source, name, tuple(parameters), reference(returns), mark.inline)
            self.functions[id(function)] = found
            self.waiting.append(found)
        return found

    def reached(self, function: object) -> set[object]:
        """What a function calls, and what that calls, as far as it is known."""
        found: set[object] = set()
        todo = [function]
        while todo:
            for called in self.calls.get(todo.pop(), ()):
                if called not in found:
                    found.add(called)
                    todo.append(called)
        return found

    def annotated(self, source: Source, node: ast.expr) -> t.Type:
        """The type of an annotation in a function. Raises CompileError."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and _is_none(node.right):
            inner = reference(self.annotated(source, node.left))
            if isinstance(inner, t.Pointer):
                return t.Pointer(inner.to, inner.space, True)
            raise source.error(node, "only a reference may be None", "use ptr[T] | None")
        try:
            given = evaluate(source, node)
            return self.type_of(given, ast.unparse(node))
        except TypeError as error:
            raise source.error(node, str(error)) from None


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def reference(type_: t.Type) -> t.Type:
    """A struct or an array is passed by reference, as Python does."""
    if isinstance(type_, t.Record | t.Array):
        return t.Pointer(type_)
    if isinstance(type_, t.Pointer):
        # ptr[task_struct] may be any address of the kernel's, task_struct is one that the verifier knows.
        space = t.Space.KERNEL if isinstance(type_.to, KernelRecord) else t.Space.DIRECT
        return t.Pointer(type_.to, space, type_.nullable)
    return type_


def namespace(function: Callable[..., Any]) -> dict[str, Any]:
    """The names that a function sees besides its own: its module's, and those of functions around it."""
    function = inspect.unwrap(function)
    around = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            around[name] = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
    return {**function.__globals__, **around}


def evaluate(source: Source, node: ast.expr) -> Any:
    """What an annotation is in Python. Raises CompileError."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            inner = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            raise source.error(node, f"the annotation {node.value!r} is not a type") from None
        node = ast.copy_location(inner, node)
    names = namespace(source.function)
    try:
        code = compile(ast.Expression(node), source.file, "eval")
        return eval(code, names)  # the program's own annotation, which Python would have evaluated
    except Exception as error:
        raise source.error(node, f"the annotation {ast.unparse(node)} is not a type: {error}") from error


def mark_of(given: Any) -> ProgramMark | FunctionMark | None:
    """What a decorator left on a function."""
    mark = getattr(given, "__bpf__", None) if callable(given) else None
    return mark if isinstance(mark, ProgramMark | FunctionMark) else None
