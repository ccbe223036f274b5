"""What strangers write for authors → display names in order: `Last, First` → `First Last`."""

import re
from collections.abc import Iterable

from digest.papers import readable

_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd|4th|ph\.?d)\.?", re.IGNORECASE)
_OTHERS = re.compile(r"(?:and )?(?:others|et\.? ?al\.?)\.?", re.IGNORECASE)


def natural(name: str) -> str:
    """`Last, First`, `Last, Jr, First` and `Last, First, Jr.` as people say them; other names as they are."""
    parts = [part for piece in readable(name).split(",", 4) if (part := piece.strip())]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    rest = [part for part in parts if part not in suffixes]
    if len(rest) == 2:
        rest.reverse()
    elif len(rest) > 2:
        return ", ".join(parts)
    return " ".join([*rest, *suffixes])


def joined(*parts: str) -> str:
    """Given name, particle, family name, suffix … as far as they are there."""
    return readable(" ".join(part for part in parts if part))


def listed(text: str, separator: str) -> tuple[str, ...]:
    """Names in one field, `A; B;` or `A and B`; `others` and `et al.` are none (see `has_others`)."""
    return known(natural(part) for part in text.split(separator))


def known(names: Iterable[str]) -> tuple[str, ...]:
    """The names that are some, each readable."""
    return tuple(name for one in names if (name := readable(one)) and not _is_others(name))


def has_others(names: Iterable[str]) -> bool:
    """Whether a list ends in `others` or `et al.`: it is cut."""
    return any(_is_others(readable(name)) for name in names)


def _is_others(name: str) -> bool:
    return len(name) < 12 and bool(_OTHERS.fullmatch(name))
