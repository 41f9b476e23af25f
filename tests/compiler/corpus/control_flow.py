"""Branches, loops, match, functions."""

import enum

from aiobpf import bpf
from aiobpf.bpf import i32, i64, u32, u64
from support import Args, compare, gives


class Color(enum.IntEnum):
    RED = 1
    GREEN = 2
    BLUE = 4


PRIMES = (2, 3, 5, 7, 11)


@compare((1,), (0,), (-1,), (50,))
@bpf.program("syscall")
def if_elif_else(args: Args) -> i32:
    if args.a > 10:
        args.result = 1
    elif args.a > 0:
        args.result = 2
    elif args.a == 0:
        args.result = 3
    else:
        args.result = 4
        return 7
    return 0


@compare((10,))
@bpf.program("syscall")
def for_range(args: Args) -> None:
    total = 0
    for i in range(10):
        total += i * i
    args.result = total


@compare((10, 3), (0, 0), (5, -20))
@bpf.program("syscall")
def range_with_step(args: Args) -> None:
    total = 0
    for i in range(20, 2, -3):
        total = total * 3 + i
    for i in range(1, 30, 7):
        total = total * 2 + i
    args.result = total


@compare((0,), (3,), (20,), (100,))
@bpf.program("syscall")
def variable_bound(args: Args) -> None:
    n = args.a if args.a < 64 else 64
    total = 0
    for i in range(n):
        total += i
    args.result = total


@compare((0,), (5,))
@bpf.program("syscall")
def rebinding_the_variable_does_not_change_the_rounds(args: Args) -> None:
    rounds = 0
    for i in range(6):
        rounds += 1
        i = i + args.a
        args.result += i
    args.c = rounds


@compare((3,), (99,))
@bpf.program("syscall")
def break_and_continue(args: Args) -> None:
    for i in range(20):
        if i == args.a:
            break
        if i % 2:
            continue
        args.result += i


@compare((3,), (99,))
@bpf.program("syscall")
def for_else(args: Args) -> None:
    for i in range(10):
        if i == args.a:
            args.result = 1
            break
    else:
        args.result = 2
    args.b = 5


@compare((10,), (0,), (1000,))
@bpf.program("syscall")
def while_loop(args: Args) -> None:
    n = args.a & 1023
    steps = 0
    while n > 0 and steps < 64:
        n >>= 1
        steps += 1
    args.result = steps


@compare((27,), (1,), (6,))
@bpf.program("syscall")
def while_else_collatz(args: Args) -> None:
    n = args.a
    steps = 0
    while steps < 200:
        if n == 1:
            break
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    else:
        steps = -1
    args.result = steps


@compare((7,), (12,))
@bpf.program("syscall")
def nested_loops(args: Args) -> None:
    for i in range(8):
        for j in range(8):
            if j > i:
                break
            args.result += i * j
        if i == args.a:
            break


@gives({(100_000,): 100_000 * 99_999 // 2, (0,): 0, (1_000_000,): 1_000_000 * 999_999 // 2})
@bpf.program("syscall")
def outlined_loop(args: Args) -> None:
    total = 0
    for i in bpf.loop(args.a):
        total += i
    args.result = total


@gives({(100_000, 77): 77 * 2 + 1})
@bpf.program("syscall")
def outlined_loop_with_break_and_continue(args: Args) -> None:
    rounds = 0
    limit = args.b
    for i in bpf.loop(args.a):
        rounds += 1
        if i < 10:
            continue
        if i == limit:
            rounds += limit
            break
    args.result = rounds


@bpf.function
def is_odd(x: i64) -> bool:
    return x % 2 == 1


@compare((1,), (2,), (3,), (4,), (5,), (9,), (8,))
@bpf.program("syscall")
def match_statement(args: Args) -> None:
    match args.a:
        case 1:
            args.result = 10
        case 2 | 3:
            args.result = 20
        case Color.BLUE:
            args.result = 30
        case _ if is_odd(args.a):
            args.result = 40
        case _:
            args.result = 50


@compare((1,), (7,))
@bpf.program("syscall")
def match_binds_a_name(args: Args) -> None:
    match args.a + 1:
        case 2:
            args.result = 1
        case x:
            args.result = x * 2


@compare((1,), (2,), (4,))
@bpf.program("syscall")
def enumerations(args: Args) -> None:
    if args.a == Color.RED:
        args.result = Color.GREEN | Color.BLUE
    else:
        args.result = int(args.a == Color.GREEN)


@compare((1,))
@bpf.program("syscall")
def loop_over_constants(args: Args) -> None:
    for p in PRIMES:
        args.result = args.result * 13 + p * args.a
    for q in (1, args.a, 3):
        args.result += q


@bpf.function
def gcd(a: u64, b: u64) -> u64:
    for _ in range(100):
        if b == 0:
            break
        a, b = b, a % b
    return a


@compare((12, 18), (17, 5), (0, 9))
@bpf.program("syscall")
def subprogram(args: Args) -> None:
    args.result = gcd(args.a, args.b)


@bpf.function(inline=True)
def clamp(x: i64, low: i64, high: i64) -> i64:
    if x < low:
        return low
    return high if x > high else x


@compare((5, 0), (-5, 0), (500, 0))
@bpf.program("syscall")
def inlined_function(args: Args) -> None:
    args.result = clamp(args.a, -1, 100)


@bpf.function
def swap(args: Args) -> None:
    args.a, args.b = args.b, args.a


@compare((5, 6))
@bpf.program("syscall")
def structs_are_passed_by_reference(args: Args) -> None:
    swap(args)
    args.result = args.a * 10 + args.b


@bpf.function
def fib(n: u32) -> u64:
    a: u64 = 0
    b: u64 = 1
    for _ in range(64):
        if n == 0:
            break
        n -= 1
        a, b = b, a + b
    return a


@compare((0,), (1,), (10,), (50,))
@bpf.program("syscall")
def functions_call_functions(args: Args) -> None:
    args.result = fib(args.a) + gcd(fib(6), 4)


@compare((5,), (-5,))
@bpf.program("syscall")
def returns(args: Args) -> i64:
    if args.a < 0:
        return 1
    args.result = 1
    return args.a + 1


@compare((4,), (5,))
@bpf.program("syscall")
def walrus(args: Args) -> None:
    if (half := args.a // 2) * 2 == args.a:
        args.result = half
    else:
        args.result = -half


@gives({(1000, 3): 1000 * (0 + 1 + 2) + 1000, (10, 0): 10})
@bpf.program("syscall")
def range_in_an_outlined_loop(args: Args) -> None:
    total = 0
    for i in bpf.loop(args.a):
        for j in range(args.b & 7):
            if j == 5:
                break
            total += j
        total += 1 if i >= 0 else 0
    args.result = total


@bpf.function
def digits(n: u64) -> u32:
    count: u32 = 0
    for _ in bpf.loop(20):
        count += 1
        n //= 10
        if n == 0:
            break
    return count


@gives({(0,): 1, (9,): 1, (10,): 2, (123456,): 6})
@bpf.program("syscall")
def outlined_loop_in_a_function(args: Args) -> None:
    args.result = digits(args.a)
