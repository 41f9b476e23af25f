"""Maps against Python's own containers: random operations, concurrent removal."""

from __future__ import annotations

import collections
import ctypes
import os
import pathlib
import threading
import zlib
from collections.abc import Callable
from typing import Any

import aiobpf
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

pytestmark = pytest.mark.kernel

U32, I64 = ctypes.c_uint32, ctypes.c_int64
ROOM = 16


class Pair(ctypes.Structure):
    _fields_ = [("left", ctypes.c_int16), ("right", ctypes.c_uint8)]


class Prefix(ctypes.Structure):
    _fields_ = [("bits", ctypes.c_uint32), ("address", ctypes.c_uint32)]


def plain(value: Any) -> Any:
    """What a key or value is compared by."""
    if isinstance(value, ctypes.Structure):
        return bytes(value)
    return tuple(value) if isinstance(value, list) else value


numbers = st.integers(-(2**63), 2**63 - 1)
few_keys = st.integers(0, 2 * ROOM)


class Dictionary(RuleBasedStateMachine):
    """A map whose elements come and go, and a dict."""

    kind = "hash"
    flags = 0
    keys: Any = few_keys
    values: Any = numbers
    key_type: Any = U32
    value_type: Any = I64
    full_is_refused = True

    @initialize()
    def make(self) -> None:
        self.map = aiobpf.create_map(
            self.kind, key=self.key_type, value=self.value_type, max_entries=ROOM, flags=self.flags
        )
        self.model: dict[Any, Any] = {}

    def teardown(self) -> None:
        if hasattr(self, "map"):
            self.map.close()

    def has_room(self, key: Any) -> bool:
        return plain(key) in self.model or len(self.model) < ROOM

    @rule(data=st.data())
    def assign(self, data: st.DataObject) -> None:
        key, value = data.draw(self.keys), data.draw(self.values)
        if self.has_room(key):
            self.map[key] = value
            self.model[plain(key)] = plain(value)
        elif self.full_is_refused:
            with pytest.raises(aiobpf.BpfMapError):
                self.map[key] = value

    @rule(data=st.data())
    def assign_what_is_not_there(self, data: st.DataObject) -> None:
        key, value = data.draw(self.keys), data.draw(self.values)
        if plain(key) in self.model:
            with pytest.raises(aiobpf.BpfMapError):
                self.map.update(key, value, aiobpf.BPF_NOEXIST)
        elif self.has_room(key):
            self.map.update(key, value, aiobpf.BPF_NOEXIST)
            self.model[plain(key)] = plain(value)

    @rule(data=st.data())
    def assign_many(self, data: st.DataObject) -> None:
        pairs = data.draw(st.lists(st.tuples(self.keys, self.values), max_size=ROOM))
        new = {plain(key): plain(value) for key, value in pairs}
        if len(self.model | new) <= ROOM:
            self.map.update(pairs)
            self.model |= new

    @rule(data=st.data())
    def look_up(self, data: st.DataObject) -> None:
        key = data.draw(self.keys)
        assert plain(self.map.get(key)) == self.model.get(plain(key))
        assert (key in self.map) == (plain(key) in self.model)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        key = data.draw(self.keys)
        assert self.map.delete(key) == (plain(key) in self.model)
        self.model.pop(plain(key), None)

    @rule(data=st.data())
    def pop(self, data: st.DataObject) -> None:
        key = data.draw(self.keys)
        assert plain(self.map.pop(key, None)) == self.model.pop(plain(key), None)

    @rule()
    def clear(self) -> None:
        self.map.clear()
        self.model.clear()

    @rule(part=st.integers(0, 2))
    def delete_while_iterating(self, part: int) -> None:
        seen = []
        for key in self.map:  # in the kernel's order, which is another one each time
            seen.append(plain(key))
            if zlib.crc32(repr(plain(key)).encode()) % 2 == part:
                del self.map[key]
                del self.model[plain(key)]
        assert len(seen) == len(set(seen))
        assert set(self.model) <= set(seen)

    @invariant()
    def they_are_equal(self) -> None:
        if not hasattr(self, "map"):
            return
        assert {plain(key): plain(value) for key, value in self.map.items()} == self.model
        assert len(self.map) == len(self.model)
        assert sorted(map(repr, map(plain, self.map))) == sorted(map(repr, self.model))
        assert collections.Counter(map(plain, self.map.values())) == collections.Counter(self.model.values())


class Structs(Dictionary):
    """Padding of keys is 0 in both."""

    keys = st.builds(lambda left, right: Pair(left, right), st.integers(-3, 3), st.integers(0, 3))
    values = st.builds(lambda left, right: Pair(left, right), st.integers(-(2**15), 2**15 - 1), st.integers(0, 255))
    key_type = value_type = Pair


class Unallocated(Dictionary):
    flags = 1  # BPF_F_NO_PREALLOC


class Trie(Dictionary):
    """Only whole addresses: looking up finds then what it finds in a dict."""

    kind = "lpm_trie"
    flags = 1
    keys = st.builds(lambda address: Prefix(32, address), few_keys)
    key_type = Prefix


class PerCpu(Dictionary):
    kind = "percpu_hash"
    values = st.lists(numbers, min_size=aiobpf.possible_cpus(), max_size=aiobpf.possible_cpus())


class Lru(Dictionary):
    """It never holds more than fit, and what it holds was set."""

    kind = "lru_hash"
    full_is_refused = False

    def has_room(self, key: Any) -> bool:  # a part of it is set aside for every CPU: so few are never evicted
        return plain(key) in self.model or len(self.model) < 1

    @rule(data=st.data())
    def assign_many(self, data: st.DataObject) -> None:
        """Not what is looked at here."""


