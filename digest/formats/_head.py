"""The first bytes of a document, and what several formats ask of them. Nothing here decides: `sniff` does."""

import re
from functools import cached_property

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:)?|[{}\[\]]', re.DOTALL)
_JSON = re.compile(r'\s*(\{\s*("|\})|\[\s*([\[{\]"0-9-]|null|$))')
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_SKIPPED = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
MOST_KEYS = 4000  # different paths of keys: enough for the widest record, not for a hostile one
LONGEST_NAME = 100  # characters of a key: each stands in the paths of all that is below it
DEEPEST = 50  # containers: no record is nested so deep in its first bytes


class Head:
    """The first bytes of a document (UTF-16 and UTF-32 were made UTF-8 before), and its name as a hint."""

    def __init__(self, data: bytes, name: str = "") -> None:
        self.data = data
        self.name = name

    @cached_property
    def text(self) -> str:
        """The bytes as text, without a byte-order mark; what is no UTF-8 is replaced."""
        return self.data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")

    @cached_property
    def lines(self) -> list[str]:
        """The lines that are not blank, without the white space around them; the last may be cut."""
        return [line for raw in re.split(r"\r\n?|\n", self.text) if (line := raw.strip())]

    @cached_property
    def root(self) -> str:
        """The local name of the XML or HTML root element, as it is written; empty: it is neither."""
        text = self.text.lstrip()
        if not text.startswith("<"):
            return ""
        at = 0
        while skipped := _SKIPPED.match(text, at):
            at = skipped.end()
        found = _ROOT.match(text[at:].lstrip())
        return found[2] if found else ""

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins as a JSON object or array does; Markdown's `[![` and arXiv's `[2509.13883] T` do not."""
        return bool(_JSON.match(self.text)) and not re.match(r"\s*\[\d{4}\.\d{4,5}(v\d+)?\]\s*\S", self.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """The paths of all keys that the JSON shows here: `message.items[].DOI`. Of JSON Lines: of all lines."""
        if not self.is_json:
            return frozenset()
        found: set[str] = set()
        inside: list[
            tuple[str, bool]
        ] = []  # the containers around: path of what is in it, and whether it is an array
        name = ""
        for token in _TOKEN.finditer(self.text):
            sign = token[0]
            if sign in "]}":
                del inside[-1:]
            elif sign in "[{":
                path, is_array = inside[-1] if inside else ("", True)
                path = path if is_array else _joined(path, name)
                inside.append((path + "[]" if sign == "[" else path, sign == "["))
            elif token[2] and inside and not inside[-1][1]:
                name = token[1][:LONGEST_NAME]
                found.add(_joined(inside[-1][0], name))
            if len(inside) > DEEPEST or len(found) > MOST_KEYS:
                break
        return frozenset(found)

    def has(self, *names: str) -> bool:
        """Whether some one JSON object here has all these keys. A name may be a path below it: `paper.id`, `a[].b`."""
        first, *others = names
        suffix = "." + first
        above = {key[: -len(suffix)] for key in self.keys if key.endswith(suffix)}
        if first in self.keys:
            above.add("")
        return any(all(_joined(place, name) in self.keys for name in others) for place in above)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
