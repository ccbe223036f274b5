"""What publishers put into titles, abstracts and names → plain words. Resolved once, on reading.

    plain   entities and the tags of HTML, JATS and MathML
    tex     accents, symbols, escapes and fonts of TeX; formulas stay as they are

Neither loses words: only known tags go, so that `x<y and p>0` keeps its middle.
"""

import html
import re
import unicodedata

UNESCAPED = 3  # times; publishers' feeds hold `&amp;amp;lt;`

_BLOCK = (
    "address|article|aside|blockquote|br|dd|details|div|footer|header|iframe|main|nav|svg|video|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|section|sec|table|tbody|td|th"
    "|thead|tr|ul|list|list-item|def-list|title|label|abstract"
)
_INLINE = (
    "a|abbr|b|bdi|big|bold|cite|code|del|em|ext-link|fixed-case|fn|font|i|img|inf|inline-formula|disp-formula"
    "|inline-graphic|ins|italic|italics|it|kbd|mark|monospace|named-content|overline|q|roman|s|samp|sans-serif|sc|scp"
    "|small|span|strike|strong|styled-content|sub|sup|text|tex-math|tt|u|underline|var|wbr|xref|alternatives|html|body"
    "|center|math|mi|mo|mn|mrow|msub|msup|msubsup|mfrac|mtext|mspace|mover|munder|munderover|msqrt|mstyle|mfenced"
    "|semantics|mtable|mtr|mtd"
)
_ATTRIBUTES = r"(?:\s+[\w:.-]+\s*=[^<>]*|\s*)/?"  # as in `<b class="x">`, not as in `a<b and c>d`
_PREFIX = r"(?:jats:|mml:|m:|xhtml:|ce:|sb:)?"
_HAS_TAGS = re.compile(rf"</?{_PREFIX}(?:{_BLOCK}|{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_BLOCKS = re.compile(rf"</?{_PREFIX}(?:{_BLOCK}){_ATTRIBUTES}>", re.IGNORECASE)
_INLINES = re.compile(rf"</?{_PREFIX}(?:{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_HIDDEN = (
    "script",
    "style",
    "annotation",
    "annotation-xml",
)  # elements whose content nobody is meant to read
_HEADING = re.compile(
    r"<(?:jats:title|jats:p|title|h[1-6]|b|strong|p|div)(?:\s[^<>]{0,200})?>\s*(?:abstract|summary)\s*[:.]?\s*</[\w:]+>",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Text without entities and tags. Formulas given twice, as TeX and as MathML, are kept once, as TeX."""
    if "&" in text:
        text = _unescaped(text)
    if "<" not in text:
        return text
    for name in _HIDDEN:
        text = _without(text, name)
    for prefix in ("jats:", ""):
        if f"<{prefix}tex-math" in text:
            text = _without(text, "mml:math")
            text = _without(text, "math")
    text = _HEADING.sub(" ", text, count=1)
    text = _INLINES.sub("", _BLOCKS.sub(" ", _without_comments(text)))
    return _unescaped(text) if "&" in text else text


def has_markup(text: str) -> bool:
    """Whether there is anything for `plain` to resolve."""
    return "&" in text or ("<" in text and bool(_HAS_TAGS.search(text)))


def _unescaped(text: str) -> str:
    for _ in range(UNESCAPED):
        text, before = html.unescape(text), text
        if text == before or "&" not in text:
            break
    return text


def _without(text: str, element: str) -> str:
    """Without these elements and what is in them; one that is never closed stays."""
    start, end = (re.compile(rf"<{slash}{element}\b[^<>]*>?", re.IGNORECASE) for slash in ("", "/"))
    kept, at = [], 0
    while found := start.search(text, at):
        closed = end.search(text, found.end())
        if not closed:
            break
        kept.append(text[at : found.start()])
        at = closed.end()
    return " ".join([*kept, text[at:]])


def _without_comments(text: str) -> str:
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start)) >= 0:
        kept.append(text[at:start])
        at = end + 3
    return "".join([*kept, text[at:]])


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
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘", "textquotedblleft": "“",
    "textquotedblright": "”", "textregistered": "®", "texttrademark": "™", "textcopyright": "©", "textdegree": "°",
    "textbackslash": "\\", "textasciitilde": "~", "ldots": "…", "dots": "…", "textellipsis": "…", "textmu": "µ",
    "S": "§", "textless": "<", "textgreater": ">", "textunderscore": "_", "LaTeX": "LaTeX", "TeX": "TeX",
}  # fmt: skip
_LETTER = re.compile(
    rf"\{{?\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})"
    r"(?![A-Za-z])(?:\s*\{\}|\s+(?=\w))?\}?"
)
_FONT = re.compile(
    r"\\(?:text(?:bf|it|sc|tt|rm|sf|sl|up|md|normal|superscript|subscript)?|emph|underline|mbox|hbox|url|uppercase"
    r"|enquote|math(?:rm|bf|it|sf|tt)|href\{[^{}]*\})\s*\{([^{}]*)\}"
)
_SWITCH = re.compile(r"\{\\(?:bf|it|em|sc|tt|rm|sf|sl)(?:series|shape|family)?\s+([^{}]*)\}")
_GROUP = re.compile(r"(?<![A-Za-z\\}\]*])\{([^{}\\]*)\}")  # that only groups: no command stands before it
_ESCAPED = re.compile(r"\\([%&_#${}])")
_FORMULA = re.compile(r"(?<!\\)(\$(?:[^$\\]|\\.)*\$)")
_TIE = re.compile(
    r"(?<=[\w.,)}])~(?=[\w\\($])"
)  # between words; before a number it means "about", after a slash a home


def tex(text: str, *, braces: bool = False) -> str:
    """Text with TeX's accents, letters, escapes, quotes and fonts resolved outside formulas; what is unknown stays.

    `braces`: braces that only group are dropped too, as in BibTeX's `{{Si}}-doped`.
    """
    if "\\" not in text and "~" not in text and "``" not in text and not (braces and "{" in text):
        return text
    parts = _FORMULA.split(text)
    parts[::2] = [_resolved(part, braces) for part in parts[::2]]
    return unicodedata.normalize("NFC", "".join(parts))


def _resolved(text: str, braces: bool) -> str:
    if "\\" in text:
        text = _ACCENT.sub(_accented, text)
        text = _LETTER.sub(lambda found: _LETTERS[found[1]], text)
        for _ in range(4):  # fonts within fonts
            if braces:
                text = _GROUP.sub(r"\1", text)
            text, before = _SWITCH.sub(r"\1", _FONT.sub(r"\1", text)), text
            if text == before:
                break
        text = text.replace("\\-", "").replace("\\/", "").replace("\\ ", " ").replace("\\@", "")
        text = text.replace("\\\\", " ")
    if braces:
        text = re.sub(r"(?<!\\)[{}]", "", text)
    text = _ESCAPED.sub(r"\1", text)
    text = _TIE.sub(" ", text)
    return text.replace("``", "“").replace("''", "”")


def _accented(found: re.Match[str]) -> str:
    accent = _ACCENTS[found[1] or found[2]]
    letter = found[3] or found[4] or found[5]
    return unicodedata.normalize("NFC", letter + accent)
