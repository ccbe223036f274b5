"""The colours of every output that has any: one set for light screens, one for dark ones.

The settings may name others, [theme.light] and [theme.dark], as long as all that is to be read can be read.
"""

import re

import msgspec

# Of letters against what they stand on: WCAG 2.2, 1.4.3.
LEAST_CONTRAST = 4.5

# What is read, and on what.
READ = (
    *((ink, ground) for ground in ("paper", "wash") for ink in ("ink", "quiet", "link", "bad")),
    *((ink, "lit") for ink in ("ink", "link")),
)


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return sum(part * light for part, light in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a light screen, each as `#rrggbb`; ValueError where one is no colour, or cannot be read on another."""

    paper: str = "#fdfcf9"  # what all stands on
    ink: str = "#22252a"
    quiet: str = "#5b626c"  # of what is told beside a paper
    rule: str = "#e2ded5"  # lines between things
    link: str = "#0b57a4"
    bad: str = "#a3260b"  # of what is wrong
    wash: str = "#f4f1ea"  # behind notes and fields
    lit: str = "#fff0b3"  # behind the words that a rule found

    def __post_init__(self) -> None:
        """Refuse what is no colour, and what cannot be read."""
        names = self.__struct_fields__
        wrong = [name for name in names if not re.fullmatch(r"#[0-9a-fA-F]{6}", getattr(self, name))]
        if wrong:
            told = ", ".join(f"{name} = {getattr(self, name)!r}" for name in wrong)
            raise ValueError(f"{told}: not a colour such as '#22252a'")
        faint = [_told(self, *pair) for pair in READ if _contrast_of(self, *pair) < LEAST_CONTRAST]
        if faint:
            raise ValueError(f"{'; '.join(faint)}; {LEAST_CONTRAST} at least is needed to read it")


def _contrast_of(colours: Colours, ink: str, ground: str) -> float:
    return contrast(getattr(colours, ink), getattr(colours, ground))


def _told(colours: Colours, ink: str, ground: str) -> str:
    """The pair and its contrast, which is not rounded up: 4.497 is not told to be 4.50."""
    figure = int(_contrast_of(colours, ink, ground) * 100) / 100
    return (
        f"{ink} {getattr(colours, ink)} on {ground} {getattr(colours, ground)} has a contrast of {figure:.2f}"
    )


class DarkColours(Colours, frozen=True, kw_only=True):
    """Those of a dark screen."""

    paper: str = "#16181c"
    ink: str = "#e2e4e8"
    quiet: str = "#a2a9b3"
    rule: str = "#34383f"
    link: str = "#8ab8f5"
    bad: str = "#ff9b85"
    wash: str = "#1f2227"
    lit: str = "#4d4000"


LIGHT, DARK = Colours(), DarkColours()


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """What templates know as `theme`."""

    light: Colours = LIGHT
    dark: DarkColours = DARK
