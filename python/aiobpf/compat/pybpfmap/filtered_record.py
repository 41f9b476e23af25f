"""Maps of which only some fields are seen or set. A convenience: whoever has the descriptor has all of the map."""

from __future__ import annotations

from typing import Any

from aiobpf.compat.pybpfmap.bpfrecord import Path, PinnedBPFMap


class FilteredBPFMap(PinnedBPFMap):
    """FilteredBPFMap(pathname, mask): a pinned map, by its parsers.

        m = FilteredBPFMap("/sys/fs/bpf/config", {"secret": "X", "limit": "W", "used": "R"})

    mask: as the value is, with a letter for each field: "R" is read only, "W" is read and set, "X" is hidden: it reads
        as None, and is not set.
    can_create, can_delete: whether elements are added and removed.

    Raises ValueError for what is not allowed.
    """

    def __init__(
        self, pathname: Path, mask: Any, can_create: bool = True, can_delete: bool = True, **arguments: Any
    ) -> None:
        super().__init__(pathname, **arguments)
        self.mask = mask
        self.can_create = can_create
        self.can_delete = can_delete

    def lookup_elem(self, key: Any, want_parsed: bool = True) -> Any:
        """The fields that are not hidden; the others are None."""
        found = super().lookup_elem(key, want_parsed=True)
        return None if found is None else check_perms(self.mask, found)

    def update_elem(self, key: Any, value: Any) -> bool:
        """Sets the fields that are given and not None; the others stay."""
        check_perms(self.mask, value, will_write=True)
        existing = super().lookup_elem(key, want_parsed=True)
        if existing is None:
            if not self.can_create:
                raise ValueError("no such element, and none may be added")
            return super().update_elem(key, value)
        return super().update_elem(key, update_record(existing, value))

    def delete(self, key: Any) -> bool:
        self._check_delete()
        return super().delete(key)

    def lookup_and_delete(self, key: Any, want_parsed: bool = True) -> Any:
        self._check_delete()
        found = super().lookup_and_delete(key, want_parsed=True)
        return None if found is None else check_perms(self.mask, found)

    def _check_delete(self) -> None:
        if not self.can_delete:
            raise ValueError("elements of this map may not be removed")


def check_perms(mask: Any, data: Any, will_write: bool = False) -> Any:
    """What of `data` may be seen; or, when it is to be written, ValueError for what may not be set."""
    if isinstance(mask, dict):
        return {name: check_perms(mask.get(name, "W"), value, will_write) for name, value in data.items()}
    if isinstance(mask, list):
        return [check_perms(one, value, will_write) for one, value in zip(mask, data, strict=True)]
    if mask not in ("R", "W", "X"):
        raise TypeError(f"a mask's letters are R, W and X, not {mask!r}")
    if will_write:
        if mask != "W" and data is not None:
            raise ValueError("a field that may not be set was given")
        return data
    return None if mask == "X" else data


def update_record(existing: Any, new_value: Any) -> Any:
    """`existing` with what is given and not None."""
    if new_value is None:
        return existing
    if isinstance(existing, dict):
        return {name: update_record(value, new_value.get(name)) for name, value in existing.items()}
    if isinstance(existing, list):
        return [update_record(old, new) for old, new in zip(existing, new_value, strict=True)]
    return new_value
