"""Imports point one way, from the path's end to its beginning; plug-ins never import each other."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import digest
from digest import plugins

PACKAGE = Path(digest.__file__).parent

# From the floor to the roof. A room may import from rooms above it in this list, never from itself or below.
ROOMS = (
    "digest.errors",
    "digest.operating.events",
    "digest.crash",
    "digest.plugins",
    "digest.tables",
    "digest.theme",
    "digest.subscribers.addresses",
    "digest.values",
    "digest.delivery_tables",
    "digest.identifiers",
    "digest.markup.signs",
    "digest.markup.formulas",
    "digest.markup.latex",
    "digest.markup",
    "digest.papers",
    "digest.formats",
    "digest.containers",
    "digest.reading",
    "digest.fetching.public",
    "digest.fetching.pace",
    "digest.fetching.web",
    "digest.sources",
    "digest.identity",
    "digest.arrivals",
    "digest.rules",
    "digest.slots",
    "digest.source_tables",
    "digest.config",
    "digest.secrets",
    "digest.sending.tokens",
    "digest.subscribers.subscribing",
    "digest.subscribers.lists",
    "digest.issue",
    "digest.volumes",
    "digest.ranking",
    "digest.verdicts",
    "digest.note",
    "digest.claims",
    "digest.store",
    "digest.operating.scheduler_lock",
    "digest.keeping",
    "digest.templating",
    "digest.citations",
    "digest.renderers",
    "digest.sending.missed",
    "digest.sending.letters",
    "digest.deliveries",
    "digest.sending.telling",
    "digest.subscribers.enrolling",
    "digest.planning",
    "digest.subscribers.returned",
    "digest.subscribers.bouncing",
    "digest.subscribers",
    "digest.rehearsal",
    "digest.preparing",
    "digest.storing",
    "digest.ingesting",
    "digest.sending.sent",
    "digest.sending.work",
    "digest.sending.lanes",
    "digest.sending.desk",
    "digest.sending.rounds",
    "digest.sending.ledger",
    "digest.freezing",
    "digest.writing",
    "digest.outbox",
    "digest.fetching.due",
    "digest.fetching.checking",
    "digest.fetching.notices",
    "digest.fetching",
    "digest.pipeline",
    "digest.operating.run_events",
    "digest.sending.posting",
    "digest.watch",
    "digest.schedule",
    "digest.asking.known",
    "digest.asking.search",
    "digest.asking.excerpts",
    "digest.charts",
    "digest.asking.trying",
    "digest.asking.explained",
    "digest.reporting",
    "digest.sending.state",
    "digest.standing",
    "digest.sending.report",
    "digest.sending.doubting",
    "digest.sending",
    "digest.operating.doctor",
    "digest.operating.backup",
    "digest.operating.pruning",
    "digest.operating",
    "digest.stats",
    "digest.asking.tallies",
    "digest.asking.findings",
    "digest.asking",
    "digest.homes",
    "digest.terminal",
    "digest.moments",
    "digest.cli",
)
PLUGINS = ("sources", "formats", "renderers", "deliveries")
MAY_CALL = {
    "digest.renderers.mail": {"digest.renderers.text", "digest.renderers.html"}
}  # a mail joins the two

# What touches the world. Whoever imports one of these outside its room decides and does in one file.
ONLY = {
    "sqlalchemy": (
        "digest.store",
        "digest.storing",
        "digest.ingesting",
        "digest.freezing",
        "digest.planning",
        "digest.sending.desk",
        "digest.fetching.due",
        "digest.fetching.checking",
        "digest.subscribers.enrolling",
        "digest.subscribers.bouncing",
    ),  # all but the first for the type of a connection
    "alembic": ("digest.store",),
    "apscheduler": ("digest.schedule",),
    "click": ("digest.cli", "digest.terminal", "digest.moments"),
    "httpx": ("digest.fetching.web",),
    "numpy": ("digest.rules",),
}


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    module_name(file): file
    for file in sorted(PACKAGE.glob("**/*.py"))
    if "migrations" not in file.parts and "shipped" not in file.parts and file.name != "__main__.py"
}


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES else node.module


def room(module: str) -> str:
    """The room of a module: where a folder is one, its files may be rooms of their own."""
    return max(
        (room for room in ROOMS if module == room or module.startswith(f"{room}.")), key=len, default=""
    )


def ours() -> list[tuple[str, str]]:
    return [
        (name, other)
        for name, file in FILES.items()
        for other in sorted(set(imported(file)))
        if other.startswith("digest.")
    ]


def test_every_file_has_a_room() -> None:
    assert [name for name in FILES if name != "digest" and not room(name)] == []
    assert [name for name in ROOMS if not any(room(module) == name for module in FILES)] == []


def test_imports_point_to_the_floor() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, other in ours()
        if room(name) != room(other) and ROOMS.index(room(name)) < ROOMS.index(room(other))
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", PLUGINS)
def test_plug_ins_never_import_a_sibling(folder: str) -> None:
    siblings = {f"digest.{folder}.{name}" for name in plugins.names(folder)}
    wrong = [
        f"{name} imports {other}"
        for name, other in ours()
        if name in siblings and other in siblings - {name} - MAY_CALL.get(name, set())
    ]
    assert wrong == []


@pytest.mark.parametrize("package", sorted(ONLY))
def test_the_world_is_touched_at_the_rim(package: str) -> None:
    users = {
        name
        for name, file in FILES.items()
        for other in imported(file)
        if other == package or other.startswith(f"{package}.")
    }
    assert {name for name in users if room(name) not in ONLY[package]} == set()


def test_help_needs_nothing_but_click() -> None:
    trees = [
        ast.parse(file.read_text(encoding="utf-8"))
        for name, file in FILES.items()
        if room(name) == "digest.cli"
    ]
    top = [node for tree in trees for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in top if isinstance(node, ast.ImportFrom)}
    modules = {"digest.cli" if name.startswith("digest.cli.") else name for name in modules}
    assert {name.split(".")[0] for name in modules} - {"digest", "click"} <= {
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "pathlib",
        "sys",
        "typing",
    }
    assert {name for name in modules if name.startswith("digest")} == {
        "digest",
        "digest.cli",
        "digest.errors",
        "digest.moments",
        "digest.terminal",
    }


def test_the_order_is_checked_by_something_that_can_fail() -> None:
    """`identity` must not know the store; a line that says so is found."""
    assert ROOMS.index(room("digest.identity")) < ROOMS.index(room("digest.store.works"))
    assert ("digest.store.works", "digest.identity") in ours()


def test_the_path_is_begun_without_what_only_some_need() -> None:
    others = {"httpx", "alembic", "rich", "lxml"}
    line = f"import sys, digest.pipeline, digest.standing; print(sorted({others} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
