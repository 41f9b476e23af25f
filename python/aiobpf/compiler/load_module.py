"""Imports a Python file that nobody imported yet."""

from __future__ import annotations

import importlib.util
import pathlib
import sys
from types import ModuleType


def load_module(path: pathlib.Path) -> ModuleType:
    """The module in a file. It is imported, not run as __main__."""
    name = path.stem.replace(".", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent.resolve()))
    spec.loader.exec_module(module)
    return module
