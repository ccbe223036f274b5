"""TeX → Unicode: real cases read by eye, cases by kind, and for any text at all.

`latex.tsv` has short pieces of real titles, abstracts and names: the folder of dumps that each is from, as it was
written, as it is read. Whoever changes what is read looks at every row that changes.
"""

import gc
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.arrivals import Entry, arriving
from digest.markup import formulas, latex
from digest.papers import Paper, paper, readable

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("latex.tsv").read_text(encoding="utf-8").splitlines()[1:]
]
TEX = {
    "nothing": "nothing",
    "": "",
    r"Schr\"odinger": "Schrödinger",
    r"Schr{\"o}dinger": "Schrödinger",
    r"Schr\"{o}dinger": "Schrödinger",
    r"Erd\H{o}s": "Erdős",
    r"Erd\H os": "Erdős",
    r"{\'e}t\'{e}": "été",
    r"na\'{\i}ve": "naíve",
    r"na\"\i ve": "naïve",
    r"\v{s}koda": "škoda",
    r"\c{c}a": "ça",
    r"\~n": "ñ",
    r"\.Z": "Ż",
    r"\u{g}": "ğ",
    r"\k{a}": "ą",
    r"\L{}ukasz": "Łukasz",
    r"\L ukasz": "Łukasz",
    r"{\L}ukasz": "Łukasz",
    r"\o re": "øre",
    r"Stra{\ss}e": "Straße",
    r"\AA ngstr\"om": "Ångström",
    r"{\ae}on": "æon",
    r"\textbf{bold} and \emph{more}": "bold and more",
    r"\textbf{bold \emph{more}}": "bold more",
    r"{\it slanted} words": "slanted words",
    r"\mbox{box}": "box",
    r"\href{https://example.org}{here}": "here",
    r"\texttt{code}": "code",
    r"50\% of \$5 \& more \_ \#1": "50% of $5 & more _ #1",
    "``quoted''": "“quoted”",
    "Fig.~1": "Fig. 1",
    "Doe~et~al.": "Doe et al.",
    "takes ~5 minutes": "takes ~5 minutes",
    "~/home": "~/home",
    "https://example.org/~ada": "https://example.org/~ada",
    r"$\ell_1$-regression": "ℓ₁-regression",
    r"$\alpha~\%$ and 5\%": "α % and 5%",
    r"costs \$5 and \$6": "costs $5 and $6",
    "costs $5": "costs $5",
    r"a\-b": "ab",
    r"one\\two": "one two",
    r"one\ two": "one two",
    r"\LaTeX{} and \TeX": "LaTeX and TeX",
    r"a \textendash{} b": "a – b",
    r"wait\ldots": "wait…",
    r"\unknown{word} stays": r"\unknown{word} stays",
    r"\alpha goes": "α goes",
    r"a \textit{b $x^2$ c} d": "a b x² c d",
    r"\textit{b $\F$ c}": r"b $\F$ c",
    r"x \ y": r"x \ y",
    r"\Omega(\sqrt{n\log n})": "Ω(√(n log n))",
    r"\frac{1}{2} of it": "1/2 of it",
    r"\href{https://a.b/$x$}{here}, \cite[$y$]{Doe} and $z^2$": "here, [Doe] and z²",
    r"CO\textsubscript{2} and 4\textsuperscript{th}": "CO₂ and 4ᵗʰ",
    r"\url{https://example.org/a_1^2} and a_1": "https://example.org/a_1^2 and a₁",
    "https://example.org/~ada/x_2 or www.example.org/x_2": "https://example.org/~ada/x_2 or www.example.org/x_2",
    "a_1.txt, file_2, GPT_2, __init__, v_los, M_TO": "a_1.txt, file_2, GPT_2, __init__, v_los, M_TO",
    "10^-3, 10^30, km^2, (a+b)^2, x^y, ^_^, a^": "10⁻³, 10³⁰, km², (a+b)², x^y, ^_^, a^",
    "z~2, Fig.~2, O~(n), ~5": "z~2, Fig. 2, O~(n), ~5",
    "rock `n' roll, people's and the 'n' of it": "rock ‘n’ roll, people's and the 'n' of it",
    r"\cite{Doe2020,Roe} and \citep[p.~5]{Poe} or \citet*{Moe}": "[Doe2020, Roe] and [Poe] or [Moe]",
    "{Braces} stay": "{Braces} stay",
    r"\oint": "∮",
    r"\sss": r"\sss",
    "100% sure": "100% sure",
    "\\": "\\",
    "{\\": "{\\",
    '\\"': '\\"',
    "$": "$",
    "$$": "$$",
}
BRACES = {
    "{{Si}}-doped": "Si-doped",
    "{BERT}: A {Model}": "BERT: A Model",
    r"{\'E}t{\'e} {GAN}s": "Été GANs",
    "$x^{2}$ of {A}": "x² of A",
    r"{$\ell_1$} {Norms}": "ℓ₁ Norms",
    r"b_{v}({\theta})": "bᵥ(θ)",
    r"a \{b\} c": "a {b} c",
    "}{": "",
    r"\textbf{A {GAN} too}": "A GAN too",
    r"Mar{\'\i}a and Mar\'\i a": "María and María",
    r"\textbf{{GAN}}": "GAN",
}

