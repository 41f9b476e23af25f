"""Maps by raw keys and values."""

import struct

import aiobpf
import pytest

pytestmark = pytest.mark.kernel


def key(number: int) -> bytes:
    return struct.pack("I", number)


def value(number: int) -> bytes:
    return struct.pack("Q", number)


@pytest.fixture
def table(emitter: aiobpf.BpfObject) -> aiobpf.BpfMap:
    return emitter.maps["table"]


def test_what_was_set_is_there(table: aiobpf.BpfMap) -> None:
    table[key(7)] = value(70)
    assert table[key(7)] == value(70)
    table[key(7)] = value(71)
    assert table[key(7)] == value(71)
    assert key(7) in table
    assert key(8) not in table
    assert len(table) == 1


def test_any_kind_of_bytes_will_do(table: aiobpf.BpfMap) -> None:
    table[bytearray(key(1))] = memoryview(value(10))
    assert table[memoryview(key(1))] == value(10)


def test_it_is_a_mapping(table: aiobpf.BpfMap) -> None:
    table.update({key(1): value(10), key(2): value(20), key(3): value(30)})
    assert sorted(table) == [key(1), key(2), key(3)]
    assert dict(table.items()) == {key(1): value(10), key(2): value(20), key(3): value(30)}
    assert sorted(table.values()) == [value(10), value(20), value(30)]
    assert table.pop(key(1)) == value(10)
    assert table.get(key(1)) is None
    assert table.setdefault(key(2), value(0)) == value(20)
    table.clear()
    assert len(table) == 0
    assert list(table.items()) == []


def test_a_missing_key_is_a_key_error(table: aiobpf.BpfMap) -> None:
    with pytest.raises(KeyError, match="map table: no key 07 00 00 00"):
        table[key(7)]
    with pytest.raises(aiobpf.BpfNotFoundError):
        del table[key(7)]


def test_deleting_removes(table: aiobpf.BpfMap) -> None:
    table[key(1)] = value(10)
    del table[key(1)]
    assert key(1) not in table


def test_deleting_while_iterating_visits_every_key(table: aiobpf.BpfMap) -> None:
    table.update({key(n): value(n) for n in range(20)})
    for one in table:
        del table[one]
    assert len(table) == 0


@pytest.mark.parametrize("given", [7, "7", None, 7.0])
def test_a_key_that_is_not_bytes_is_a_type_error(table: aiobpf.BpfMap, given: object) -> None:
    for use in (
        lambda: table[given],  # type: ignore[index]
        lambda: table.__setitem__(given, value(1)),  # type: ignore[arg-type]
        lambda: table.__delitem__(given),  # type: ignore[arg-type]
        lambda: given in table,
    ):
        with pytest.raises(TypeError, match="a key is bytes"):
            use()


def test_an_int_is_refused_with_a_hint(table: aiobpf.BpfMap) -> None:
    with pytest.raises(TypeError, match=r"\(7\)\.to_bytes\(4, 'little'\)"):
        table[7]  # type: ignore[index]
    with pytest.raises(TypeError, match=r"\(70\)\.to_bytes\(8, 'little'\)"):
        table[key(7)] = 70


def test_wrong_sizes_are_refused(table: aiobpf.BpfMap) -> None:
    with pytest.raises(aiobpf.BpfMapError, match="4 bytes here, not 8"):
        table[bytes(8)]
    with pytest.raises(aiobpf.BpfMapError, match="8 bytes here, not 4"):
        table[key(1)] = bytes(4)


def test_a_full_map_says_so(table: aiobpf.BpfMap) -> None:
    table.update({key(n): value(n) for n in range(64)})
    with pytest.raises(aiobpf.BpfMapError, match="table") as raised:
        table[key(64)] = value(64)
    assert raised.value.errno == 7  # E2BIG


def test_elements_of_an_array_cannot_be_deleted(emitter: aiobpf.BpfObject) -> None:
    array = emitter.maps["array"]
    assert len(array) == 4
    array[key(3)] = value(30)
    assert array[key(3)] == value(30)
    with pytest.raises(aiobpf.BpfMapError) as raised:
        del array[key(3)]
    assert raised.value.errno == 22  # EINVAL
    assert key(4) not in array


def test_a_per_cpu_value_is_a_list_of_bytes(emitter: aiobpf.BpfObject) -> None:
    per_cpu = emitter.maps["per_cpu"]
    values = per_cpu[key(0)]
    assert isinstance(values, list)
    assert values == [bytes(64)] * len(values)

    numbered = [struct.pack("8Q", cpu, *range(7)) for cpu in range(len(values))]
    per_cpu[key(0)] = numbered
    assert per_cpu[key(0)] == numbered


def test_a_per_cpu_value_of_another_shape_is_refused(emitter: aiobpf.BpfObject) -> None:
    per_cpu = emitter.maps["per_cpu"]
    cpus = len(per_cpu[key(0)])
    with pytest.raises(TypeError, match="a value is a list"):
        per_cpu[key(0)] = bytes(64)
    with pytest.raises(aiobpf.BpfMapError, match="64 bytes here, not 8"):
        per_cpu[key(0)] = [bytes(8)] * cpus
    with pytest.raises(aiobpf.BpfMapError):
        per_cpu[key(0)] = [bytes(64)] * (cpus + 1)


def test_a_ring_has_no_keys(emitter: aiobpf.BpfObject) -> None:
    with pytest.raises(aiobpf.BpfError):
        emitter.maps["first"][b""]


def test_maps_are_compared_by_identity(emitter: aiobpf.BpfObject) -> None:
    assert emitter.maps["table"] == emitter.maps["table"]
    assert emitter.maps["table"] != emitter.maps["array"]
    assert len({emitter.maps["table"], emitter.maps["array"]}) == 2
