"""Random expressions and statements of the language, from a seed."""

from __future__ import annotations

import random

import reference as r

INTERESTING = [0, 1, -1, 2, 3, 7, 8, 31, 63, 127, 128, 255, 256, 32767, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1,
               2**32, 2**63 - 1, -(2**31), -(2**63), -128, -129]  # fmt: skip


class Generator:
    """variables: names and types of what there is to use."""

    def __init__(self, seed: int, variables: r.Types) -> None:
        self.random = random.Random(seed)
        self.variables = dict(variables)
        self.counters = 0

    def number(self) -> int:
        return self.random.choice(INTERESTING) if self.random.random() < 0.6 else self.random.randint(-1000, 1000)

    def variable(self) -> r.Node:
        return r.Var(self.random.choice(sorted(self.variables)))

    def leaf(self) -> r.Node:
        return r.Const(self.number()) if self.random.random() < 0.25 else self.variable()

    def expression(self, depth: int) -> r.Node:
        """Any expression that the compiler takes: what it refuses, as constants out of range, is not made."""
        if depth == 0 or self.random.random() < 0.1:
            return self.leaf()
        kind = self.random.choices(
            ["binary", "shift", "unary", "compare", "not", "logical", "conditional", "cast"], [10, 2, 2, 3, 1, 2, 2, 3]
        )[0]
        made: r.Node = getattr(self, f"_{kind}")(depth - 1)
        return made

    def _binary(self, depth: int) -> r.Node:
        sign = self.random.choice(sorted(r.ARITHMETIC))
        right = self.expression(depth)
        if sign in ("//", "%") and right.literal() == 0:
            right = self.variable()
        left = self.expression(depth)
        if left.literal() is not None and right.literal() is not None:
            left = self.variable()  # constants of constants may leave 64 bits
        return r.Binary(sign, left, right)

    def _shift(self, depth: int) -> r.Node:
        left, right = self.expression(depth), self.expression(depth)
        if right.literal() is not None:
            right = self.variable()
        if left.literal() is not None and not -(2**63) <= (left.literal() or 0) < 2**64:
            left = self.variable()
        return r.Shift(self.random.choice(["<<", ">>"]), left, right)

    def _unary(self, depth: int) -> r.Node:
        operand = self.expression(depth)
        if operand.literal() is not None:
            operand = self.variable()
        return r.Unary(self.random.choice(["-", "~", "+"]), operand)

    def _compare(self, depth: int) -> r.Node:
        count = 3 if self.random.random() < 0.2 else 2
        operands = [self.expression(depth) for _ in range(count)]
        # A negative constant beside an unsigned value is refused, and two constants are not of interest.
        operands = [
            self.variable() if (one.literal() is not None and (one.literal() or 0) < 0) else one for one in operands
        ]
        if count == 3 and operands[1].literal() is not None:
            operands[1] = self.variable()
        if operands[0].literal() is not None:
            operands[0] = self.variable()
        return r.Compare([self.random.choice(sorted(r.COMPARISONS)) for _ in operands[1:]], operands)

    def _not(self, depth: int) -> r.Node:
        return r.Not(self.expression(depth))

    def _logical(self, depth: int) -> r.Node:
        return r.Logical(self.random.choice(["and", "or"]), self.expression(depth), self.expression(depth))

    def _conditional(self, depth: int) -> r.Node:
        return r.Conditional(self.expression(depth), self.expression(depth), self.expression(depth))

    def _cast(self, depth: int) -> r.Node:
        operand = self.expression(depth)
        if operand.literal() is not None:
            operand = self.variable()  # a constant that is cast to 0 may not be divided by
        return r.Cast(self.random.choice(sorted(r.NAMES)), operand)

    def block(self, depth: int, targets: list[str], in_loop: bool = False) -> r.Block:
        made: list[r.Statement] = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.choices(["assign", "if", "for", "while", "match", "break"], [6, 2, 1, 1, 1, 1])[0]
            if kind == "if" and depth:
                then, other = self.block(depth - 1, targets, in_loop), self.block(depth - 1, targets, in_loop)
                made.append(r.If(self.expression(2), then, other))
            elif kind == "for" and depth and not in_loop:
                start, step = self.random.randint(-3, 3), self.random.choice([1, 2, -1])
                stop = start + step * self.random.randint(0, 4)
                variable = self.random.choice(["i", "j"])
                body = self.block(depth - 1, targets, True)
                other = self.block(0, targets) if self.random.random() < 0.3 else r.Block([])
                made.append(r.For(variable, (start, stop, step), body, other))
            elif kind == "while" and depth and not in_loop:
                self.counters += 1
                body = self.block(depth - 1, targets, True)
                other = self.block(0, targets) if self.random.random() < 0.3 else r.Block([])
                limit = self.random.randint(0, 3)
                made.append(r.While(f"n{self.counters}", limit, self._subject(), body, other))
            elif kind == "match" and depth:
                constants = [[self.random.randint(0, 9) for _ in range(self.random.randint(1, 2))] for _ in range(2)]
                cases = [(c, self.block(depth - 1, targets, in_loop)) for c in (*constants, [])]
                made.append(r.Match(self._subject(), cases))
            elif kind == "break" and in_loop:
                made.append(r.BreakIf(self.expression(1)))
            else:
                made.append(r.Assign(self.random.choice(targets), self._storable()))
        return r.Block(made)

    def _subject(self) -> r.Node:
        made = self.expression(1)
        return self.variable() if made.literal() is not None else made

    def _storable(self) -> r.Node:
        made = self.expression(2)
        return self.variable() if made.literal() is not None else made
