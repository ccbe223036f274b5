"""Adding a source, format, renderer or delivery is adding one file, and the file's name is its name."""

import pkgutil
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from digest.errors import ConfigError


def names(folder: str) -> list[str]:
    """The names that a folder of plug-ins knows, sorted; files that begin with `_` are not plug-ins."""
    return list(_found(folder))


@cache
def _found(folder: str) -> tuple[str, ...]:
    """Looked up once: a mailbox asks all formats for each of its mails."""
    found = pkgutil.iter_modules([str(Path(__file__).parent / folder)])
    return tuple(sorted(module.name for module in found if not module.name.startswith("_")))


@cache
def load(folder: str, name: str) -> ModuleType:
    """The plug-in of that name; ConfigError with the known names if there is none."""
    known = names(folder)
    if name not in known:
        raise ConfigError(f"no {folder.removesuffix('s')} is named {name!r}; known: {', '.join(known)}")
    return import_module(f"digest.{folder}.{name}")
