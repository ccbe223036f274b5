r"""TeX in titles, abstracts and names → Unicode. Resolved once, on reading; what cannot be read well stays as it was.

Schr\"odinger, \textbf{bold}, \emph{it}       Schrödinger, bold, it
$k$-means, $\ell_1$, $O(n \log n)$            k-means, ℓ₁, O(n log n): see markup/formulas.py
10^{-3}, R^2, M_{CDM}, L_1, \alpha, \pm       10⁻³, R², M_CDM, L₁, α, ±: without dollars too
``quoted'', Fig.~1, 5\%, \cite{Doe2020}       “quoted”, Fig. 1, 5%, [Doe2020]
$\F$, \ourmethod{}, {Braces}, $5 and $6       as they were: a command that nobody knows, no TeX, money
"""

import re
import unicodedata
from collections.abc import Iterator

from digest.markup import formulas, signs

# Accent commands of TeX and the combining characters that they mean.
_ACCENTS = dict(
    zip("`'^\"~=.uvHrcdbk", map(chr, (0x300, 0x301, 0x302, 0x308, 0x303, 0x304, 0x307, 0x306, 0x30C, 0x30B, 0x30A,
                                      0x327, 0x323, 0x331, 0x328)), strict=True)
)  # fmt: skip
_ACCENT = re.compile(
    r"\{?\\(?:([`'^\"~=.])\s*|([uvHrcdbk])(?:\s+|(?=[{\\])))"
    r"(?:\{\s*\\?([A-Za-z])\s*\}|\\([ij])(?![A-Za-z])(?:\{\}|\s+(?=\w))?|([A-Za-z]))\}?"
)
_LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ",
    "textquoteleft": "‘", "textquotedblleft": "“",
}  # fmt: skip
_SIGNS = {
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquotedblright": "”", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "textdegree": "°", "textbackslash": "\\", "textasciitilde": "~",
    "ldots": "…", "dots": "…", "textellipsis": "…", "textmu": "µ", "S": "§", "textless": "<", "textgreater": ">",
    "textunderscore": "_", "LaTeX": "LaTeX", "TeX": "TeX", "deg": "°", "newline": " ", "par": " ", "quad": " ",
    "eg": "e.g.", "ie": "i.e.", "etc": "etc.", "etal": "et al.", "log": "log", "poly": "poly", "polylog": "polylog",
    "noindent": "", "xspace": "", "bfseries": "", "itshape": "", "textperiodcentered": "·", "guillemotleft": "«",
    "guillemotright": "»", "textquotesingle": "'", "textasciicircum": "^", "textbar": "|", "textpm": "±",
    "texttimes": "×",
}  # fmt: skip
_COMMAND = re.compile(r"\{\\([A-Za-z]{1,30})\s*(?:\{\})?\}|\\([A-Za-z]{1,30})(?:\{\})?(\s*)")
_FONT = re.compile(
    r"\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up|md|normal)?|emph|underline|mbox|hbox|url|uppercase|enquote"
    r"|math(?:rm|bf|it|sf|tt|cal|scr|frak|bb)|boldsymbol|cal|ensuremath)\s*\{([^{}]*)\}"
)
_SWITCH = re.compile(
    r"\{\\(?:(?:bf|it|em|sc|tt|rm|sf|sl)(?:series|shape|family)?|cal|underline)(?:\s+|(?=\{))([^{}]*)\}"
)
_SCRIPT = re.compile(r"\\text(super|sub)script\s*\{([^{}]*)\}")
_LINKED = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_CITED = re.compile(r"\\cite[a-z]{0,8}\*?\s*(?:\[[^\[\]]*\])?\{([^{}]*)\}")
_LOOSE = re.compile(
    r"\\(?:sqrt|bar|hat|tilde|vec|dot)\s*\{[^{}]*\}|\\(?:d|nice)?frac\s*\{[^{}]*\}\{[^{}]*\}|\\(?:bar|hat|tilde)\\[a-z]+"
)
_GROUP = re.compile(r"(?<![A-Za-z\\}\]*^_])\{([^{}\\]*)\}")  # that only groups: no command stands before it
_ESCAPED = re.compile(r"\\([%&_#${}])")
# Without dollars. Braces say that it is TeX; a power has a number; `x_1` stands by itself, as `a_1.txt` is a file.
_BRACED = re.compile(r"(?<![\\/])([_^])\{([^{}]{0,40})\}")
_POWER = re.compile(r"(?:(?<=[^\W_])|(?<=[)\]]))\^([+-]?\d{1,4})(?![\w^])")
_INDEX = re.compile(r"(?<![\w./\\\0-])([A-Za-z]|[A-Z][A-Za-z])_(\d{1,2})(?![a-z0-9_/]|\.\w)")
# Between words; before a number it means "about", after a slash a home.
_TIE = re.compile(r"(?<=[\w.,)}\0])~(?=[\w\\(\[\0])|(?<= )~(?=\\)")
_ABOUT = re.compile(r"(?<![\w.])([A-Za-z])~(?=[\d(])")  # `z~2`, `O~(n)`: nobody ties to a lone letter
_QUOTED = re.compile(r"(?<![\w`])`([^`'\n]{1,80})'(?![\w'])")
_OPENED = re.compile(r"(?<![^\s(\[])''(?=\w)")

