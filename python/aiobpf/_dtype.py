"""NumPy dtypes made from BTF."""

from __future__ import annotations

from typing import Any

from aiobpf import _aiobpf
from aiobpf._errors import BpfUnsupportedError


class LazyDtype:
    """The attribute `dtype` of an event class: the NumPy dtype of its records, made when it is first asked for."""

    def __init__(self, name: str, described: _aiobpf.Type) -> None:
        self._name = name
        self.described = described
        self._made: Any = None

    def __get__(self, _event: object, _cls: object = None) -> Any:
        if self._made is None:
            try:
                import numpy
            except ImportError:
                message = f"{self._name}.dtype needs NumPy, which is not installed: pip install numpy"
                raise ImportError(message, name="numpy") from None
            self._made = numpy.dtype(_of_struct(self.described, self._name))
        return self._made


#: What numpy.dtype() takes.
_Dtype = Any


def _of_struct(described: _aiobpf.Type, path: str) -> _Dtype:
    """Names, formats and explicit offsets: fields of unions overlap, and padding stays."""
    names, formats, offsets = [], [], []
    for name, bit_offset, bit_size, its in described.fields:
        where = f"{path}.{name}"
        if bit_size and (bit_offset % 8 or bit_size != its.size * 8):
            raise BpfUnsupportedError(
                f"{where} is a bitfield, which NumPy has no dtype for: read the events' fields, "
                "or view the bytes of the records and mask its bits"
            )
        names.append(name)
        formats.append(_of(its, where))
        offsets.append(bit_offset // 8)
    return {"names": names, "formats": formats, "offsets": offsets, "itemsize": described.size}


def _of(its: _aiobpf.Type, path: str) -> _Dtype:
    if its.kind in ("structure", "union"):
        return _of_struct(its, path)
    if its.kind == "array":
        return _of_array(its, path)
    if its.kind == "character":
        return "S1"
    letter = {"boolean": "b", "floating_point": "f"}.get(its.kind, "i" if its.is_signed else "u")
    if its.size > (1 if its.kind == "boolean" else 8):
        raise BpfUnsupportedError(f"{path} is {str(its)!r}, which NumPy has no dtype for")
    return f"<{letter}{its.size}"


def _of_array(its: _aiobpf.Type, path: str) -> _Dtype:
    shape: tuple[int, ...] = ()
    while its.kind == "array":
        element = its.element
        assert element is not None
        if element.kind == "character":
            text = f"S{its.count}"
            return (text, shape) if shape else text
        shape, its = (*shape, its.count), element
    return (_of(its, path), shape)
