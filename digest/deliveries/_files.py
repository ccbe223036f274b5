"""Letters as files: written aside, on the disk before they have a name, and never one over another."""

import os
import re
from contextlib import suppress
from pathlib import Path

from digest import crash
from digest.deliveries import CUT_OFF, Dot, Outcome
from digest.errors import DeliveryError
from digest.sending.letters import Letter


def called(letter: Letter) -> str:
    """A file's name from the message id, which is the same at every attempt."""
    return re.sub(r"[^a-z0-9@.-]", "", letter.message_id.lower())


def placed(temporary: Path, target: Path, data: bytes, dot: Dot) -> Outcome:
    """Write a letter, and give it its name once `dot` allows it."""
    try:
        _write(temporary, data)
        crash.point("body sent")
        if not dot():
            return CUT_OFF
        crash.point("dot marked")
        return _named(temporary, target)
    except OSError as error:
        raise DeliveryError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # what kept us from writing may keep us from this too
            temporary.unlink(missing_ok=True)


def _write(temporary: Path, data: bytes) -> None:
    crash.point("letter begun")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _named(temporary: Path, target: Path) -> Outcome:
    """A link, unlike a rename, fails where there is such a file: it is this letter, of an earlier attempt."""
    try:
        os.link(temporary, target)
        crash.point("dot sent")
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except FileExistsError:
        return Outcome("accepted", None, f"{target.name} was there already")
    except OSError as error:
        # No name, no letter; the name is there or it is not, so that nothing is in doubt.
        there = target.exists()
        return Outcome("accepted" if there else "later", None, f"{target.name}: {error.strerror}")
    crash.point("reply read")
    return Outcome("accepted", None, target.name)
