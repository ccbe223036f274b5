"""A folder of .eml files, which other programs take from; one file a letter, by its message id."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.config import Home
from digest.deliveries import Dot, Outcome
from digest.deliveries._files import called, placed
from digest.errors import DeliveryError
from digest.sending.letters import Letter

KIND = "folder"


@contextmanager
def opened(home: Home) -> "Iterator[_Folder]":
    """The folder, made if it is not there."""
    folder = home.path / home.delivery.path
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeliveryError(f"{folder}: cannot be made: {error.strerror}") from error
    yield _Folder(folder)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, letter: Letter, dot: Dot) -> Outcome:
        """Link it into the folder."""
        name = f"{called(letter)}.eml"
        return placed(self._folder / f".{name}.tmp", self._folder / name, letter.data, dot)
