"""Structs, unions, arrays, bitfields, strings, references, globals."""

import enum
import struct

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import bits, char, i32, i64, ptr, u8, u16, u32, u64
from support import Args, checked_by, compare, gives, run


@bpf.struct
class Point:
    x: i32
    y: i32


@bpf.struct
class Line:
    begin: Point
    end: Point
    points: Point[3]
    color: u8
    width: u64


@bpf.union
class Number:
    whole: u64
    bytes: u8[8]
    half: u32[2]


@bpf.struct
class Flags:
    low: bits[u32, 3]
    middle: bits[u32, 10]
    sign: bits[i32, 4]
    rest: u16


@bpf.struct
class Named:
    name: char[16]
    number: u32


@bpf.struct
class Table:
    values: i64[4]


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 5


@bpf.struct
class Message:
    level: Level
    count: u16


total = bpf.Global(u64)
started = bpf.Global(i32, -5)
limit = bpf.Const(u32, 7)
weights = bpf.Const(u32[4], (10, 20, 30, 40))
corner = bpf.Global(Point, Point(x=3, y=-4))
table = bpf.Global(i64[8])
greeting = bpf.Const(char[8], "hello")


@gives({(3, 4): 3 * 10 + 4})
@bpf.program("syscall")
def local_struct(args: Args) -> None:
    p = Point(x=args.a, y=args.b)
    args.result = p.x * 10 + p.y


@gives({(3,): 0})
@bpf.program("syscall")
def members_that_are_not_given_are_zero(args: Args) -> None:
    line = Line(color=args.a)
    args.result = line.width + line.begin.x + line.points[1].y


@gives({(3, 4): 3 + 40 + 500 + 7000})
@bpf.program("syscall")
def nested_structs(args: Args) -> None:
    line = Line(begin=Point(x=args.a, y=args.b), width=5)
    line.points[2].x = 7
    args.result = line.begin.x + line.begin.y * 10 + line.width * 100 + line.points[2].x * 1000


@gives({(3,): 8})
@bpf.program("syscall")
def another_name_is_the_same_struct(args: Args) -> None:
    p = Point(x=args.a)
    q = p
    q.x += 5
    args.result = p.x


@gives({(3,): 3})
@bpf.program("syscall")
def a_member_is_a_copy(args: Args) -> None:
    line = Line()
    p = Point(x=args.a)
    line.begin = p
    p.x = 9
    args.result = line.begin.x


@gives({(2,): 30, (0,): 10})
@bpf.program("syscall")
def array_of_a_constant(args: Args) -> None:
    args.result = weights[args.a & 3]


@compare((5,))
@bpf.program("syscall")
def local_array(args: Args) -> None:
    squares = Table()
    for i in range(4):
        squares.values[i] = i * i + args.a
    args.result = squares.values[3] + squares.values[0] + len(squares.values)


@gives({(1,): 6})
@bpf.program("syscall")
def zeroed_array(args: Args) -> None:
    values = bpf.zeroed(u32[4])
    values[0] = args.a
    values[3] = 5
    args.result = values[0] + values[1] + values[2] + values[3]


@gives({(0x0102030405060708,): 8 + 0x01020304})
@bpf.program("syscall")
def union_members_share_their_place(args: Args) -> None:
    n = Number(whole=args.a)
    args.result = n.bytes[0] + n.half[1]


@gives({(5, 1000, -3): 5 + 1000 * 10 + -3 * 100_000, (9, 1025, 9): 1 + 10 + -7 * 100_000})
@bpf.program("syscall")
def bitfields(args: Args) -> None:
    flags = Flags(low=args.a, middle=args.b)
    flags.sign = args.c
    args.result = flags.low + flags.middle * 10 + flags.sign * 100_000


@gives({(): 4 + 56 + 8 + 16})
@bpf.program("syscall")
def sizes(args: Args) -> None:
    n = Number()
    args.result = bpf.sizeof(u32) + bpf.sizeof(Line) + bpf.sizeof(n) + bpf.sizeof(Point[2])


