"""TeX in titles and abstracts that people copied as text → plain words."""

import re

from digest import markup

_APPROXIMATELY = re.compile(r"(?<![^\s(\[])~(?=\d)")  # `~50 %` is no tie of TeX


def resolved(text: str) -> str:
    """Words without TeX's commands; a tilde that means `about` stays."""
    return "~".join(map(markup.tex, _APPROXIMATELY.split(text)))


def plain(text: str) -> str:
    """The same, without HTML's tags and entities too."""
    return resolved(markup.plain(text))
