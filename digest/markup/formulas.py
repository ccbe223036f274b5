r"""A formula of TeX → one line of Unicode, or None where that would not read well.

What a reader wants to read, and what a search then finds:

    x^2  H_2O  10^{-3}       x²  H₂O  10⁻³         where every sign has a small one, and at most two are letters
    x^{n/2}  T_{max}         x^(n/2)  T_max        elsewhere as one types it
    \mathcal{O}(n \log n)    O(n log n)            fonts are dropped: nobody types 𝒪; only ℂ ℍ ℕ ℙ ℚ ℝ ℤ mean something
    \epsilon  \varepsilon    ε                     variants are one letter, as on a keyboard
    \frac{a+b}{2}            (a+b)/2               with as many brackets as it takes
    \hat{x}  \overline{ab}   x̂  None               an accent stands over one sign
    \F  \begin{pmatrix}      None                  commands that nobody knows, and what has more than one line
"""

import re
import unicodedata
from functools import lru_cache

from digest.markup.signs import SMALL, is_relation, script, sign

DEEPEST = 20  # commands and braces in each other; the deepest in 1,283 formulas of real abstracts is 5
LONGEST = 2_000  # characters; the longest of those is 170


class _UnreadableError(Exception):
    """The formula holds something that one line cannot say."""


@lru_cache(4_000)  # `$k$` and `$\alpha$` stand in every other abstract
def line(tex: str) -> str | None:
    """The formula (without its dollars) on one line, or None if it stays as it is."""
    if len(tex) > LONGEST:
        return None
    parts = [found.group() for found in _TOKEN.finditer(tex)]
    parts.reverse()
    try:
        text = _row(parts, "", 0)
    except _UnreadableError:
        return None
    text = _SPACES.sub(" ", text.strip(" ").replace("''", "″"))
    return unicodedata.normalize("NFC", text) if text.strip() else None