SHIELD = "\0"  # stands for what is read already, or is not to be read; no text that anybody means has one
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s{}\\$]+")


def plain(text: str, *, braces: bool = False) -> str:
    """Text with TeX resolved; what is unknown stays.

    `braces`: braces that only group are dropped too, as in BibTeX's `{{Si}}-doped`.
    """
    if not _may_hold_tex(text) and not (braces and "{" in text):
        return text
    kept: list[str] = []
    resolved = _resolved(_shielded(_without_references(text.replace(SHIELD, "")), kept), braces)
    if kept:
        pieces = iter(kept)
        resolved = re.sub(SHIELD, lambda _: next(pieces), resolved)
    return unicodedata.normalize("NFC", resolved)


def _may_hold_tex(text: str) -> bool:
    """Looking for one sign costs 0.07 µs in an abstract, for two in a row 1.3, for a class of them 7."""
    return "\\" in text or "$" in text or "^" in text or "_" in text or "~" in text or "`" in text


def _without_references(text: str) -> str:
    """What goes with all that is in it, before anything is put aside: else a shield would be lost."""
    if "\\href" in text:
        text = _LINKED.sub(r"\1", text)
    return _CITED.sub(_keys, text) if "\\cite" in text else text


def _shielded(text: str, kept: list[str]) -> str:
    """The text with a shield for each formula and address; `kept` gets what these are read as."""
    parts: list[str] = []
    at = 0
    for start, end, read in _apart(text):
        parts += (text[at:start], SHIELD)
        kept.append(read)
        at = end
    return "".join((*parts, text[at:]))


def _apart(text: str) -> Iterator[tuple[int, int, str]]:
    """The formulas and web addresses of a text, in order: from where, to where, and what is read there."""
    at, has_addresses = 0, "://" in text or "www." in text
    for start, end, tex in _formulas(text) if "$" in text or "\\" in text else ():
        if has_addresses:
            yield from _addresses(text, at, start)
        yield start, end, formulas.line(tex) or text[start:end]
        at = end
    if has_addresses:
        yield from _addresses(text, at, len(text))


def _addresses(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for found in _ADDRESS.finditer(text, start, end):
        yield *found.span(), found[0]


_FENCE = re.compile(r"\\([()\[\]])|\\.|\$", re.DOTALL)
_CLOSES = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


def _formulas(text: str) -> Iterator[tuple[int, int, str]]:
    r"""What stands between `$…$`, `$$…$$`, `\(…\)` or `\[…\]`: from where, to where, the formula."""
    fences = [found for found in _FENCE.finditer(text) if found[0] == "$" or found[1]]
    at = 0
    while at < len(fences) - 1:
        start, after = fences[at].start(), fences[at + 1]
        if _is_display(fences, at):
            inside, end = text[start + 2 : fences[at + 2].start()], fences[at + 3].end()
            width = 4
        elif after[0] == _CLOSES.get(fences[at][0]):
            inside, end, width = text[fences[at].end() : after.start()], after.end(), 2
        else:
            at += 1
            continue
        if fences[at][1] or is_formula(inside, text[end : end + 1]):
            yield start, end, inside
            at += width
        else:
            at += 1


def _is_display(fences: list[re.Match[str]], at: int) -> bool:
    """Whether `$$…$$` begins here."""
    if at + 3 >= len(fences) or fences[at + 1].start() != fences[at].end():
        return False
    one, two, three, four = fences[at : at + 4]
    closes = two.end() < three.start() and three.end() == four.start()
    return closes and one[0] == two[0] == three[0] == four[0] == "$"


_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,}(?![A-Za-z])")
_LONG_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{3,}(?![A-Za-z])")  # in formulas are Jy, Mx, kg
_MATHS = re.compile(r"[\\^_=<>]|[^\x00-\x7f]")
_NAME = re.compile(r"\s*[\w(][^\s]*\s*")  # `$ n $`


