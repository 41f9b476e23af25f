"""vmlinux.h: the kernel's types as a header for BPF programs in C."""

from __future__ import annotations

import hashlib
import os
import pathlib

from aiobpf import _aiobpf
from aiobpf._errors import BpfError
from aiobpf.compiler import cache
from aiobpf.compiler.btf import KERNEL_BTF

_VERSION = "1"  # of what is written


def header_folder(btf: pathlib.Path = KERNEL_BTF) -> pathlib.Path:
    """The folder of a vmlinux.h that has the types of a file's BTF: the running kernel's, or another's.

    It is written once for each content of the BTF, into the cache. Raises BpfError (there is no BTF, or the cache
    cannot be written), BtfValidationError.
    """
    try:
        content = btf.read_bytes()
    except OSError as error:
        raise BpfError(
            f"vmlinux.h is made from {btf}, which cannot be read: {error.strerror}. A kernel with "
            "CONFIG_DEBUG_INFO_BTF has it; or give a vmlinux.h that you have",
            error.errno or 0,
        ) from None
    folder = cache.folder() / f"vmlinux-{cache.key_of(_VERSION, hashlib.sha256(content).hexdigest())}"
    header = folder / "vmlinux.h"
    if not header.is_file():
        cache.write_atomically(header, _aiobpf.c_header(os.fsencode(btf)))
    if not header.is_file():
        raise BpfError(f"{header} cannot be written: set AIOBPF_CACHE_DIR to a folder that can")
    return folder
