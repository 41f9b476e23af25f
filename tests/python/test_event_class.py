"""The classes that events made from BTF have: one a struct, and values that travel."""

import copy
import gc
import pathlib
import pickle
import struct
import subprocess
import sys
import threading
from typing import Any

import aiobpf
import numpy as np
import pytest
from aiobpf._event_type import make_event_type, restore_event
from btf import Btf, struct_of_enumeration, struct_of_number
from conftest import Run
from helpers import MemorySource, emit, numbered

#: struct made { unsigned int a; };
MADE = struct_of_number("made", size=4).btf


class TestIdentity:
    def test_a_file_gives_one_class_a_struct(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        assert file.event_type("numbered") is file.event_type("numbered")
        assert file.event_type("struct numbered") is file.event_type("numbered")
        assert aiobpf.open(objects / "shapes.bpf.o").event_type("flat") is not file.event_type("numbered")

    @pytest.mark.kernel
    def test_an_object_and_its_file_give_the_same_class(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        before = file.event_type("numbered")
        with file.load() as obj:
            assert obj.event_type("numbered") is before
            assert obj.event_type("struct numbered") is before
        with pytest.raises(aiobpf.BpfClosedError):
            obj.event_type("numbered")

    @pytest.mark.kernel
    def test_an_event_named_by_a_string_matches_the_class_of_that_name(
        self, run: Run, driver: Any, emitter: aiobpf.BpfObject
    ) -> None:
        numbered_event: Any = emitter.event_type("numbered")
        rb = aiobpf.BpfRingBuffer(emitter.maps["first"], event_type="struct numbered", driver=driver)
        emit(emitter, 5, 1)

        async def first() -> Any:
            return await anext(aiter(rb))

        event = run(first())
        rb.close()
        assert isinstance(event, numbered_event)
        match event:
            case numbered_event(sequence=5):
                pass
            case _:
                pytest.fail("no match")

    def test_threads_agree_on_the_class(self) -> None:
        made: list[type[Any]] = []
        start = threading.Barrier(8)

        def make() -> None:
            start.wait()
            made.append(make_event_type(struct_of_number("raced")))

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(made)) == 1

    def test_a_class_goes_when_nobody_uses_it(self) -> None:
        def classes() -> int:
            return len([t for t in gc.get_objects() if isinstance(t, type) and t.__name__ == "short_lived"])

        cls = make_event_type(struct_of_enumeration("short_lived", "colour", RED=1))
        event: Any = cls(struct.pack("=i12x", 1))
        assert cls.dtype.itemsize == 16
        del cls
        gc.collect()
        assert event.colour.name == "RED"  # keeps its class
        assert classes() == 1
        del event
        gc.collect()
        assert classes() == 0


@pytest.fixture
def event(event_class: type[Any]) -> Any:
    return event_class(numbered(3))


def test_asdict_gives_every_field_in_order(event: Any) -> None:
    assert event._asdict() == {name: getattr(event, name) for name in type(event)._fields}
    assert list(event._asdict()) == list(type(event)._fields)


class TestCopies:
    def test_an_event_is_its_own_copy(self, event: Any) -> None:
        assert copy.copy(event) is event  # nothing can change it
        assert copy.deepcopy(event) is event
        assert copy.deepcopy([event])[0] is event

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_a_pickled_event_is_an_event_of_the_same_class(self, event: Any, protocol: int) -> None:
        back = pickle.loads(pickle.dumps(event, protocol))
        assert type(back) is type(event)
        assert back == event and bytes(back) == bytes(event)

    def test_what_asdict_gives_can_be_pickled(self, event: Any) -> None:
        back = pickle.loads(pickle.dumps(event._asdict()))
        assert back == event._asdict()
        assert back["colour"] is event.colour

    def test_the_class_is_described_once_a_pickle(self, event_class: type[Any]) -> None:
        events = [event_class(numbered(n)) for n in range(100)]
        one = len(pickle.dumps(events[:1]))
        assert len(pickle.dumps(events)) < one + 99 * (len(numbered(0)) + 32)

    def test_it_unpickles_in_a_process_that_has_not_seen_the_object(self, event: Any) -> None:
        program = (
            "import pickle, sys; events = pickle.load(sys.stdin.buffer); first, second = events;"
            "assert type(first) is type(second) and type(first).__name__ == 'numbered';"
            "print(first.sequence, first.colour.name, first.text, first == second)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], input=pickle.dumps([event, event]), capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == b"3 GREEN b'abc' True\n"

    @pytest.mark.parametrize("nonsense", [None, (), b"", bytes(24), struct_of_number("made").btf[:-4], Btf().raw()])
    def test_a_description_that_makes_no_sense_is_refused(self, nonsense: Any) -> None:
        with pytest.raises((TypeError, ValueError)):
            restore_event("made", nonsense, bytes(4))


class TestDtype:
    def test_offsets_size_and_values_are_those_of_the_struct(self, event_class: Any, event: Any) -> None:
        dtype = event_class.dtype
        assert dtype.itemsize == 48
        assert dtype.names == event_class._fields
        assert {name: offset for name, (_, offset, *_) in dtype.fields.items()} == {
            "sequence": 0,
            "check": 8,
            "ring": 16,
            "negative": 20,
            "text": 24,
            "shorts": 32,
            "colour": 36,
            "odd": 40,
            "tiny": 41,
            "pad": 42,
        }
        row = np.frombuffer(event, dtype)[0]
        for name in ("sequence", "check", "ring", "negative", "colour", "odd", "tiny"):
            assert row[name] == getattr(event, name)
        assert tuple(row["shorts"]) == event.shorts
        assert bytes(row["pad"]) == event.pad
        assert row["text"].partition(b"\0")[0] == event.text
        assert event_class.dtype is dtype and np.dtype(event_class) is dtype

    def test_every_kind_and_gap_has_its_place(self, objects: pathlib.Path) -> None:
        flat: Any = aiobpf.open(objects / "shapes.bpf.o").event_type("flat")
        record = bytes(range(1, flat.dtype.itemsize + 1))
        record = record[:44] + b"\1\0\1" + record[47:]
        event, row = flat(record), np.frombuffer(record, flat.dtype)[0]
        for name in flat._fields:
            value = getattr(event, name)
            if isinstance(row[name], np.ndarray):
                assert tuple(row[name]) == tuple(value)
            else:
                assert row[name] == value

    def test_a_batch_is_viewed_by_it(self, run: Run, event_class: Any) -> None:
        async def main() -> None:
            source = MemorySource()
            source.emit(5)
            async with aiobpf.BpfRingBuffer(source.ring, event_class) as rb:
                batch: Any = await anext(aiter(rb.batches()))
            rows = np.asarray(batch).view(event_class.dtype)[:, 0]
            assert rows["sequence"].tolist() == [0, 1, 2, 3, 4]

        run(main())

    def test_without_numpy_the_remedy_is_named_and_all_else_works(self, event_class: Any) -> None:
        program = (
            "import sys; sys.modules['numpy'] = None\n"
            "from aiobpf._event_type import make_event_type\n"
            f"from aiobpf import _aiobpf; T = make_event_type(_aiobpf.type_of_btf({MADE!r}))\n"
            "print(T(bytes(4)))\n"
            "try: T.dtype\n"
            "except ImportError as error: print(error)\n"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        assert done.stdout == "made(a=0)\nmade.dtype needs NumPy, which is not installed: pip install numpy\n"

    def test_numpy_is_not_imported_before_it_is_asked_for(self) -> None:
        program = (
            "import sys, aiobpf; from aiobpf._event_type import make_event_type\n"
            f"make_event_type(aiobpf._aiobpf.type_of_btf({MADE!r}))(bytes(4))._asdict()\n"
            "assert 'numpy' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_fields_come_before_what_classes_have(self) -> None:
        cls: Any = make_event_type(struct_of_number("shadowing", "dtype"))
        assert cls(struct.pack("=I12x", 7)).dtype == 7
