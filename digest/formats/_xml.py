"""XML documents → their records, one in memory at a time; also several documents in one file, as `cat` leaves them.

lxml's pull parser (lxml.de/parsing.html#the-feed-parser-interface) without network, DTD and entities: a document that
declares entities of its own is refused (they exist to be expanded a billion times, or to read files), the named ones
of HTML, which DBLP and feeds use undeclared, become numbers before it sees them. libxml2's own limits stay on: 10 MB of
text in an element, 256 levels.
"""

import re
from collections.abc import Callable, Collection, Iterator
from html.entities import html5
from typing import TYPE_CHECKING, BinaryIO

from digest.errors import DumpError
from digest.papers import Paper, Reject, readable, reject

if TYPE_CHECKING:  # lxml costs 32 ms: the sniffing of other dumps shall not pay for it
    from lxml.etree import XMLPullParser, _Element

CHUNK = 1 << 17
Make = Callable[[str, "_Element"], "Paper | Reject | None"]  # where and record → None: no record of a paper

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_OWN = {"amp", "lt", "gt", "quot", "apos"}
_DECLARED = re.compile(rb"<!ENTITY", re.IGNORECASE)
_HEAD = re.compile(rb"<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"<\?xml\b[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_FORBIDDEN = bytes(set(range(32)) - {9, 10, 13})  # control characters that XML 1.0 does not allow at all


def papers(dump: BinaryIO, make: Make, *names: str) -> Iterator[Paper | Reject]:
    """What `make` makes of each element with one of these local names, in any namespace; an element inside another of
    them is part of it. Where the document breaks off or breaks its own rules the rest is a reject.
    """
    from lxml.etree import XMLSyntaxError

    count = 0
    for document in _documents(dump):
        parser = _parser(document.encoding, names)
        try:
            for chunk in document.chunks():
                parser.feed(chunk)
                for where, element in _ended(parser, count, names):
                    count += 1
                    if made := _made(make, where, element):
                        yield made
                    _forget(element)
            parser.close()
        except XMLSyntaxError as error:
            for where, element in _ended(parser, count, names):
                count += 1
                if made := _made(make, where, element):
                    yield made
            yield reject(f"after record {count}", f"the XML breaks off or is broken: {error.msg}", "")
            document.skip()


def _made(make: Make, where: str, element: "_Element") -> Paper | Reject | None:
    """What `make` makes of a record; a reject shows what the record says."""
    made = make(where, element)
    return reject(where, made.reason, words(element)) if isinstance(made, Reject) and not made.raw else made


def _parser(encoding: str, names: Collection[str]) -> "XMLPullParser":
    from lxml.etree import XMLPullParser

    return XMLPullParser(
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        encoding=encoding,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )


def _ended(parser: "XMLPullParser", count: int, names: Collection[str]) -> Iterator[tuple[str, "_Element"]]:
    for _event, element in parser.read_events():
        above = element.getparent()
        while above is not None and local(above) not in names:
            above = above.getparent()
        if above is None:
            count += 1
            yield f"record {count}", element


def _forget(element: "_Element") -> None:
    """Drop what was read, and all that stood before it under the same parent."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)


class _Document:
    """One XML document of a dump."""

    def __init__(self, source: "_Source", encoding: str) -> None:
        self._source = source
        self.encoding = encoding

    def chunks(self) -> Iterator[bytes]:
        """Its bytes, until the next document begins."""
        first = True
        while (chunk := self._source.take(first)) is not None:
            first = False
            yield _clean(chunk, self.encoding)

    def skip(self) -> None:
        """Leave out the rest of it."""
        while self._source.take(False) is not None:
            pass


def _clean(chunk: bytes, encoding: str) -> bytes:
    if encoding in _ASCII_LIKE:
        chunk = chunk.translate(None, _FORBIDDEN)
    if b"&" in chunk:
        chunk = _NAMED.sub(_numbered, chunk)
    return chunk


def _numbered(found: re.Match[bytes]) -> bytes:
    """A named entity of HTML as numbers; XML's own five, and names that nobody knows, stay."""
    name = found[1].decode()
    signs = html5.get(f"{name};", "") if name not in _OWN else ""
    return "".join(f"&#{ord(sign)};" for sign in signs).encode() or found[0]


_ASCII_LIKE = {"utf-8", "us-ascii", "ascii", "iso-8859-1", "windows-1252", "latin-1", "iso-8859-15", "latin1"}


class _Source:
    """The bytes of a dump, a chunk at a time, that stop before each new XML declaration."""

    def __init__(self, dump: BinaryIO) -> None:
        self._dump = dump
        self._data = b""
        self._ended = False

    def fill(self) -> None:
        """Look at least as far ahead as a declaration is long."""
        while len(self._data) < CHUNK and not self._ended:
            more = self._dump.read(CHUNK)
            self._data += more
            self._ended = not more

    def begin(self) -> str | None:
        """The encoding of the next document, whose declaration is dropped; None: there is none."""
        self.fill()
        self._data = self._data.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not self._data:
            return None
        encoding = "utf-8"
        if head := _HEAD.match(self._data):
            if told := _ENCODING.match(head[0]):
                encoding = told[1].decode().lower()
            self._data = self._data[head.end() :].lstrip()
        if encoding.startswith(("utf-16", "utf-32", "ucs", "utf16")):
            encoding = "utf-8"  # it was made UTF-8 when it was opened
        return encoding if _is_known(encoding) else "utf-8"

    def take(self, first: bool) -> bytes | None:
        """Bytes of the document at hand; None: it is over."""
        self.fill()
        if not self._data:
            return None
        if _DECLARED.search(self._data[:CHUNK]) and _in_prolog(self._data[:CHUNK]):
            raise DumpError(
                "it declares XML entities of its own, which are refused (entity expansion, files)"
            )
        start = self._data.find(b"<?xml ")
        if start == 0 and not first:
            return None
        end = start if start > 0 else len(self._data) - (0 if self._ended else 64)
        if not self._ended and start < 0 and (cut := self._data.rfind(b"&", end - 40, end)) > 0:
            end = cut  # an entity is not cut in two
        chunk, self._data = self._data[:end], self._data[end:]
        return chunk


def _is_known(encoding: str) -> bool:
    """Whether libxml2 knows a character set of this name; of a name that it does not know UTF-8 is tried."""
    from lxml.etree import XMLPullParser

    try:
        XMLPullParser(encoding=encoding)
    except LookupError:
        return False
    return True


def _in_prolog(data: bytes) -> bool:
    """Whether the declaration stands in a DOCTYPE, not in somebody's text."""
    upper = data.upper()
    return 0 <= upper.find(b"<!DOCTYPE") < upper.find(b"<!ENTITY")


def _documents(dump: BinaryIO) -> Iterator[_Document]:
    source = _Source(dump)
    while (encoding := source.begin()) is not None:
        yield _Document(source, encoding)


# --- what an element says ---


def local(element: "_Element") -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def find(element: "_Element", path: str) -> "_Element | None":
    """The first element at this path of local names: `MedlineCitation/PMID`."""
    return element.find("/".join(step if step in {".", ".."} else f"{{*}}{step}" for step in path.split("/")))


def every(element: "_Element", path: str) -> list["_Element"]:
    """All elements at this path of local names."""
    return element.findall("/".join(f"{{*}}{step}" for step in path.split("/")))


def words(element: "_Element | None") -> str:
    """All text in an element and below it, on one line: markup inside a title does not cut it."""
    return readable("".join(map(str, element.itertext()))) if element is not None else ""


def text(element: "_Element", path: str) -> str:
    """The words of the first element at this path; empty if there is none."""
    return words(find(element, path))


def texts(element: "_Element", path: str) -> tuple[str, ...]:
    """The words of all elements at this path that have any."""
    return tuple(said for one in every(element, path) if (said := words(one)))
