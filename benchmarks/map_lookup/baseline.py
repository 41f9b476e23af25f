"""A map with integers as keys and values, as one writes it with ctypes over libbpf."""

from __future__ import annotations

import ctypes

libbpf = ctypes.CDLL("libbpf.so.1", use_errno=True)
libbpf.bpf_map_lookup_elem.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
libbpf.bpf_map_update_elem.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64]


class Map:
    """u32 -> u64."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __getitem__(self, key: int) -> int:
        raw_key, raw_value = ctypes.c_uint32(key), ctypes.c_uint64()
        if libbpf.bpf_map_lookup_elem(self._fd, ctypes.byref(raw_key), ctypes.byref(raw_value)) != 0:
            raise KeyError(key)
        return raw_value.value

    def __setitem__(self, key: int, value: int) -> None:
        raw_key, raw_value = ctypes.c_uint32(key), ctypes.c_uint64(value)
        if libbpf.bpf_map_update_elem(self._fd, ctypes.byref(raw_key), ctypes.byref(raw_value), 0) != 0:
            raise OSError(ctypes.get_errno(), "bpf_map_update_elem")
