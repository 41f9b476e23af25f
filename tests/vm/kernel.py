"""Debian's kernels, unpacked into a folder of build/: nothing is installed."""

from __future__ import annotations

import fcntl
import lzma
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import zlib

import initramfs

# By name, the meta package that depends on the newest point release.
META_PACKAGES = {"6.12": "linux-image-6.12-amd64", "6.1": "linux-image-amd64"}

# What a guest may ask for; other modules are for hardware that no guest has.
KEPT = re.compile(r"kernel/(net|lib|crypto|arch/x86/crypto|drivers/virtio)/|kernel/drivers/net/[^/]*$")


class Kernel:
    """A kernel that is ready to boot: `vmlinux`, `initrd` and `lib/modules` in a folder."""

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        self.name = name
        self.vmlinux = folder / "vmlinux"
        self.initrd = folder / "initrd"
        self.modules = folder / "lib" / "modules"
        self.package = (folder / "package").read_text().strip()


def prepare(name: str, cache: pathlib.Path) -> Kernel:
    """The kernel of that name, fetched into `cache` when it is used for the first time.

    Raises KeyError for a name that is not in META_PACKAGES, CalledProcessError where apt-get fails.
    """
    meta = META_PACKAGES[name]
    folder = cache / name
    cache.mkdir(parents=True, exist_ok=True)
    with open(cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "package").exists():
            with tempfile.TemporaryDirectory(dir=cache) as work:
                made = unpack(newest(meta), pathlib.Path(work))
                shutil.rmtree(folder, ignore_errors=True)
                made.rename(folder)
        # Anew each time: it has the scripts of this folder in it.
        write_initrd(folder)
    return Kernel(name, folder)


def newest(meta_package: str) -> str:
    """The package that a meta package stands for today: point releases move, so apt's lists are read anew."""
    subprocess.run(["apt-get", "-qq", "update"], check=True)
    shown = subprocess.run(["apt-cache", "depends", meta_package], capture_output=True, text=True, check=True).stdout
    for line in shown.splitlines():
        kind, _, package = line.strip().partition(": ")
        if kind == "Depends" and package.startswith("linux-image-"):
            return package
    raise RuntimeError(f"{meta_package} depends on no kernel:\n{shown}")


def unpack(package: str, work: pathlib.Path) -> pathlib.Path:
    subprocess.run(["apt-get", "-qq", "download", package], cwd=work, check=True)
    (archive,) = work.glob("*.deb")
    content = work / "content"
    subprocess.run(["dpkg-deb", "-x", archive, content], check=True)

    made = work / "kernel"
    made.mkdir()
    (packed,) = (content / "boot").glob("vmlinuz-*")
    (made / "vmlinux").write_bytes(vmlinux_of(packed.read_bytes()))
    (modules,) = (content / "lib" / "modules").iterdir()
    kept = made / "lib" / "modules" / modules.name
    kept.mkdir(parents=True)
    for name in ("modules.builtin", "modules.order"):
        shutil.copy(modules / name, kept)
    paths = {initramfs.module_name(path): path for path in modules.rglob("*.ko*")}
    first = initramfs.in_load_order(paths, initramfs.NEEDED)
    for name, path in paths.items():
        relative = str(path.relative_to(modules))
        if name in first or KEPT.match(relative):
            target = kept / relative.removesuffix(".xz")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(initramfs.module_content(path))
    subprocess.run(["busybox", "depmod", "-b", made, modules.name], check=True)
    (made / "package").write_text(package + "\n")
    return made


def write_initrd(folder: pathlib.Path) -> None:
    modules = {initramfs.module_name(path): path for path in (folder / "lib" / "modules").rglob("*.ko")}
    new = folder / f"initrd.{os.getpid()}"
    new.write_bytes(initramfs.build(modules))
    new.rename(folder / "initrd")


def vmlinux_of(image: bytes) -> bytes:
    """The ELF file inside a bzImage (Documentation/arch/x86/boot.rst): booted by PVH it skips the slow unpacking."""
    sectors = image[0x1F1] or 4
    offset, length = struct.unpack_from("<II", image, 0x248)
    begin = (sectors + 1) * 512 + offset
    payload = image[begin : begin + length]
    if payload.startswith(b"\x28\xb5\x2f\xfd"):
        return piped(payload, "zstd", "-dc")
    if payload.startswith(b"\x02\x21\x4c\x18"):
        return piped(payload, "lz4", "-dc")
    if payload.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(31).decompress(payload)
    raise RuntimeError(f"the kernel is packed in an unknown way: {payload[:6].hex()}")


def piped(payload: bytes, *command: str) -> bytes:
    """The kernel appends its size to the compressed data: the tool complains of it, and is right otherwise."""
    return subprocess.run(command, input=payload[:-4], capture_output=True, check=False).stdout
