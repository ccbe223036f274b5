"""Archives of many files: zip and tar."""

import io
import re
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from digest.containers.limits import Budget, Document, Read, all_of, member, named, stream
from digest.errors import DumpError

_HIDDEN = re.compile(r"(.*/)?(__MACOSX/.*|\.[^/]*|Thumbs\.db|desktop\.ini)", re.IGNORECASE)


def of_zip(document: Document, budget: Budget) -> Iterator[Document]:
    """A zip's directory stands at its end: one that lies inside another container is read whole."""
    import zipfile

    data = document.stream
    if not data.seekable():
        data = cast(BinaryIO, io.BytesIO(all_of(document, "a zip inside another container")))
    try:
        file = zipfile.ZipFile(data)
    # A directory that lies: zipfile raises each of these for some offset, length or version in it.
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DumpError(f"its zip directory is missing or broken ({error}): save it again") from error
    if "[Content_Types].xml" in file.namelist():
        raise DumpError(
            "it looks like a document or spreadsheet of an office program: save it as text or CSV"
        )
    for one in file.infolist():
        budget.member()
        if one.is_dir() or _HIDDEN.fullmatch(one.filename):
            continue
        inner = member(document, one.filename, b"")
        if one.flag_bits & 1:
            yield inner._replace(problem="it is encrypted: unpack it, and give what is in it")
            continue
        try:
            opened = file.open(one)
        # NotImplementedError is a packing that zipfile does not know; the others a member's header that lies.
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            yield inner._replace(problem=f"it cannot be unpacked: {error}")
            continue
        yield inner._replace(stream=stream(_reading(opened, zipfile.BadZipFile), budget, "zip"))


def _reading(opened: IO[bytes], broken: type[Exception]) -> Read:
    """How a member is read; that it is broken is told as of every stream."""

    def read(count: int) -> bytes:
        try:
            return opened.read(count)
        except broken as error:
            raise EOFError(str(error)) from error

    return read


def of_tar(document: Document, budget: Budget) -> Iterator[Document]:
    """A tape archive, read as a tape: from its beginning to its end."""
    import tarfile

    try:
        with tarfile.open(fileobj=document.stream, mode="r|") as file:
            for one in file:
                budget.member()
                opened = file.extractfile(one) if one.isreg() else None
                if opened and not _HIDDEN.fullmatch(one.name):
                    read = _reading(opened, tarfile.TarError)
                    yield Document(named(document, one.name), stream(read, budget, "tar"))
    except tarfile.TarError as error:
        raise DumpError(f"its tar data is cut off or broken ({error}): save it again") from error
