"""Every line of the table of decisions in digest/rules/tokens.py, and what it leaves open."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rules import number, tokens
from digest.rules.number import singular
from digest.rules.tokens import Tokens, fold


def decisions() -> list[tuple[str, str]]:
    lines = [line.split("|")[0].split("→") for line in (tokens.__doc__ or "").splitlines() if "|" in line]
    return [(text.strip(), forms.strip()) for text, forms in lines]


def test_the_table_is_there() -> None:
    assert len(decisions()) == 22


@pytest.mark.parametrize(("text", "forms"), decisions())
def test_a_decision_of_the_table(text: str, forms: str) -> None:
    assert set(Tokens(text).index) == set(forms.split())


NUMBER = {
    "networks": "network", "network": "network", "studies": "study", "classes": "class", "loss": "loss",
    "losses": "loss", "meshes": "mesh", "branches": "branch",
    "boxes": "box", "buzzes": "buzz", "uses": "use",
    "us": "us", "thus": "thus", "bus": "bus", "buses": "bus", "abuses": "abuse", "basis": "basis",
    "physics": "physics", "dynamics": "dynamics",
    "metrics": "metric", "topics": "topic", "bias": "bias",
    "biases": "bias", "analysis": "analysis", "analyses": "analysis", "catalyses": "catalysis",
    "hypotheses": "hypothesis", "syntheses": "synthesis", "axes": "axis", "taxes": "tax",
    "matrices": "matrix",     "submatrices": "submatrix", "vertices": "vertex",
    "indices": "index", "corpora": "corpus",
    "criteria": "criterion", "phenomena": "phenomenon",
    "lens": "lens", "lenses": "lens", "series": "series",
    "species": "species", "subspecies": "subspecies",
    "news": "news", "atlas": "atlas", "chaos": "chaos",
    "always": "always", "caches": "cache", "approaches": "approach", "viruses": "virus",
    "lentiviruses": "lentivirus", "taxis": "taxis", "gan": "gan", "sars": "sars", "pulsars": "pulsar",
    "80s": "80s", "its": "its", "data": "data",
    "GANs": "gan", "GPUs": "gpu", "LMs": "lm", "APIs": "api",
    "VAEs": "vae", "GANS": "gan", "As": "as", "DDoS": "ddo", "GPS": "gps",
}  # fmt: skip


@pytest.mark.parametrize(("word", "one"), NUMBER.items())
def test_number(word: str, one: str) -> None:
    assert singular(word, fold(word)) == one


@pytest.mark.parametrize("one", sorted(set(number._NUMBER.values())))
def test_what_a_plural_becomes_stays_as_it_is(one: str) -> None:
    assert singular(one, one) == one


FOLDED = {
    "Gödel": "godel", "Ørsted": "orsted", "Łódź": "lodz",
    "Đorđe": "dorde", "Æsir": "aesir", "Œuvre": "oeuvre",
    "STRAẞE": "strasse", "ﬁne": "fine", "L²": "l2", "ΣΟΦΟΣ": "σοφοσ", "Σοφός": "σοφοσ", "ﾊﾟ": "パ",
    "한국어": "한국어", "ＧＡＮ": "gan", "İ": "i", "𝐆𝐀𝐍": "gan", "हिन्दी": "हिनदी",
}  # fmt: skip


@pytest.mark.parametrize(("word", "form"), FOLDED.items())
def test_folding(word: str, form: str) -> None:
    assert fold(word) == form


@given(st.text(min_size=1))
def test_folding_is_the_same_for_composed_and_decomposed(word: str) -> None:
    folded = fold(word)
    assert folded
    if len(folded) > 1:
        assert fold(unicodedata.normalize("NFD", word)) == fold(unicodedata.normalize("NFC", word))


WORDS = {
    "हिन्दी पाठ": ["हिनदी", "पाठ"],
    "ภาษาไทย": ["ภาษาไทย"],
    "e\u0301tude": ["etude"],
    "deep_learning": ["deep", "learning"],
    "1,000.5": ["1", "000", "5"],
    "rock'n'roll": ["rocknroll"],
    "the models' 'own' words": ["the", "model", "own", "word"],
    "GAN's的": ["gan", "的"],
    "it’s": ["it"],
    "R&D": ["r", "d"],
    "— · …": [],
    "": [],
}


@pytest.mark.parametrize(("text", "forms"), WORDS.items())
def test_words_in_order(text: str, forms: list[str]) -> None:
    assert list(Tokens(text).index) == forms


ADDRESSES = [
    "https://github.com/someone/thing.", "(http://a.example/b?c=d#e),", "www.example.org", "ftp://x.org/y;",
    "github.com/x", "someone.github.io", "HTTPS://X.ORG/A", "https://x.org/~a/b_c.html", "x.co.uk/y",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_leaves_nothing_and_moves_nothing(address: str) -> None:
    text = f"see {address} now"
    index = Tokens(text).index
    assert list(index) == ["see", "now"]
    ((_, begin, _),) = index["now"]
    assert text[begin:] == "now"


def test_what_is_no_address() -> None:
    assert set(Tokens("Booking.com and/or i.e. GPT-3.5").index) >= {"booking", "com", "and", "or", "gpt", "5"}


def test_a_long_chain_of_hyphens_costs_no_square() -> None:
    short, long = (len(Tokens("-".join(["ab"] * n)).index) for n in (100, 1000))
    assert long == short
    places = [sum(map(len, Tokens("-".join(["ab"] * n)).index.values())) for n in (1000, 4000)]
    assert places[1] < 4.5 * places[0]


@given(st.text(max_size=60))
def test_every_token_stands_where_it_says(text: str) -> None:
    for form, places in Tokens(text).index.items():
        for _, begin, piece in places:
            assert piece.form == form
            assert 0 <= piece.begin < piece.end
            solid = tokens._solid(tokens._PARTS.sub("", text[begin + piece.begin : begin + piece.end]))
            assert fold(solid) == piece.plain


@given(st.text(alphabet=list("ab1'-. s\u0301é扩ガ"), max_size=30))
def test_positions_are_without_a_gap_inside_a_sentence(text: str) -> None:
    singles = sorted(
        (position + piece.first)
        for places in Tokens(text.replace(".", "")).index.values()
        for position, _, piece in places
        if piece.last == piece.first + 1
    )
    assert sorted(set(singles)) == list(range(len(set(singles))))
