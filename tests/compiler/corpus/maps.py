"""Maps of all kinds, and what can be done with them."""

import struct

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import char, helpers, i64, u32, u64
from kernel_run import plain_run
from support import Args, checked_by, gives, run


@bpf.struct
class Key:
    pid: u32
    name: char[8]


@bpf.struct
class Stats:
    count: u64
    total: i64
    lock: bpf.spin_lock


@bpf.struct
class Prefix:
    bits: u32
    address: u32


@bpf.struct
class Event:
    a: i64
    b: u32
    text: char[12]


counts = bpf.HashMap(u32, u64, 16)
small = bpf.HashMap(u32, u64, 2)
recent = bpf.LruHashMap(u32, u64, 64)
by_name = bpf.HashMap(Key, Stats, 16)
per_cpu = bpf.PercpuArray(u64, 4)
per_cpu_hash = bpf.PercpuHashMap(u32, u64, 4)
slots = bpf.Array(i64, 8)
routes = bpf.LpmTrie(Prefix, u32, 16)
queue = bpf.Queue(u64, 2)
stack = bpf.Stack(u64, 4)
seen = bpf.BloomFilter(u64, 128)
events = bpf.RingBuf(4096)
inner = bpf.Array(u64, 4)
outer = bpf.ArrayOfMaps(inner, 2, {1: inner})
outer_hash = bpf.HashOfMaps(u32, bpf.HashMap(u32, u64, 4), 2)
result = bpf.Global(i64)


def outcome(obj: aiobpf.BpfObject) -> bytes:
    """The bytes of `result`, which is alone in .bss."""
    (bss,) = (m for m in obj.maps if m.name.endswith(".bss"))
    ((_, value),) = bss.items()
    assert isinstance(value, bytes)
    return value


@gives({(1, 10): -1, (2, 20): -1})
@bpf.program("syscall")
def lookup_of_a_missing_key(args: Args) -> None:
    found = counts.lookup(args.a)
    args.result = -1 if found is None else 0


@gives({(1, 10): 11, (2, 20): 21})
@bpf.program("syscall")
def update_then_lookup(args: Args) -> None:
    counts[args.a] = args.b
    found = counts.lookup(args.a)
    if found is not None:
        found.value += 1
    args.result = counts.get(args.a, 0)