_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\s+|.", re.DOTALL)
HARD = "\xa0"  # a space that the writer asked for: `140$\rm~deg$`; those at the edges of `$ x $` are none
_SPACES = re.compile(rf"[\s{HARD}]+")
_SPACE = re.compile(r"\s+|~|\\[,;:> ]|\\q?quad")
_NOTHING = {
    r"\rm", r"\bf", r"\it", r"\sf", r"\tt", r"\sc", r"\em", r"\cal", r"\sl", r"\mit", r"\boldmath", r"\small",
    r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\limits", r"\nolimits", r"\left", r"\right", r"\big",
    r"\Big", r"\bigg", r"\Bigg", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr", r"\biggl", r"\biggr", r"\Biggl",
    r"\Biggr", r"\middle", r"\!", r"\/", r"\-",
}  # fmt: skip
_FONTS = {
    r"\mathrm", r"\mathbf", r"\mathit", r"\mathsf", r"\mathtt", r"\mathcal", r"\mathscr", r"\mathfrak",
    r"\mathnormal", r"\boldsymbol", r"\bm", r"\pmb", r"\bs", r"\text", r"\textrm", r"\textbf", r"\textit",
    r"\textsf", r"\texttt", r"\textsc", r"\textup", r"\textnormal", r"\emph", r"\mbox", r"\hbox",
    r"\operatorname", r"\operatorname*", r"\ensuremath", r"\mathop", r"\mathbin", r"\mathrel", r"\mathord",
    r"\bold", r"\underline", r"\mathds", r"\mathbbm",
}  # fmt: skip
_DOUBLE = str.maketrans("CHNPQRZ", "ℂℍℕℙℚℝℤ")
_MARKS = {
    r"\hat": "\u0302", r"\widehat": "\u0302", r"\tilde": "\u0303", r"\widetilde": "\u0303", r"\bar": "\u0304",
    r"\overline": "\u0304", r"\dot": "\u0307", r"\ddot": "\u0308", r"\vec": "\u20d7", r"\check": "\u030c",
    r"\breve": "\u0306", r"\acute": "\u0301", r"\grave": "\u0300", r"\mathring": "\u030a", r"\not": "\u0338",
}  # fmt: skip
_FRACTIONS = {r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\nicefrac", r"\sfrac"}
_ROOTS = {"": "√", "3": "∛", "4": "∜"}
_AROUND = {r"\norm": "‖{}‖", r"\abs": "|{}|", r"\pmod": " (mod {})", r"\ket": "|{}⟩", r"\bra": "⟨{}|"}
_WORDS = {
    "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg", "det",
    "diag", "dim", "div", "erf", "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "ln", "log", "max", "min",
    "mod", "poly", "polylog", "rank", "sec", "sgn", "sign", "sin", "sinh", "span", "sup", "supp", "tan", "tanh",
    "tr", "Pr", "Re", "Im", "Tr", "NP",
}  # fmt: skip


def _row(parts: list[str], end: str, depth: int) -> str:
    """What stands up to the closing brace or bracket, or to the end of the formula."""
    if depth > DEEPEST:
        raise _UnreadableError
    made = ""
    while parts:
        part = parts.pop()
        if part == end:
            return made
        made = _joined(made, part, parts, depth)
    if end:
        raise _UnreadableError
    return made


def _joined(made: str, part: str, parts: list[str], depth: int) -> str:
    """What was made so far, and what this part and its arguments say, with a space between where it takes one."""
    if part in "_^":
        return made + _script(part, _argument(parts, depth), parts)
    if _SPACE.fullmatch(part):
        return f"{made} " if part.isspace() else f"{made}{HARD}"
    if part in _FRACTIONS:
        return _with_fraction(made, parts, depth)
    if part[1:].isalpha() and part[1:] in _WORDS:
        return _with_word(made, part[1:], parts)
    if part[0] == "\\" and part[1:2].isalpha() and (found := sign(part[1:])) and part not in _FONTS:
        return _with_sign(made, found, parts)
    return made + _said(part, parts, depth)


def _said(part: str, parts: list[str], depth: int) -> str:
    """What any other part says."""
    if part == "{":
        return _row(parts, "}", depth + 1)
    if part in _NOTHING:
        _drop_spaces(parts)
        if part in (r"\left", r"\right") and parts and parts[-1] == ".":
            parts.pop()
        return ""
    if part in _FONTS:
        return _argument(parts, depth)
    if part == r"\mathbb":
        return _argument(parts, depth).translate(_DOUBLE)
    if part in _MARKS:
        return _accented(_argument(parts, depth).strip(), _MARKS[part])
    if part == r"\sqrt":
        return _root(parts, depth)
    if part in _AROUND:
        return _AROUND[part].format(_argument(parts, depth).strip())
    return _character(part)


def _character(part: str) -> str:
    if len(part) == 2 and part[0] == "\\":
        if part[1] in "%&#_${}":
            return part[1]
        if part[1] == "|":
            return "‖"
    if part[0] == "\\" or part in "}&":
        raise _UnreadableError
    return part


def _argument(parts: list[str], depth: int) -> str:
    """What the next part says, or what is in the next braces."""
    _drop_spaces(parts)
    if not parts:
        raise _UnreadableError
    part = parts.pop()
    if depth > DEEPEST or part in ("_", "^", "}"):
        raise _UnreadableError
    return _joined("", part, parts, depth + 1)


def _drop_spaces(parts: list[str]) -> None:
    while parts and parts[-1].isspace():
        parts.pop()


def _with_sign(made: str, found: str, parts: list[str]) -> str:
    """TeX takes the space after a command: it stays after a relation that has one before, and between a letter and what
    is none.
    """
    spaced = made[-1:].isspace()
    space = bool(parts) and parts[-1].isspace()
    _drop_spaces(parts)
    if not space or not parts:
        return made + found
    if not found.isalpha():
        keeps = spaced
    elif parts[-1][0] == "\\":
        keeps = _relates(parts[-1]) or (spaced and bool(made.strip()))
    else:
        keeps = parts[-1] in "=<>+-|"
    return f"{made}{found} " if keeps else made + found


def _with_word(made: str, word: str, parts: list[str]) -> str:
    """`n\\log n` → `n log n`, `\\log(n)` → `log(n)`."""
    before = " " if made and (made[-1].isalnum() or made[-1] in ")]}") else ""
    _drop_spaces(parts)
    after = " " if parts and (parts[-1][0].isalnum() or parts[-1][0] in "\\{|") else ""
    return f"{made}{before}{word}{after}"


def _with_fraction(made: str, parts: list[str], depth: int) -> str:
    """`\\frac{a+b}{2}` → `(a+b)/2`, in brackets where its neighbour would seem to belong to one of its parts."""
    over, under = _argument(parts, depth).strip(), _argument(parts, depth).strip()
    fraction = f"{over if _CALL.fullmatch(over) else _bracketed(over)}/{_bracketed(under)}"
    before = made.rstrip()[-1:]
    after = next((one for one in reversed(parts) if not one.isspace() and one not in _NOTHING), "")
    belongs = before.isalnum() or before in _CLOSING or after[:1].isalnum() or after[:1] in _OPENING
    if belongs or (after[:1] == "\\" and not _SPACE.fullmatch(after) and not _relates(after)):
        return f"{made}({fraction})"
    return made + fraction


_CLOSING = (")", "]", "}", "!")
_OPENING = ("(", "[", "{", "^", "_", "|", "√")
_CALL = re.compile(r"[^\W_]+(?:\([^()]*\))?")  # T, nT, f(x)
_ONE = re.compile(rf"√?(?:\d[\d.]*|[^\W\d_][\u0300-\u036f]?)[{SMALL}′*°]*|\|[^|]*\|")  # 12, x², √ℓ₁, |V|


def _relates(part: str) -> bool:
    """Whether a command is a relation or an operation, and no letter."""
    return is_relation(sign(part[1:]))


def _script(which: str, text: str, parts: list[str]) -> str:
    """A script, with a space after it where it would run into the next letter: `k_{B}T` → `k_B T`."""
    made = script(which, text)
    runs_on = bool(parts) and (parts[-1].isalnum() or sign(parts[-1][1:]).isalpha())
    return f"{made} " if made[:1] == which and made[-1].isalnum() and runs_on else made


def _bracketed(text: str) -> str:
    return text if _ONE.fullmatch(text) else f"({text})"


def _root(parts: list[str], depth: int) -> str:
    _drop_spaces(parts)
    which = ""
    if parts and parts[-1] == "[":
        parts.pop()
        which = _row(parts, "]", depth + 1).strip()
    if which not in _ROOTS:
        raise _UnreadableError
    return _ROOTS[which] + _bracketed(_argument(parts, depth).strip())


def _accented(text: str, mark: str) -> str:
    accented = unicodedata.normalize("NFC", text + mark)
    if len(unicodedata.normalize("NFD", text)) != 1 or text.isspace():
        raise _UnreadableError
    return accented
