"""Invented papers, and pages of them as a browser copies the text of a Hugging Face page."""

from collections.abc import Sequence

HEADER = (
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Nov 20",
)

TOPICS = (
    "pruning",
    "diffusion",
    "retrieval",
)  # paper n is about TOPICS[n % 3], and says no other of these words
ADDENDUM = "addendum"  # a word that only the longer telling of a paper has

_PLACES = ("Lighthouses", "Orchards", "Glaciers", "Harbours", "Meadows", "Quarries", "Canyons")
_DOINGS = ("Counting", "Mapping", "Forecasting", "Sketching", "Repairing")

Pair = tuple[str, str]  # title, abstract


def paper(n: int, *, longer: bool = False) -> Pair:
    """The title and the abstract (520 characters at least) of an invented paper, others for each n.

    `longer`: the same paper as another page tells it, with one sentence more.
    """
    topic, place, doing = TOPICS[n % 3], _PLACES[n % 7], _DOINGS[n % 5]
    title = f"{doing} {place} by Patient {topic.capitalize()}: Study No. {n}"
    sentences = [
        f"We look at {place.lower()} once more, in round {n}, and ask what {topic} can do for them.",
        f"Our study no. {n} measures {n + 3} of them, with an instrument that was built for the purpose.",
        "The method is slow, but it needs no labels, no accelerators and no more than an afternoon of sunshine.",
        f"Against the {n + 7} older ways of {doing.lower()} it wins in most seasons, though never in a fog.",
        "We discuss where it fails, what the neighbours say of it, and which of their doubts are well founded.",
        f"All {n * 11 + 2} measurements, the drawings and the weather diary can be had from the authors.",
    ]
    if longer:
        sentences.append(f"An {ADDENDUM} covers the winter that followed, which the first telling left out.")
    return title, " ".join(sentences)


def page(
    papers: Sequence[Pair],
    *,
    header: bool | Sequence[str] = True,
    blank: bool = True,
    cards: Sequence[Sequence[str]] = (),
) -> str:
    """A page of these papers; the n-th of `cards` stands below the n-th abstract.

    `blank`: with a blank line between the blocks. `header`: its lines, or whether there are the usual ones.
    """
    above = HEADER if header is True else header or ()
    blocks = [[line] for line in above]
    for place, (title, abstract) in enumerate(papers):
        blocks += [[title], [abstract]]
        if place < len(cards) and cards[place]:
            blocks.append(list(cards[place]))
    return ("\n\n" if blank else "\n").join("\n".join(block) for block in blocks) + "\n"