FORMULAS = {
    "x^2": "x²", "x^{2}": "x²", "H_2O": "H₂O", "10^{-3}": "10⁻³", "x_{ij}": "xᵢⱼ", "x_{max}": "x_max", "x_q": "x_q",
    "x^{a/b}": "x^(a/b)", "x_{2^m}": "x_(2ᵐ)", "k_{B}T": "k_B T", "x^{(2)}": "x^(2)", "f'": "f'", "x''": "x″",
    r"M_\odot": "M⊙", r"30^\circ": "30°", r"A^\top": "Aᵀ", r"x^*": "x*", r"C^\infty": "C^∞", r"\ell_\infty": "ℓ∞",
    r"\mathcal{O}(n \log n)": "O(n log n)", r"O(n\log n)": "O(n log n)", r"\log\log n": "log log n",
    r"\log(n)": "log(n)", r"\mathbb{R}^d": "ℝᵈ", r"\mathbb{E}": "E", r"\mathbb CHN": "ℂHN",
    r"a\leq b": "a≤b", r"a \leq b": "a ≤ b", r"a\le b": "a≤b", r"\sim 5": "∼5", r"\alpha x": "αx",
    r"\alpha > 0": "α > 0", r"\epsilon\varepsilon\phi\varphi": "εεφφ",
    r"A \Delta B": "A ΔB", r"\mathcal A \Delta \mathcal B": "A Δ B",
    r"\frac{1}{2}": "1/2", r"\frac12": "1/2", r"2\frac{1}{2}": "2(1/2)", r"\frac{1}{2}x": "(1/2)x",
    r"\frac{a+b}{2c}": "(a+b)/(2c)", r"\frac{f(x)}{\sqrt k}": "f(x)/√k", r"\frac{\frac12}{3}": "(1/2)/3",
    r"\sqrt{2}": "√2", r"\sqrt{nT}": "√(nT)", r"\sqrt[3]{x}": "∛x", r"\sqrt{x^2+1}": "√(x²+1)",
    r"\hat{x}": "x̂", r"\hat x": "x̂", r"\bar{D}": "D̄", r"\tilde{O}": "Õ", r"\not\in": "∉", r"\not=": "≠",
    r"\left(\frac{a}{b}\right]": "(a/b]", r"\left. x \right|_0": "x |₀", r"\{a\}": "{a}", r"\|x\|": "‖x‖",
    r"a\,b\;c\!d": "a b cd", r"x\text{ if }y": "x if y", r"{\rm a} {\bf b}": "a b", r"m \pmod 4": "m (mod 4)",
    r"5\%": "5%", "5%": "5%", r"\#x": "#x", "a~b": "a b", r"a\quad b": "a b", " x ": "x", "~x": " x",
}  # fmt: skip
UNREADABLE = [
    r"\F", r"\overline{ab}", r"\hat{}", r"\binom{n}{k}", r"\begin{pmatrix} a & b \end{pmatrix}", "a & b", "{", "}",
    "x^", "x^^2", "x_}", r"\frac{1}", r"\sqrt[5]{x}", r"\sqrt[3{x}", "\\", r"\today", r"\item", r"\hat", "", " ",
    "{" * 30 + "x" + "}" * 30, r"\hat" * 30 + "x", r"\text" * 390 + "x", "x" * (formulas.LONGEST + 1),
]  # fmt: skip
MONEY = [
    "costs $5", "$5 and $6", "$5-$10", "$5 million to $6 million", "US$5 or 6$", "$5k vs. $ 6k",
    "$ in May and $ in June", "USD $28.9 billion, of which $3,000 or more", "from $5 to 10$ a month",
    "the $PATH and $HOME", "A$AP and $a", "$,$5", "$", "$$", "$ $", "$$$", "$$$$",
    "a $, b $", "a$ and $b", r"\$5 and \$6",
]  # fmt: skip


