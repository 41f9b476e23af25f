"""The build that the checks look at (AIOBPF_BUILD_DIR, by hand that of the preset dev), and how they run commands."""

from __future__ import annotations

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("AIOBPF_BUILD_DIR", ROOT / "build" / "dev"))


def cached(variable: str) -> str:
    """A variable of the build's CMakeCache.txt."""
    for line in (BUILD / "CMakeCache.txt").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.partition(":")[0] == variable:
            return value
    raise KeyError(f"{variable} is not in the cache of {BUILD}")


def run(
    *command: object, cwd: pathlib.Path | None = None, env: dict[str, str] | None = None, timeout: float = 100
) -> subprocess.CompletedProcess[str]:
    """Runs to the end; stdout and stderr are one text. `env` is added to the environment."""
    return subprocess.run(
        [str(word) for word in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=timeout,
        check=False,
    )


def succeed(
    *command: object, cwd: pathlib.Path | None = None, env: dict[str, str] | None = None, timeout: float = 100
) -> str:
    """As run(), of a command that must succeed; gives what it printed."""
    done = run(*command, cwd=cwd, env=env, timeout=timeout)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout
