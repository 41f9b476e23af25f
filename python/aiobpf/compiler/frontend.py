"""From a Python function to its checked syntax: the source is found, parsed, and held against a white list.

    source = read_function(function)
    source.node                   # the ast.FunctionDef, in which every node is one that the compiler knows
    source.where(node)            # for a CompileError

Sources come from files, notebooks and any console that keeps them in linecache.
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiobpf.compiler.errors import CompileError, Where

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.FunctionDef, ast.arguments, ast.arg, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete,
    ast.For, ast.While, ast.If, ast.With, ast.withitem, ast.Match, ast.match_case, ast.MatchValue, ast.MatchSingleton,
    ast.MatchOr, ast.MatchAs, ast.Assert, ast.Expr, ast.Pass, ast.Break, ast.Continue, ast.BoolOp, ast.NamedExpr,
    ast.BinOp, ast.UnaryOp, ast.IfExp, ast.Compare, ast.Call, ast.JoinedStr, ast.FormattedValue, ast.Constant,
    ast.Attribute, ast.Subscript, ast.Name, ast.Tuple, ast.List, ast.keyword, ast.expr_context, ast.boolop,
    ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip

#: What to write instead of syntax that is not in the language.
_HINTS: dict[type[ast.AST], tuple[str, str | None]] = {
    ast.Try: ("try", "calls return error numbers: test what they return"),
    ast.Raise: ("raise", "return an error number"),
    ast.Lambda: ("lambda", "write a function with @bpf.function"),
    ast.ListComp: ("a list comprehension", "write a for loop over range()"),
    ast.SetComp: ("a set comprehension", "write a for loop over range()"),
    ast.DictComp: ("a dict comprehension", "use a map"),
    ast.GeneratorExp: ("a generator expression", "write a for loop over range()"),
    ast.Dict: ("a dict", "use a map"),
    ast.Set: ("a set", "use a map"),
    ast.Await: ("await", None),
    ast.AsyncFor: ("async for", None),
    ast.AsyncWith: ("async with", None),
    ast.AsyncFunctionDef: ("async def", "BPF programs do not wait"),
    ast.Yield: ("yield", None),
    ast.YieldFrom: ("yield from", None),
    ast.Import: ("import in a function", "import at the top of the module"),
    ast.ImportFrom: ("import in a function", "import at the top of the module"),
    ast.ClassDef: ("a class in a function", "declare it at the top of the module with @bpf.struct"),
    ast.Global: ("global", "declare counters with bpf.Global(u64), and use total.value"),
    ast.Nonlocal: ("nonlocal", "declare counters with bpf.Global(u64), and use total.value"),
    ast.Slice: ("a slice", "copy with bpf.copy(destination, source)"),
    ast.Starred: ("a starred expression", None),
    ast.MatchSequence: ("a sequence pattern", "match one integer"),
    ast.MatchMapping: ("a mapping pattern", "match one integer"),
    ast.MatchClass: ("a class pattern", "match one integer"),
    ast.MatchStar: ("a star pattern", None),
}

_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Div: ("/", "there are no fractions: // divides integers"),
    ast.MatMult: ("@", "there are no matrices"),
    ast.Pow: ("**", "multiply, or shift: 1 << n"),
    ast.In: ("in", "compare with each: x == a or x == b"),
    ast.NotIn: ("not in", "compare with each: x != a and x != b"),
}


@dataclass(frozen=True)
class Source:
    """A function, as it is written. `lines` are those of its whole file."""

    function: Callable[..., Any]
    file: str
    lines: list[str]
    node: ast.FunctionDef

    def where(self, node: ast.AST) -> Where:
        """Where a node is. Of one that is several lines long, its first line."""
        line = getattr(node, "lineno", self.node.lineno)
        text = self.lines[line - 1].rstrip("\n")
        start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        if isinstance(node, ast.FunctionDef) or getattr(node, "end_lineno", line) != line:
            end = len(text.encode())
        return Where(self.file, line, _characters(text, start), _characters(text, end), text)

    def error(self, node: ast.AST, message: str, hint: str | None = None) -> CompileError:
        return CompileError(message, self.where(node), hint)


def _characters(text: str, offset: int) -> int:
    return len(text.encode()[:offset].decode(errors="replace"))


@functools.lru_cache(maxsize=32)
def _parse(file: str, text: str) -> ast.Module:
    return ast.parse(text, file)


def read_function(function: Callable[..., Any]) -> Source:
    """Raises CompileError: the source is not there, or has what the language does not."""
    code = inspect.unwrap(function).__code__
    lines = linecache.getlines(code.co_filename, getattr(function, "__globals__", None))
    if not lines:
        raise CompileError(
            f"the source of {function.__name__}() in {code.co_filename} cannot be read",
            hint="write the program to a file, or use IPython or a notebook, which keep what was typed",
        )
    text = "".join(lines)
    try:
        tree = _parse(code.co_filename, text)
    except SyntaxError as error:
        raise CompileError(f"{code.co_filename} has changed since it was imported: {error.msg}") from error
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            decorators = getattr(node, "decorator_list", [])
            first = decorators[0].lineno if decorators else node.lineno
            if first == code.co_firstlineno and getattr(node, "name", "<lambda>") == code.co_name:
                return _checked(function, code.co_filename, lines, node)
    raise CompileError(
        f"{code.co_filename} has changed since it was imported: {code.co_name}() is not in line {code.co_firstlineno}"
    )


def _checked(function: Callable[..., Any], file: str, lines: list[str], node: ast.AST) -> Source:
    source = Source(function, file, lines, node)  # type: ignore[arg-type]  # refused below where it is another
    if not isinstance(node, ast.FunctionDef):
        what, hint = _HINTS[type(node)]
        raise source.error(node, f"{what} is not in the language of BPF programs", hint)
    for statement in node.body:
        _check(source, statement)
    arguments = node.args
    extra = [one for one in (arguments.vararg, arguments.kwarg, *arguments.kwonlyargs) if one is not None]
    if extra:
        raise source.error(extra[0], "parameters are given by position alone", "name each parameter")
    if arguments.defaults:
        raise source.error(arguments.defaults[0], "parameters have no defaults", "give the argument in each call")
    return source


def _check(source: Source, top: ast.AST) -> None:
    for node in ast.walk(top):
        if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
            if not (isinstance(node.op, ast.Div) and getattr(source.function, "__bpf_divides__", False)):
                _refuse_operator(source, node, node.op)
        if isinstance(node, ast.Compare):
            for operator in node.ops:
                if type(operator) in _OPERATORS:
                    _refuse_operator(source, node, operator)
        if isinstance(node, ast.Global) and hasattr(source.function, "__bpf_dialect__"):
            continue
        if isinstance(node, ast.FunctionDef):
            raise source.error(node, "a function in a function is not in the language", "move it to the module")
        if not isinstance(node, _ALLOWED):
            what, hint = _HINTS.get(type(node), (type(node).__name__.lower(), None))
            raise source.error(_with_place(top, node), f"{what} is not in the language of BPF programs", hint)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            raise source.error(node, "BPF has no floating point numbers", "scale to integers, as nanoseconds do")


def _refuse_operator(source: Source, node: ast.AST, operator: ast.AST) -> None:
    sign, hint = _OPERATORS[type(operator)]
    raise source.error(node, f"the operator {sign} is not in the language of BPF programs", hint)


def _with_place(top: ast.AST, node: ast.AST) -> ast.AST:
    """A node without its own place is shown by the smallest one around it that has."""
    if hasattr(node, "lineno"):
        return node
    around = [one for one in ast.walk(top) if hasattr(one, "lineno") and any(c is node for c in ast.walk(one))]
    return around[-1] if around else top
