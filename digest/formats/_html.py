"""HTML pages → their elements, one after the other, as lxml's parser repairs them; a bad page raises nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:  # lxml costs 32 ms: the sniffing of other dumps shall not pay for it
    from lxml.etree import _Element

CHUNK = 1 << 16


def elements(dump: BinaryIO, *names: str, most: int = 1 << 62) -> "Iterator[_Element]":
    """The elements with these names, each as soon as it is over, of the first `most` bytes of the page."""
    from lxml.etree import HTMLPullParser, XMLSyntaxError

    parser, size = HTMLPullParser(events=("end",), tag=names, encoding="utf-8"), 0
    try:
        while size < most and (chunk := dump.read(CHUNK)):
            size += len(chunk)
            parser.feed(chunk)
            for _event, element in parser.read_events():
                yield element
        parser.close()
    except XMLSyntaxError:
        pass  # an empty page, or one that no repair can help: what was read until there remains
    for _event, element in parser.read_events():
        yield element


def forget(element: "_Element") -> None:
    """Drop what was read, and all that stood before it under the same parent."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and (before := element.getprevious()) is not None:
        parent.remove(before)
