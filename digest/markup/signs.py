"""What commands of TeX without arguments stand for, and how signs are set above and below the line."""

import re
import unicodedata
from functools import lru_cache

_OWN = {
    "epsilon": "ε", "phi": "φ", "vartheta": "θ", "varsigma": "σ", "varrho": "ρ", "varpi": "π", "varkappa": "κ",
    "varUpsilon": "Υ", "varOmega": "Ω", "varGamma": "Γ", "varDelta": "Δ", "varSigma": "Σ", "varPhi": "Φ",
    "ast": "*", "star": "*", "bullet": "•", "prime": "′", "degree": "°", "mid": "|", "vert": "|", "lvert": "|",
    "rvert": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖", "ldots": "…", "dots": "…", "dotsc": "…", "cdots": "…",
    "dotsb": "…", "R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "msun": "M⊙", "rsun": "R⊙", "lsun": "L⊙", "bmod": "mod",
    "top": "⊤", "colon": ":", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]", "implies": "⇒", "iff": "⇔",
    "lt": "<", "gt": ">", "ne": "≠", "gets": "←", "land": "∧", "lor": "∨", "lnot": "¬", "coloneqq": "≔", "lfloor": "⌊",
    "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "langle": "⟨", "rangle": "⟩", "infty": "∞", "times": "×", "cdot": "·",
}  # fmt: skip


@lru_cache(2_000)
def sign(name: str) -> str:
    """The sign that a command without arguments stands for; empty: it is none that we know."""
    if name in _OWN:
        return _OWN[name]
    from pylatexenc.latex2text import (  # type: ignore[import-untyped]  # 33 ms, so not before it is needed
        get_default_latex_context_db,
    )

    spec = get_default_latex_context_db().get_macro_spec(name)
    said = spec.simplify_repl if spec else None
    # Longer ones say the date or draw boxes; beyond U+FFFF are letters of fonts, which few machines can show.
    return said if isinstance(said, str) and len(said) == 1 and "\x7f" < said < "\U00010000" else ""


def is_relation(said: str) -> bool:
    """Whether a sign is one that stands between two others."""
    return len(said) == 1 and unicodedata.category(said) == "Sm"


_ABOVE = dict(
    zip("0123456789+-−=abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ", strict=True)
)  # fmt: skip
_BELOW = dict(
    zip("0123456789+-−=aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
_RAISED = {
    "∘": "°", "°": "°", "′": "′", "'": "′", "′′": "″", "''": "″", "*": "*", "⊤": "ᵀ", "†": "†", "‡": "‡", "%": "%",
}  # fmt: skip
_LOWERED = {"⊙": "⊙", "⊕": "⊕", "∞": "∞"}  # M⊙ and ℓ∞ are what people type
_MOST_LETTERS = 2  # small: a word of small letters is hard to read
SMALL = "".join(dict.fromkeys((*_ABOVE.values(), *_BELOW.values())))
_WORD = re.compile(rf"[^\W_{SMALL}]+|[^\w\s]")


def script(which: str, text: str) -> str:
    """A superscript (`^`) or subscript (`_`): in small signs where each has one, else as one types it."""
    text = text.strip()
    small, known = (_ABOVE, _RAISED) if which == "^" else (_BELOW, _LOWERED)
    if text in known:
        return known[text]
    if all(map(small.__contains__, text)) and sum(map(str.isalpha, text)) <= _MOST_LETTERS:
        return "".join(map(small.__getitem__, text))
    if _WORD.fullmatch(text) or (text[0] == "(" and text.find(")") == len(text) - 1):
        return which + text
    return f"{which}({text})"