def read(text: str) -> str:
    return " ".join(latex.plain(text).split())


@pytest.mark.parametrize(("dump", "written", "words"), ROWS, ids=range(len(ROWS)))
def test_real_pieces(dump: str, written: str, words: str) -> None:
    assert readable(latex.plain(written, braces=dump == "bibtex")) == words


def test_the_table_is_of_many_dumps() -> None:
    assert len(ROWS) >= 120
    assert len({dump for dump, _, _ in ROWS}) >= 15
    assert len({written for _, written, _ in ROWS}) == len(ROWS)
    assert max(len(written) for _, written, _ in ROWS) <= 90


@pytest.mark.parametrize("words", [words for _, _, words in ROWS], ids=range(len(ROWS)))
def test_what_was_read_is_not_read_again(words: str) -> None:
    """So the words of a store can be folded with those of today."""
    assert read(words) == words


@pytest.mark.parametrize(("text", "words"), TEX.items())
def test_text(text: str, words: str) -> None:
    assert readable(latex.plain(text)) == words


@pytest.mark.parametrize(("text", "words"), BRACES.items())
def test_braces(text: str, words: str) -> None:
    assert readable(latex.plain(text, braces=True)) == words


@pytest.mark.parametrize(("tex", "words"), FORMULAS.items())
def test_formulas(tex: str, words: str) -> None:
    assert formulas.line(tex) == unicodedata.normalize("NFC", words)
    assert read(f"so ${tex}$ is") == f"so {' '.join(words.split())} is"


@pytest.mark.parametrize("tex", UNREADABLE)
def test_what_cannot_be_read_stays(tex: str) -> None:
    assert formulas.line(tex) is None
    if tex.strip() and not tex.endswith("\\"):
        assert latex.plain(f"so ${tex}$ is") == f"so ${tex}$ is"


@pytest.mark.parametrize("text", MONEY)
def test_money_stays(text: str) -> None:
    assert latex.plain(text) == text.replace("\\", "")


def test_a_paper_is_read_whatever_its_format() -> None:
    """Formats that name no other way take this one; the words as they stood are kept."""
    found = paper("line 1", "Kites in $\\ell_1$", "At $10^{-3}$\u202e of it.")
    assert isinstance(found, Paper)
    assert (found.title, found.abstract) == ("Kites in ℓ₁", "At 10⁻³ of it.")
    assert found.original == {"title": "Kites in $\\ell_1$", "abstract": "At $10^{-3}$\u202e of it."}


def test_a_version_that_was_read_before_formulas_were_is_not_worded_otherwise_for_that() -> None:
    before = Paper(where="line 1", title="Kites in $\\mathcal{O}(n)$", version=1)
    earlier = [Entry(1, "new", "arxiv", 1, 0, datetime(2026, 11, 20, tzinfo=UTC))]
    for title, kinds in (("Kites in O(n)", []), ("Kites in O(m)", [("revised", 2)])):
        now = Paper(where="line 1", title=title, version=2)
        assert arriving(now, "arxiv", earlier, [before], seen=False) == kinds


ATOMS = st.sampled_from(
    ["x", "y", "n", "12", r"\alpha", r"\ell", r"\Omega ", r"\infty", r"\mathbb{R}", r"\mathcal O", r"\hat{x}", "(n)",
     r"\text{word}"]
)  # fmt: skip
BETWEEN = ["+", "=", r" \leq ", r"\times ", ", ", r"\cdot ", " "]
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(BETWEEN), inner).map("".join),
        st.tuples(inner, st.sampled_from("^_"), inner).map(lambda t: f"{{{t[0]}}}{t[1]}{{{t[2]}}}"),
        st.tuples(inner, inner).map(lambda t: f"\\frac{{{t[0]}}}{{{t[1]}}}"),
        inner.map(lambda t: f"\\sqrt{{{t}}}"),
        inner.map(lambda t: f"\\left({t}\\right)"),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(tex=TREES)