class Array(RuleBasedStateMachine):
    """All elements are there from the beginning."""

    kind = "array"
    values: Any = numbers
    zero: Any = 0

    @initialize()
    def make(self) -> None:
        self.map = aiobpf.create_map(self.kind, key=U32, value=I64, max_entries=ROOM)
        self.model = dict.fromkeys(range(ROOM), self.zero)

    def teardown(self) -> None:
        if hasattr(self, "map"):
            self.map.close()

    @rule(data=st.data(), index=few_keys)
    def assign(self, data: st.DataObject, index: int) -> None:
        value = data.draw(self.values)
        if index < ROOM:
            self.map[index] = value
            self.model[index] = plain(value)
        else:
            with pytest.raises(aiobpf.BpfMapError):
                self.map[index] = value

    @rule(data=st.data(), indexes=st.sets(st.integers(0, ROOM - 1)))
    def assign_many(self, data: st.DataObject, indexes: set[int]) -> None:
        new = {index: data.draw(self.values) for index in indexes}
        self.map.update(new)
        self.model |= {index: plain(value) for index, value in new.items()}

    @rule(index=few_keys)
    def delete(self, index: int) -> None:
        with pytest.raises(aiobpf.BpfMapError):
            self.map.delete(index)
        with pytest.raises(aiobpf.BpfMapError, match="set them to 0"):
            self.map.clear()

    @invariant()
    def they_are_equal(self) -> None:
        if hasattr(self, "map"):
            assert {key: plain(value) for key, value in self.map.items()} == self.model
            assert len(self.map) == ROOM
            assert ROOM not in self.map


class PerCpuArray(Array):
    kind = "percpu_array"
    values = st.lists(numbers, min_size=aiobpf.possible_cpus(), max_size=aiobpf.possible_cpus())
    zero = (0,) * aiobpf.possible_cpus()


class Queue(RuleBasedStateMachine):
    """First in, first out, and a deque."""

    kind = "queue"
    take: Callable[[collections.deque[int]], int] = collections.deque.popleft
    next_of = 0

    @initialize()
    def make(self) -> None:
        self.map = aiobpf.create_map(self.kind, value=I64, max_entries=ROOM)
        self.model: collections.deque[int] = collections.deque()

    def teardown(self) -> None:
        if hasattr(self, "map"):
            self.map.close()

    @rule(value=numbers)
    def push(self, value: int) -> None:
        if len(self.model) < ROOM:
            self.map.push(value)
            self.model.append(value)
        else:
            with pytest.raises(aiobpf.BpfMapError):
                self.map.push(value)

    @rule(value=numbers)
    def push_out(self, value: int) -> None:
        if len(self.model) == ROOM:
            self.model.popleft()
        self.map.push(value, aiobpf.BPF_EXIST)
        self.model.append(value)

    @rule()
    def pop(self) -> None:
        assert self.map.pop() == (type(self).take(self.model) if self.model else None)

    @rule()
    def clear(self) -> None:
        self.map.clear()
        self.model.clear()

    @invariant()
    def the_next_is_equal(self) -> None:
        if hasattr(self, "map"):
            assert self.map.peek() == (self.model[self.next_of] if self.model else None)


class Stack(Queue):
    kind = "stack"
    take = collections.deque.pop
    next_of = -1


@pytest.mark.parametrize(
    "machine", [Dictionary, Structs, Unallocated, Trie, PerCpu, Lru, Array, PerCpuArray, Queue, Stack]
)
def test_random_operations(machine: type[RuleBasedStateMachine]) -> None:
    case = machine.TestCase
    case.settings = settings(
        max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case("runTest").debug()


@pytest.mark.parametrize(("kind", "flags"), [("hash", 0), ("hash", 1), ("lru_hash", 0)])
def test_what_stays_is_given_once_while_another_thread_changes_the_rest(kind: str, flags: int) -> None:
    """Even keys stay; odd ones come and go as fast as they can."""
    stay, stop = 2000, threading.Event()
    with aiobpf.create_map(kind, key=U32, value=I64, max_entries=64 * stay, flags=flags) as counts:
        counts.update({2 * number: number for number in range(stay)})

        def change() -> None:
            while not stop.is_set():
                counts.update({2 * number + 1: 0 for number in range(500)})
                for number in range(500):
                    counts.delete(2 * number + 1)

        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(20):
                seen = collections.Counter(key for key in counts if key % 2 == 0)
                assert seen == dict.fromkeys(range(0, 2 * stay, 2), 1)
                assert sum(1 for key, value in counts.items() if key == 2 * value) == stay
        finally:
            stop.set()
            thread.join()


def test_two_threads_share_a_map_and_not_an_iterator() -> None:
    with aiobpf.create_map("hash", key=U32, value=I64, max_entries=100_000) as counts:
        counts.update({number: number for number in range(100_000)})
        items, totals = iter(counts.items()), []

        def take() -> None:
            total = 0
            while True:
                try:
                    total += next(items)[1]
                except StopIteration:
                    break
                except aiobpf.BpfBusyError:
                    continue  # the other one is in it
            totals.append(total)

        threads = [threading.Thread(target=take) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(totals) == sum(range(100_000))


def test_every_cpu_counts_for_itself(objects: pathlib.Path) -> None:
    here = os.sched_getaffinity(0)
    with aiobpf.load(objects / "maps.bpf.o") as obj:
        counts = obj.maps["per_cpu"].typed()
        try:
            for cpu in here:
                os.sched_setaffinity(0, {cpu})
                for _ in range(cpu + 1):
                    obj.program("count").run()
        finally:
            os.sched_setaffinity(0, here)
        assert [counts[3][cpu] for cpu in sorted(here)] == [cpu + 1 for cpu in sorted(here)]
        assert counts.sum(3) == sum(cpu + 1 for cpu in here)
