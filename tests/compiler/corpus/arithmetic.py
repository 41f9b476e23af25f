"""Integers: operators, widths, conversions."""

from aiobpf import bpf
from aiobpf.bpf import i8, i16, i32, i64, u8, u16, u32, u64
from support import Args, compare, gives

PAIRS = ((7, 2), (-7, 2), (7, -2), (-7, -2), (0, 3), (1 << 40, 3), (-(1 << 40), 7), (6, 3), (-6, 3))
SECONDS = 1_000_000_000
MASK = (1 << 12) - 1


@compare(*PAIRS)
@bpf.program("syscall")
def add_and_subtract(args: Args) -> None:
    args.result = args.a + args.b - 3


@compare(*PAIRS)
@bpf.program("syscall")
def multiply(args: Args) -> None:
    args.result = args.a * args.b


@compare(*PAIRS)
@bpf.program("syscall")
def floor_division(args: Args) -> None:
    args.result = args.a // args.b


@compare(*PAIRS)
@bpf.program("syscall")
def modulo(args: Args) -> None:
    args.result = args.a % args.b


@gives({(7, 0): 0, (-7, 0): 0})
@bpf.program("syscall")
def division_by_zero(args: Args) -> None:
    args.result = args.a // args.b


@gives({(7, 0): 7, (-7, 0): -7})
@bpf.program("syscall")
def modulo_by_zero(args: Args) -> None:
    args.result = args.a % args.b


@compare((0b1100, 0b1010), (-1, 0xFF), (0, 0))
@bpf.program("syscall")
def bitwise(args: Args) -> None:
    args.result = (args.a & args.b) | (args.a ^ args.b) << 8


@compare((1, 0), (1, 62), (-1, 3), (0x1234, 16))
@bpf.program("syscall")
def shifts(args: Args) -> None:
    args.result = (args.a << args.b) >> 2


@gives({(1, 64): 1, (1, 65): 2})
@bpf.program("syscall")
def shift_counts_are_taken_modulo_the_width(args: Args) -> None:
    args.result = args.a << args.b


@compare((5,), (-5,), (0,))
@bpf.program("syscall")
def unary(args: Args) -> None:
    args.result = -args.a + ~args.a * 3 - +args.a


@gives({(300,): 44, (-1,): 255, (256,): 0})
@bpf.program("syscall")
def to_u8(args: Args) -> None:
    narrow: u8 = args.a
    args.result = narrow


@compare((300,), (-1,), (128,), (1 << 33,))
@bpf.program("syscall")
def casts(args: Args) -> None:
    args.result = i8(args.a) + i16(args.a) * 2 + i32(args.a) + u16(args.a)


@gives({((1 << 32) - 1, 1): 0})
@bpf.program("syscall")
def u32_wraps(args: Args) -> None:
    x: u32 = args.a
    y: u32 = args.b
    args.result = x + y


@gives({(0x7FFFFFFF, 1): -0x80000000})
@bpf.program("syscall")
def i32_wraps(args: Args) -> None:
    x: i32 = args.a
    y: i32 = args.b
    args.result = x + y


@gives({(-1, 1): 0, (1, 2): 1})
@bpf.program("syscall")
def mixed_signs_compare_as_in_c(args: Args) -> None:
    x: i32 = args.a
    y: u32 = args.b
    args.result = x < y


@gives({(255,): 256, (1,): 2})
@bpf.program("syscall")
def narrow_operands_are_promoted(args: Args) -> None:
    x: u8 = args.a
    args.result = x + 1


@gives({(-8,): 0x7FFFFFFFFFFFFFFC})
@bpf.program("syscall")
def unsigned_division(args: Args) -> None:
    x: u64 = args.a
    args.result = x // 2


@compare((3,), (-3,))
@bpf.program("syscall")
def constants_of_the_module(args: Args) -> None:
    args.result = args.a * SECONDS + (MASK & 0xF0)


@compare((40,), (3,), (63,))
@bpf.program("syscall")
def a_constant_shifted_by_a_variable(args: Args) -> None:
    args.result = i64(1 << args.a)


@compare((3, 9, 5), (-1, -2, -3), (4, 4, 4))
@bpf.program("syscall")
def min_max_abs(args: Args) -> None:
    args.result = min(args.a, args.b, args.c) * 100 + max(args.a, args.b) + abs(args.c)


@compare((5, 6), (-5, 6))
@bpf.program("syscall")
def augmented(args: Args) -> None:
    x = args.a
    x += args.b
    x *= 3
    x -= 1
    x //= 2
    x %= 100
    x <<= 3
    x |= 1
    x ^= 0x10
    x &= 0xFFFF
    x >>= 1
    args.result = x


@compare((5, 6), (7, 7))
@bpf.program("syscall")
def several_targets(args: Args) -> None:
    x, y = args.a, args.b
    x, y = y, x + y
    z = w = x * 2
    args.result = x * 1000 + y * 10 + z + w


@compare((1, 2, 3), (3, 2, 1), (2, 2, 2))
@bpf.program("syscall")
def chained_comparisons(args: Args) -> None:
    args.result = (args.a < args.b < args.c) + 2 * (args.a <= args.b + 0 <= args.c) + 4 * (args.a != args.b)


@compare((0, 5), (3, 0), (0, 0), (2, 7))
@bpf.program("syscall")
def and_or_not(args: Args) -> None:
    args.result = (args.a or args.b) * 100 + (args.a and args.b) * 10 + (not args.a)


@compare((1,), (0,), (-1,))
@bpf.program("syscall")
def conditional_expression(args: Args) -> None:
    args.result = 10 if args.a > 0 else 20 if args.a == 0 else 30


@gives({(0x1234,): 0x3412})
@bpf.program("syscall")
def byte_order(args: Args) -> None:
    args.result = bpf.ntohs(args.a)


@gives({(1,): 0x01000000 + 0x0100 + 1})
@bpf.program("syscall")
def byte_order_of_constants(args: Args) -> None:
    args.result = bpf.htonl(1) + bpf.htons(1) + args.a


@compare((3,), (0,))
@bpf.program("syscall")
def booleans(args: Args) -> None:
    positive = args.a > 0
    even = args.a % 2 == 0
    args.result = (positive and even) + 2 * (positive or even) + 4 * bool(args.a) + int(positive)
