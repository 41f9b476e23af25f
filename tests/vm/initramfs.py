"""The first file system of a guest: busybox, the modules that reach the host's files, and init.sh."""

from __future__ import annotations

import lzma
import pathlib
import shutil
from collections.abc import Iterable, Mapping

HERE = pathlib.Path(__file__).parent
NEEDED = ("9p", "9pnet_virtio", "virtio_pci", "virtio_console", "overlay")

DIRECTORY = 0o040755
PROGRAM = 0o100755
FILE = 0o100644

Entry = tuple[str, int, bytes]  # path, mode, content


def cpio(entries: Iterable[Entry]) -> bytes:
    """An archive in the format "newc": header (hexadecimal fields), name, content, each padded to 4 bytes."""
    archive = bytearray()
    for number, (path, mode, content) in enumerate([*entries, ("TRAILER!!!", 0, b"")], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
        archive += b"070701" + b"".join(b"%08x" % field for field in fields) + name
        archive += bytes(-len(archive) % 4) + content
        archive += bytes(-len(archive) % 4)
    return bytes(archive)


def module_name(path: pathlib.Path) -> str:
    return path.name.partition(".ko")[0].replace("-", "_")


def module_content(path: pathlib.Path) -> bytes:
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def dependencies(content: bytes) -> list[str]:
    """The names in `depends=` of a module's .modinfo."""
    _, found, rest = content.partition(b"\0depends=")
    names = rest.partition(b"\0")[0].decode() if found else ""
    return [name.replace("-", "_") for name in names.split(",") if name]


def in_load_order(modules: Mapping[str, pathlib.Path], wanted: Iterable[str]) -> dict[str, bytes]:
    """The wanted modules and what they depend on, dependencies first. One that is not among `modules` is built in."""
    ordered: dict[str, bytes] = {}

    def visit(name: str) -> None:
        if name in ordered or name not in modules:
            return
        content = module_content(modules[name])
        for dependency in dependencies(content):
            visit(dependency)
        ordered[name] = content

    for name in wanted:
        visit(name)
    return ordered


def build(modules: Mapping[str, pathlib.Path]) -> bytes:
    busybox = shutil.which("busybox")
    if busybox is None:
        raise FileNotFoundError("no busybox here: ./scripts/setup develop installs it")
    loaded = in_load_order(modules, NEEDED)
    return cpio(
        [
            ("bin", DIRECTORY, b""),
            ("modules", DIRECTORY, b""),
            ("init", PROGRAM, (HERE / "init.sh").read_bytes()),
            ("bin/busybox", PROGRAM, pathlib.Path(busybox).read_bytes()),
            ("modules/order", FILE, "".join(f"{name}.ko\n" for name in loaded).encode()),
            *((f"modules/{name}.ko", FILE, content) for name, content in loaded.items()),
        ]
    )
