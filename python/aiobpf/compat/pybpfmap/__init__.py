"""pybpfmap's API on aiobpf.

from aiobpf.compat.pybpfmap import bpfrecord

b = bpfrecord.PinnedBPFMap("/sys/fs/bpf/test-map")
b.lookup_elem(key)

Maps are read and set as bytes, or by parsers as dicts; a kernel's refusal is False or None. What was wrong there is
right here: keys and values of a wrong length are a ValueError, per-CPU maps give the bytes of all CPUs, fetch_next()
loses no records, and masks of filtered maps are enforced.
"""

from __future__ import annotations

from aiobpf.compat.pybpfmap import bpfrecord, btfparse, filtered_record, map_types
from aiobpf.compat.pybpfmap.bpfrecord import BPFMap, BPFRecord, PinnedBPFMap
from aiobpf.compat.pybpfmap.btfparse import BTFBlob
from aiobpf.compat.pybpfmap.filtered_record import FilteredBPFMap

__all__ = [
    "BPFMap",
    "BPFRecord",
    "BTFBlob",
    "FilteredBPFMap",
    "PinnedBPFMap",
    "bpfrecord",
    "btfparse",
    "filtered_record",
    "map_types",
]