def is_formula(inside: str, after: str) -> bool:
    """Whether what stands between two dollars is a formula; else they are money, or belong to others.

    Money (`$5 and $6`, `$5-$10`, `USD $28.9 billion … $3`) shows by a digit after the second dollar, a space before it,
    or words after a number, where no sign of mathematics stands between.
    """
    if len(inside) == 1:
        return not (inside.isspace() or after.isdigit())
    is_maths = bool(_MATHS.search(inside))
    words = len((_LONG_WORD if is_maths else _WORD).findall(inside))
    if inside[:1].isspace() or inside[-1:].isspace():
        return words < 2 if is_maths else not words and bool(_NAME.fullmatch(inside))
    if is_maths:
        return not (inside[0].isdigit() and words > 4)
    return bool(inside) and not after.isdigit() and not (inside[0].isdigit() and words and " " in inside)


def _resolved(text: str, braces: bool) -> str:
    if "\\" in text:
        text = _without_commands(text, braces)
    if braces:
        text = _BRACED.sub(_small, text)
        text = re.sub(r"(?<!\\)[{}]", "", text)
    if "^" in text or "_" in text:
        text = _INDEX.sub(_below, _POWER.sub(_above, _BRACED.sub(_small, text)))
    if "\\" in text:
        text = _ESCAPED.sub(r"\1", text)
    if "~" in text:
        text = _TIE.sub(" ", _ABOUT.sub(rf"\1{_HELD}", text)).replace(_HELD, "~")
    return _with_quotes(text)


_HELD = "\1"


def _without_commands(text: str, braces: bool) -> str:
    text = _LOOSE.sub(_loose, _ACCENT.sub(_accented, text))
    text = _COMMAND.sub(_commanded, text)
    for _ in range(4):  # fonts within fonts
        if braces:
            text = _GROUP.sub(r"\1", text)
        text, before = _SWITCH.sub(r"\1", _FONT.sub(r"\1", text)), text
        if text == before:
            break
    text = _SCRIPT.sub(_raised, text)
    for space in ("\\,", "\\;", "\\:"):
        text = text.replace(space, " ")
    text = re.sub(r"(?<=\S)\\ ", " ", text)  # ` \ ` between spaces stands for a slash
    text = text.replace("\\-", "").replace("\\/", "").replace("\\@", "").replace("\\!", "")
    return text.replace("\\\\", " ")


def _accented(found: re.Match[str]) -> str:
    accent = _ACCENTS[found[1] or found[2]]
    letter = found[3] or found[4] or found[5]
    return unicodedata.normalize("NFC", letter + accent)


def _commanded(found: re.Match[str]) -> str:
    """A command without arguments. The space after a letter is TeX's; after a word it is the writer's."""
    name, space = found[1] or found[2], found[3] or ""
    after = found.string[found.end() : found.end() + 1]
    if name in _LETTERS:
        return _LETTERS[name] + (space if not (after.isalnum() or after == "_") else "")
    if name in _SIGNS:
        said = _SIGNS[name]
        return (said[:-1] if said.endswith(".") and after == "." and not space else said) + space
    said = signs.sign(name) if len(name) > 1 else ""
    if not said or after in ("[", "{"):
        return found[0]
    before = found.string[found.start() - 1 : found.start()]
    is_glued = signs.is_relation(said) and before and not before.isspace()
    return said if is_glued else said + space


def _keys(found: re.Match[str]) -> str:
    return f"[{', '.join(found[1].replace(',', ' ').split())}]"


def _loose(found: re.Match[str]) -> str:
    return formulas.line(found[0]) or found[0]


def _raised(found: re.Match[str]) -> str:
    return _set("^" if found[1] == "super" else "_", found[2]) or found[0]


def _small(found: re.Match[str]) -> str:
    return _set(found[1], found[2]) or found[0]


def _set(which: str, tex: str) -> str:
    """A script outside formulas; empty if it cannot be read."""
    said = formulas.line(tex) if SHIELD not in tex else None
    return signs.script(which, said) if said else ""


def _above(found: re.Match[str]) -> str:
    return signs.script("^", found[1])


def _below(found: re.Match[str]) -> str:
    return found[1] + signs.script("_", found[2])


def _with_quotes(text: str) -> str:
    if "''" in text:
        text = _OPENED.sub("“", text)
    text = text.replace("``", "“").replace("''", "”")
    return _QUOTED.sub(r"‘\1’", text) if "`" in text else text