def globals_hold(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    assert run(program, 10).result == 10 - 5 + 7
    assert run(program, 100).result == 110 + -4 + 7
    (bss,) = (m for m in obj.maps if m.name.endswith(".bss"))
    (data,) = (m for m in obj.maps if m.name.endswith(".data"))
    assert struct.unpack_from("<Q", next(iter(bss.items()))[1]) == (110,)
    assert struct.unpack_from("<i", next(iter(data.items()))[1]) == (-3,)


@checked_by(globals_hold)
@bpf.program("syscall")
def globals(args: Args) -> None:
    total.value += args.a
    args.result = total.value + started.value + limit.value
    started.value += 1


@gives({(1,): 3 - 4 + 1 + 2})
@bpf.program("syscall")
def globals_of_structs_and_arrays(args: Args) -> None:
    table[5] = args.a + 1
    corner.x += 1
    args.result = corner.x + corner.y + table[5] + table[0]
    corner.x -= 1


def rodata_is_set(_: aiobpf.BpfObject, __: aiobpf.BpfProgram) -> None:
    file = aiobpf.compile(constants_of_user_space)
    file.set_rodata("limit", 1234)
    with file.load() as obj:
        assert run(obj.program("constants_of_user_space")).result == 1234


@checked_by(rodata_is_set)
@bpf.program("syscall")
def constants_of_user_space(args: Args) -> None:
    args.result = limit.value


def compares_text(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    assert run(program, text=b"bash").result == 1
    assert run(program, text=b"bash2").result == 2
    assert run(program, text=b"").result == 2
    assert run(program, text=b"hello").result == 4 + 2


@checked_by(compares_text)
@bpf.program("syscall")
def string_comparison(args: Args) -> None:
    if args.text == "bash":
        args.result = 1
    elif args.text != "zsh":
        args.result = 2
    name: char[16] = "hello"
    if args.text == name:
        args.result += 4


def copies_text(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    got = run(program, text=b"abcdefgh")
    assert (got.text, got.result) == (b"hello", ord("a") + 5)


@checked_by(copies_text)
@bpf.program("syscall")
def string_copies(args: Args) -> None:
    named = Named(name="hello", number=5)
    first = args.text[0]
    args.text = named.name
    args.result = first + named.number


@gives({(): ord("e") * 256 + 5})
@bpf.program("syscall")
def string_constants(args: Args) -> None:
    length = 0
    for i in range(len(greeting)):
        if greeting[i] == 0:
            break
        length += 1
    args.result = greeting[1] * 256 + length


@gives({(5, 6): 65})
@bpf.program("syscall")
def copy_between_arrays(args: Args) -> None:
    one = Number(whole=args.a)
    two = Number(whole=args.b)
    bpf.copy(one.bytes, two.bytes)
    args.result = one.whole * 10 + args.a


@bpf.function
def norm(p: Point) -> i64:
    return p.x * p.x + p.y * p.y


@bpf.function
def double(value: ptr[i64]) -> None:
    value.value *= 2


@gives({(3, 4): 25})
@bpf.program("syscall")
def function_of_a_struct(args: Args) -> None:
    p = Point(x=args.a, y=args.b)
    args.result = norm(p)


@gives({(3, 4): 7 + 6})
@bpf.program("syscall")
def function_of_a_reference(args: Args) -> None:
    values = Table()
    values.values[1] = 3
    double(values.values[1])
    args.result = values.values[1] + args.a + args.b


@gives({(2,): 5 * 10 + 1, (5,): 1 * 10 + 1})
@bpf.program("syscall")
def enumerations_in_structs(args: Args) -> None:
    message = Message(level=Level.HIGH if args.a < Level.HIGH else Level.LOW, count=1)
    args.result = message.level * 10 + message.count
