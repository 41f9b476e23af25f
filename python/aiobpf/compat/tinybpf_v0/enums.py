"""Enumerations of the kernel's."""

import enum

from aiobpf import BpfMapType as MapType
from aiobpf import BpfProgType as ProgramType

__all__ = ["MapType", "MapUpdateFlags", "ProgramType"]


class MapUpdateFlags(enum.IntEnum):
    """What has to be there before a value is set."""

    ANY = 0
    NOEXIST = 1
    EXIST = 2
    LOCK = 4
