"""The entities and tags that publishers put into titles, abstracts and names → plain words. Resolved once, on reading.

No word is lost: only known tags go, so that `x<y and p>0` keeps its middle.
"""

import html
import re

from digest.markup import latex

UNESCAPED = 3  # times; publishers' feeds hold `&amp;amp;lt;`

_BLOCK = (
    "address|article|aside|blockquote|br|dd|details|div|footer|header|iframe|main|nav|svg|video|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|section|sec|table|tbody|td|th"
    "|thead|tr|ul|list|list-item|def-list|title|label|abstract"
)
_INLINE = (
    "a|abbr|b|bdi|big|bold|cite|code|del|em|ext-link|fixed-case|fn|font|i|img|inf|inline-formula|disp-formula"
    "|inline-graphic|ins|italic|italics|it|kbd|mark|monospace|named-content|overline|q|roman|s|samp|sans-serif|sc|scp"
    "|small|span|strike|strong|styled-content|sub|sup|tex|text|tex-math|tt|u|underline|var|wbr|xref|alternatives|html|body"
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


def words(text: str) -> str:
    """Text without entities and tags, and then without TeX: what most catalogues hold is either, or both."""
    return latex.plain(plain(text))


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
