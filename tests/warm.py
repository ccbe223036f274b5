"""The program in a process of its own that need not import anything: a fork of one that has, and waits.

A start costs 0.4 s of imports, and the tests make more than a thousand of them. What runs is `python -m digest` with
its own arguments, variables, folder and output; it can be killed, and ends as any process does.
"""

import atexit
import gc
import json
import os
import pkgutil
import runpy
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from typing import IO, NoReturn

import digest
from digest import templating

READ_AT_ONCE = ("PYTHON", "LC_", "LANG", "TZ", "LD_")  # variables that count when an interpreter begins


def can(more: Mapping[str, str]) -> bool:
    """Whether a fork with these variables is what a new process would be."""
    return not any(name.startswith(READ_AT_ONCE) for name in more)


def run(
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    within: float,
    program: str = "digest",
) -> subprocess.CompletedProcess[str]:
    """`python -m digest` with these arguments, to its end; TimeoutExpired if it has none within so many seconds."""
    with _waiting() as (asking, answers), TemporaryDirectory() as place:
        files = [str(Path(place, name)) for name in ("out", "err")]
        asked = {"arguments": arguments, "folder": str(folder), "environment": environment, "files": files}
        asked["program"] = program
        asking.write(f"{json.dumps(asked)}\n".encode())
        pid = int(answers.readline())
        if not select([answers], [], [], within)[0]:
            os.kill(pid, 9)
            answers.readline()
            raise subprocess.TimeoutExpired(list(arguments), within)
        code = int(answers.readline())
        out, err = (Path(file).read_text(encoding="utf-8") for file in files)
        return subprocess.CompletedProcess(list(arguments), code, out, err)


@contextmanager
def _waiting() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The one that waits, in place of which a new one is begun if the old one is in an unknown state."""
    server = _begun()
    assert server.stdin
    assert server.stdout
    try:
        yield server.stdin, server.stdout
    except BaseException:
        _begun.cache_clear()
        server.kill()
        server.communicate()
        raise


# What is imported where it is needed, and takes its time.
LATE = (
    "css_inline",
    "re2",
    "numpy",
    "sqlite3",
    "sqlalchemy.dialects.sqlite",
    "zstandard",
    "mailbox",
    "webbrowser",
)


@cache
def _begun() -> subprocess.Popen[bytes]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.warm"],
        cwd=Path(__file__).parent.parent,
        # No thread but one may be there where a process forks.
        env={**os.environ, "PYTHONWARNINGS": "error", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,  # what has been read ahead would be waited for in vain
    )
    atexit.register(server.communicate)
    return server


def _serve() -> str | None:
    """Fork for each line that is asked; in such a fork, which program it is to be."""
    for line in sys.stdin:
        asked = json.loads(line)
        if pid := os.fork():
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
            status = os.waitpid(pid, 0)[1]
            sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
            sys.stdout.flush()
            continue
        for place, file in enumerate((os.devnull, *asked["files"])):
            os.dup2(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), place)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        sys.argv[1:] = asked["arguments"]
        return str(asked["program"])
    return None


def main() -> None:
    """Import what the program needs, wait, and be it."""
    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if not module.name.startswith(("digest.__main__", "digest.store.migrations")):
            import_module(module.name)
    for name in LATE:
        import_module(name)
    templates = templating.environment(None)
    for name in templates.list_templates(extensions=["j2"]):
        templates.get_template(name)
    gc.freeze()  # or the first collection in a fork would copy all of it
    program = _serve()
    if not program:
        return
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, int):
            _leave(end.code)
        raise


def _leave(code: int) -> NoReturn:
    """End as an interpreter does, but for taking apart what it has imported: in a fork that takes 0.25 s."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