def test_any_formula_that_is_one_is_read(tex: str) -> None:
    """Nothing of TeX is left, each letter and number is still there, brackets pair, and it is not read again."""
    words = formulas.line(tex)
    assert words is not None
    assert not re.search(r"[\\{}$]", words)
    assert words.count("(") == words.count(")")
    plain = unicodedata.normalize("NFKD", words)
    for letter, count in (
        ("x", tex.count("x") - tex.count("text")),
        ("y", tex.count("y") - tex.count("infty")),
        ("1", tex.count("1")),
    ):
        assert plain.count(letter) == count, (tex, words)
    assert read(words) == words
    assert len(words) <= 2 * len(tex)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(before=st.text("ab,. ("), tex=TREES, after=st.text("ab,. )"))
def test_around_a_formula_nothing_changes(before: str, tex: str, after: str) -> None:
    words = formulas.line(tex)
    assert words is not None
    for left, right in (("$", "$"), ("\\(", "\\)"), ("$$", "$$")):
        assert latex.plain(f"{before}{left}{tex}{right}{after}") == f"{before}{words}{after}"


SIGNS = st.sampled_from(
    ["$", "$$", "\\", "{", "}", "^", "_", "~", "``", "''", "`", "'", r"\(", r"\)", r"\[", r"\]", r"\alpha", r"\foo",
     r"\frac", r"\hat", r"\sqrt", r"\left", r"\right", r"\text", r"\cite", r"\textbf", r"{\it ", r"\'", r"\v ", r"\i",
     r"\L", r"\href{", "$y^2$", "x", "5", "12", "word", " ",
     "\n", "%", "&", "#", "é", "e\u0301", "中", "\0", "\x01", "\u202e", "\ud800", "-", ".",
     ",", "(", ")", "https://a.b/c_1"]
)  # fmt: skip
HOSTILE = st.lists(SIGNS, max_size=30).map("".join)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(text=HOSTILE, braces=st.booleans())
def test_any_text_is_read(text: str, braces: bool) -> None:
    """It stays about as long, its words stay (but those of a link's address), and formulas stay in their order."""
    words = latex.plain(f"{text} \\(q^3\\)", braces=braces)
    assert words.endswith(" q³")
    assert words == unicodedata.normalize("NFC", words)
    assert len(words) <= 2 * len(text) + 4
    if "\\href" not in text and "\\cite" not in text:
        assert words.count("中") == text.count("中")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    pieces=st.lists(
        st.one_of(
            TREES.map("${}$".format),
            st.sampled_from(["word", " ", "10^3", "M_{CDM}", "\\emph{word}", "a_1", ", ", "\\alpha"]),
        ),
        max_size=8,
    )
)
def test_read_twice_is_read_once(pieces: list[str]) -> None:
    once = latex.plain(" ".join(pieces))
    assert latex.plain(once) == once


LONG = (
    "\\", "{", "}", "$", "$$", "$x$", "$5 ", r"$\frac", "$x^{", "^", "_{", "x^{2", "`", "~", r"\(", r"\[", r"\alpha ",
    r"\cite[", r"{\it ", r"\textbf{", "www.", r"\sqrt{", r"\bar\a", "a_1 ", "\\" + "a" * 40, "$ a", "\0",
)  # fmt: skip


@pytest.mark.parametrize("piece", LONG)
def test_four_times_the_text_takes_four_times_as_long(piece: str) -> None:
    """Of a text of which each sign may begin something."""
    few, many = (piece * (size // len(piece)) for size in (15_000, 60_000))
    costs = few_cost, many_cost = seconds(few), seconds(many)
    assert many_cost < 10 * few_cost + 0.005, costs  # a square: 16 times; a busy machine: up to 7


def seconds(text: str) -> float:
    """The shortest of three runs, without the collector, whose time is that of all the tests before."""
    found = []
    gc.disable()
    try:
        for _ in range(3):
            began = process_time()
            for one in (text, f"a {text}!$"):
                latex.plain(one, braces=True)
            found.append(process_time() - began)
    finally:
        gc.enable()
    return min(found)


@pytest.mark.parametrize("piece", ["\\", "{", "$"])
def test_a_megabyte_comes_to_an_end(piece: str) -> None:
    assert latex.plain(piece * 1_000_000).strip(piece + " ") == ""
