"""A word with its number → without: losses and loss are one. The table of tokens.py says what is meant by that."""

# Not plural by rule, or no plural at all. A word of six letters or more also stands for longer words that end
# in it (hyperviruses, submatrices); a shorter one does not, or "abuses" would be many a "bus".
_NUMBER = {word: one for one, words in {
    "analysis": "analyses", "alysis": "alyses", "olysis": "olyses", "thesis": "theses", "crisis": "crises",
    "axis": "axes", "matrix": "matrices", "vertex": "vertices", "vortex": "vortices", "simplex": "simplices",
    "index": "indices", "appendix": "appendices", "corpus": "corpora corpuses", "criterion": "criteria",
    "phenomenon": "phenomena", "bacterium": "bacteria", "automaton": "automata", "spectrum": "spectra",
    "minimum": "minima", "maximum": "maxima", "optimum": "optima", "quiz": "quizzes",
    "bias": "bias biases", "debias": "debias", "lens": "lens lenses", "atlas": "atlas atlases",
    "alias": "alias aliases", "canvas": "canvas canvases", "gas": "gases", "bus": "buses", "virus": "viruses",
    "focus": "focuses", "status": "statuses", "campus": "campuses", "bonus": "bonuses",
    "series": "series", "species": "species", "news": "news", "chaos": "chaos", "always": "always",
    "sars": "sars", "cache": "caches", "niche": "niches", "avalanche": "avalanches", "ache": "aches",
    "movie": "movies", "cookie": "cookies", "calorie": "calories", "tie": "ties", "lie": "lies",
    "die": "dies", "metric": "metrics", "topic": "topics", "heuristic": "heuristics", "critic": "critics",
    "fabric": "fabrics", "clinic": "clinics", "mosaic": "mosaics", "characteristic": "characteristics",
}.items() for word in words.split()}  # fmt: skip

_LONG = range(max(map(len, _NUMBER)), 5, -1)
_PLURALS: dict[str, list[str]] = {}  # the same table, the other way round
for _plural, _one in _NUMBER.items():
    _PLURALS.setdefault(_one, []).append(_plural)
_ENDINGS = sorted({len(one) for one in _PLURALS})


def singular(solid: str, plain: str) -> str:
    """The folded form of a word without its number; `plain` is the form with it.

    `-ics` is left alone, and so is what ends in -us, -is and -ss: for every plural so caught two words would
    be spoilt. What that gets wrong stands in the table above.
    """
    if len(solid) > 2 and solid[-1] == "s" and solid[-2].isupper():
        return plain[:-1]
    if len(plain) < 4 or plain[-1] not in "sa" or not plain.isalpha():
        return plain
    if plain in _NUMBER:
        return _NUMBER[plain]
    for size in _LONG:
        if plain[-size:] in _NUMBER:
            return plain[:-size] + _NUMBER[plain[-size:]]
    return _by_ending(plain)


def surfaces(form: str) -> list[str]:
    """The folded words of which this is the form without number."""
    words = {form, f"{form}s", f"{form}es", f"{form[:-1]}ies"}
    for size in _ENDINGS:
        words.update(form[:-size] + plural for plural in _PLURALS.get(form[-size:], ()))
    return [word for word in words if singular(word, word) == form]


def _by_ending(plain: str) -> str:
    if plain.endswith("ies"):
        return plain[:-3] + "y"
    if plain.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return plain[:-2]
    if plain[-1] != "s" or plain[-2] in "sui" or plain.endswith("ics"):
        return plain
    return plain[:-1]
