"""XML as the feeds write it: text that no dump can break out of."""

import re

# Besides these, XML 1.0 §2.2 lets all characters stand.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# In plain text readers understand these best, and the validator asks for them: rssboard.org/rss-profile, 2.1.
_IN_TEXT = str.maketrans({"&": "&#x26;", "<": "&#x3C;", ">": "&gt;"})
_IN_VALUES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
)


def held(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("", text)


def leaf(name: str, text: str, **attributes: str) -> str:
    """An element with plain text."""
    return f"<{name}{_written(attributes)}>{held(text).translate(_IN_TEXT)}</{name}>\n"


def markup(name: str, html: str, **attributes: str) -> str:
    """An element with HTML, which it holds as text."""
    escaped = html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{name}{_written(attributes)}>{escaped}</{name}>\n"


def empty(name: str, **attributes: str) -> str:
    """An element with attributes only."""
    return f"<{name}{_written(attributes)}/>\n"


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{held(value).translate(_IN_VALUES)}"' for name, value in attributes.items())