def map_is_read(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    for _ in range(3):
        run(program, 7)
    run(program, 8)
    got = {struct.unpack("<I", k)[0]: struct.unpack("<Q", v)[0] for k, v in obj.maps["counts"].items()}
    assert got == {7: 6, 8: 2}


@checked_by(map_is_read)
@bpf.program("syscall")
def counting(args: Args) -> None:
    counts[args.a] += 1
    args.result = counts.increment(args.a)


@gives({(1,): -17, (5,): -17})
@bpf.program("syscall")
def update_with_flags(args: Args) -> None:
    counts.update(args.a, 1, 0)
    args.result = counts.update(args.a, 2, 1)


@gives({(): -7})
@bpf.program("syscall")
def a_full_map_says_so(args: Args) -> None:
    small[1] = 1
    small[2] = 1
    args.result = small.update(3, 1)


@gives({(4,): 12})
@bpf.program("syscall")
def deletion(args: Args) -> None:
    counts[args.a] = 1
    del counts[args.a]
    args.result = 12 if counts.lookup(args.a) is None else 0
    if counts.delete(args.a) != -2:
        args.result = -1


@gives({(): 99 * 11})
@bpf.program("syscall")
def lru(args: Args) -> None:
    for i in range(100):
        recent[i] = i * 11
    args.result = recent.get(99, 0)


@gives({(3, 40): 43, (4, 50): 54})
@bpf.program("syscall")
def struct_keys_and_values(args: Args) -> None:
    key = Key(pid=args.a, name="x")
    by_name[key] = Stats(count=args.a, total=args.b)
    found = by_name.lookup(Key(pid=args.a, name="x"))
    if found is None:
        return
    args.result = found.count + found.total


@gives({(3, 40): 1})
@bpf.program("syscall")
def padding_of_keys_is_zero(args: Args) -> None:
    by_name[Key(pid=1, name="longnam")] = Stats()
    by_name[Key(pid=1, name="x")] = Stats()
    args.result = by_name.lookup(Key(1, "x")) is not None


@gives({(3, 40): 43})
@bpf.program("syscall")
def spin_lock(args: Args) -> None:
    by_name[Key(pid=args.a)] = Stats()
    found = by_name.lookup(Key(pid=args.a))
    if found is None:
        return
    with found.lock:
        found.count += args.a
        found.total += args.b
    args.result = found.count + found.total


def sums(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    for _ in range(5):
        run(program, 3)
    values = obj.maps["per_cpu"][struct.pack("<I", 2)]
    assert sum(struct.unpack("<Q", v)[0] for v in values) == 15


@checked_by(sums)
@bpf.program("syscall")
def per_cpu_array(args: Args) -> None:
    value = per_cpu.lookup(2)
    if value is not None:
        value.value += args.a


@gives({(3, 4): 4})
@bpf.program("syscall")
def per_cpu_hash_map(args: Args) -> None:
    per_cpu_hash[args.a] = args.b
    args.result = per_cpu_hash.get(args.a, 0)


@gives({(3, -4): -4, (100, 1): -1})
@bpf.program("syscall")
def array(args: Args) -> None:
    if args.a >= 8:
        args.result = slots.get(args.a, -1)
        return
    slots[args.a] = args.b
    args.result = slots.get(args.a, 1) + slots.get(7, 1)


def routes_are_found(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    plain_run(program)
    assert struct.unpack("<q", outcome(obj)) == (24 * 100 + 8,)


@checked_by(routes_are_found)
@bpf.program("raw_tp")  # programs that may sleep, as those of "syscall", may not use all types of maps
def longest_prefix() -> None:
    routes[Prefix(bits=8, address=bpf.htonl(0x0A000000))] = 8
    routes[Prefix(bits=24, address=bpf.htonl(0x0A010200))] = 24
    near = routes.get(Prefix(bits=32, address=bpf.htonl(0x0A010203)), 0)
    far = routes.get(Prefix(bits=32, address=bpf.htonl(0x0A020203)), 0)
    result.value = near * 100 + far


@gives({(5, 6): 5 * 100 + 6 * 10 - 2 - 7})
@bpf.program("syscall")
def first_in_first_out(args: Args) -> None:
    x: u64 = 0
    y: u64 = 0
    queue.push(args.a)
    queue.push(args.b)
    full = queue.push(9)
    queue.pop(x)
    queue.peek(y)
    queue.pop(y)
    args.result = x * 100 + y * 10 + queue.pop(x) + full


@gives({(5, 6): 65})
@bpf.program("syscall")
def last_in_first_out(args: Args) -> None:
    x: u64 = 0
    y: u64 = 0
    stack.push(args.a)
    stack.push(args.b)
    stack.pop(x)
    stack.pop(y)
    args.result = x * 10 + y


def values_were_seen(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    plain_run(program)
    assert struct.unpack("<q", outcome(obj)) == (-2,)


@checked_by(values_were_seen)
@bpf.program("raw_tp")
def bloom_filter() -> None:
    value: u64 = 77
    result.value = seen.peek(value) * (1 + seen.push(value)) + seen.peek(value)


@gives({(1, 9): 9 + 100})
@bpf.program("syscall")
def map_in_map(args: Args) -> None:
    table = outer.lookup(1)
    if table is None:
        return
    table[2] = args.b
    if outer.lookup(0) is None and outer_hash.lookup(5) is None:
        args.result = table.get(2, 0) + 100


def ring_is_read(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    import asyncio

    async def take() -> list[Event]:
        async with aiobpf.BpfRingBuffer(obj.maps["events"], Event) as rb:
            got = [await rb.get() for _ in range(3)]
            ledger = rb.statistics()
            assert (ledger.seen, ledger.submitted, ledger.discarded) == (4, 3, 1)
            assert ledger.balances()
            return got

    assert run(program, 1, 2).result == 1
    wanted = Event(a=1, b=2, text=b"made")
    assert asyncio.run(take()) == [wanted, Event(a=5, b=0), Event(a=1, b=2, text=b"kept")]


@checked_by(ring_is_read)
@bpf.program("syscall")
def ring(args: Args) -> None:
    args.result = events.submit(Event(a=args.a, b=args.b, text="made"))
    for i in range(2):
        event = events.reserve(Event)
        if event is None:
            return
        event.a = 5
        event.b = 0
        event.text = ""
        if i == 0:
            events.discard(event)
        else:
            events.submit(event)
    kept = Event(a=args.a, b=args.b, text="kept")
    events.output(kept)


@gives({(5,): 5 * 3})
@bpf.program("syscall")
def helpers_take_maps(args: Args) -> None:
    key: u32 = 5
    value: u64 = args.a * 3
    helpers.map_update_elem(counts, key, value, 0)
    args.result = counts.get(5, 0)


@bpf.struct
class Sum:
    keys: u64
    values: u64


@bpf.function
def add_up(table: bpf.ptr[bpf.void], key: bpf.ptr[u32], value: bpf.ptr[u64], sum: Sum) -> i64:
    sum.keys += key.value
    sum.values += value.value
    return 0


@gives({(): 1 + 2 + 3 + 100 * (10 + 20 + 30)})
@bpf.program("syscall")
def for_each_element(args: Args) -> None:
    counts[1] = 10
    counts[2] = 20
    counts[3] = 30
    sum = Sum()
    helpers.for_each_map_elem(counts, add_up, sum, 0)
    args.result = sum.keys + 100 * sum.values


@gives({(3,): 3 + 8 * 10 + 3 * 100})
@bpf.program("syscall")
def atomics(args: Args) -> None:
    stats = Stats(count=args.a)
    old = bpf.atomic_add(stats.count, 5)
    was = bpf.atomic_exchange(stats.count, 100)
    lost = bpf.atomic_compare_exchange(stats.count, 99, 7)
    won = bpf.atomic_compare_exchange(stats.count, 100, 3)
    args.result = old + was * 10 + stats.count * lost + won - 100


sent = bpf.UserRingBuf(4096)


@bpf.function
def receive(dynptr: bpf.ptr[bpf.void], sum: Sum) -> i64:
    sum.keys += 1
    return 0


@gives({(): 0})
@bpf.program("syscall")
def user_ring(args: Args) -> None:
    sum = Sum()
    args.result = helpers.user_ringbuf_drain(sent, receive, sum, 0)


@bpf.struct
class Numbers:
    values: i64[8]


calls = bpf.Global(i64)
structs = bpf.HashMap(Key, Sum, 4)


@bpf.function
def following() -> i64:
    calls.value += 1
    return calls.value & 7


@gives({(): 1000 + 100 + 10 + 4})
@bpf.program("syscall")
def side_effects_happen_once(args: Args) -> None:
    calls.value = 0
    numbers = Numbers()
    numbers.values[following()] += 1000
    counts[following()] += 100
    counts[u32(following())] = 10
    numbers.values[following()] = 4
    args.result = numbers.values[1] + counts.get(2, 0) + counts.get(3, 0) + numbers.values[4]
    if calls.value != 4:
        args.result = -calls.value
    del counts[2]


@gives({(): 1 + 2 * 10 + 3 * 100 + 5 * 1000})
@bpf.program("syscall")
def values_come_before_places(args: Args) -> None:
    calls.value = 0
    numbers = Numbers()
    numbers.values[following()] = following()  # the value is 1, the index 2
    counts[following() + 0] = following() - 0  # the value is 3, the key 4
    args.result = numbers.values[2] + 2 * 10 + counts.get(4, 0) * 100 + 5 * 1000
    numbers.values[following()] += following()  # the index is 5, the value 6
    if numbers.values[5] != 6:
        args.result = -1


@gives({(): -7})
@bpf.program("syscall")
def structs_are_stored_in_elements_that_are_called_for(args: Args) -> None:
    calls.value = 0
    pairs = bpf.zeroed(Sum[8])
    pairs[following()] = Sum(keys=3, values=4)
    args.result = -i64(pairs[1].keys + pairs[1].values + pairs[2].keys)


@gives({(2,): 1 + 2 + 3 + 1000 * (10 + 20 + 30) + 2_000_000, (9,): 6 + 1000 * 60})
@bpf.program("syscall")
def items(args: Args) -> None:
    for i in range(1, 4):
        recent[i] = i * 10
    keys = 0
    values = 0
    found = 0
    for key, value in recent.items():
        keys += key
        values += value.value
        if key == args.a:
            found = key
        value.value += 1
    args.result = keys + 1000 * values + 1_000_000 * found
    for key, value in recent.items():
        if recent.get(key, 0) % 10 != 1:
            args.result = -1
            break
        value.value = 0


@gives({(): 7 + 8 + 30})
@bpf.program("syscall")
def items_of_structs(args: Args) -> None:
    structs[Key(pid=7, name="a")] = Sum(keys=10)
    structs[Key(pid=8, name="b")] = Sum(keys=20)
    total = 0
    for key, value in structs.items():
        total += key.pid
        total += value.keys
    args.result = total


tiny = bpf.RingBuf(4096)


@gives({(): 400})
@bpf.program("syscall")
def members_are_computed_although_the_ring_is_full(args: Args) -> None:
    calls.value = 0
    for _ in range(400):
        tiny.submit(Event(a=following(), b=1))
    args.result = calls.value
