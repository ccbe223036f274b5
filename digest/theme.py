"""The colours of every output that has any: one set for light screens, one for dark ones."""

import msgspec


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """Each as `#rrggbb`."""

    paper: str  # what all stands on
    ink: str
    quiet: str  # of what is told beside a paper
    rule: str  # lines between things
    link: str
    bad: str  # of what is wrong
    wash: str  # behind notes and fields
    lit: str  # behind the words that a rule found


LIGHT = Colours(
    paper="#fdfcf9", ink="#22252a", quiet="#5b626c", rule="#e2ded5",
    link="#0b57a4", bad="#a3260b", wash="#f4f1ea", lit="#fff0b3",
)  # fmt: skip
DARK = Colours(
    paper="#16181c", ink="#e2e4e8", quiet="#a2a9b3", rule="#34383f",
    link="#8ab8f5", bad="#ff9b85", wash="#1f2227", lit="#4d4000",
)  # fmt: skip


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """What templates know as `theme`."""

    light: Colours = LIGHT
    dark: Colours = DARK
