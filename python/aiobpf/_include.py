"""Where the header for BPF programs is."""

import pathlib

from aiobpf import _aiobpf


def get_include() -> str:
    """The folder of aiobpf.bpf.h, for clang's -I.

    subprocess.run(["clang", "-I", aiobpf.get_include(), ...])
    """
    return str(pathlib.Path(_aiobpf.__file__).with_name("include"))
