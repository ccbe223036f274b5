"""One field with several authors, by whatever separator its exporter likes → their display names."""

import re

from digest.formats import _names

_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_NAMED = re.compile(r"['\"](?:name|full_?name|author|display_name)['\"]: ?(?:'([^']*)'|\"([^\"]*)\")")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_IN_BRACKETS = re.compile(r" ?\((?:\d{3,}|[^()@]*@[^()@]*)\)")  # Scopus puts its author id behind the name
_AND = re.compile(r",? (?:and|&|und|et|y) ")
_AND_GROUPS = re.compile(
    r"([^,;|\n]+ [A-Z]{1,3}(?:, [^,;|\n]+ [A-Z]{1,3}(?: (?:Jr|Sr|\dnd|\drd|\dth))?)+);([^,|\n]+)\."
)
LONGEST = 200_000  # characters of a list: that of a large experiment has 3,000 names
LONGEST_NAME = 300


def split(text: str) -> tuple[str, ...]:
    """`Doe, J.; Roe, R.`, `Doe, J. and Roe, R.`, `Jane Doe, Rich Roe and Max Moe`, `Doe J, Roe R.`, `['Jane Doe']`."""
    lines = [" ".join(line.split()) for line in text[:LONGEST].split("\n")]
    text = "\n".join(line for line in lines if line).rstrip("… ").removesuffix("...").rstrip(" ,")
    if text.startswith("[") and text.endswith("]"):
        pattern = _NAMED if "{" in text else _QUOTED
        return _known([a or b for a, b in pattern.findall(text)])
    if in_pubmed := _AND_GROUPS.fullmatch(text):
        return _known([*in_pubmed[1].split(","), *in_pubmed[2].split(";")])
    for separator in ("|", ";", "\n"):
        if separator in text:
            return _known(text.split(separator))
    parts = [part for part in _AND.split(text) if part]
    if len(parts) > 1 and (all(part.count(",") == 1 for part in parts) or "," not in text):
        return _known(parts)
    return _known(_by_commas(_AND.sub(", ", text)))


_JOINT = re.compile(r"(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_UNFINISHED = re.compile(r"(?:^|[\s'’-])(?:Ma?c|D[eaiu]|L[aei]|V[ao]n|Fitz|Al|El)$|^\S*$")


def unglued(text: str) -> str:
    """SpringerLink puts no sign between the names: `Jane DoeIan McRoe` → `Jane Doe;Ian McRoe`."""
    names = [""]
    for part in _JOINT.split(text[:LONGEST]):
        if len(names[-1]) < LONGEST_NAME and _UNFINISHED.search(names[-1]):
            names[-1] += part
        else:
            names.append(part)
    return ";".join(names)


def _by_commas(text: str) -> list[str]:
    """The names between commas, unless a comma stands inside each: `Doe, Jane`, `Doe, J., Roe, R.`"""
    parts = [part.strip() for part in text.split(",")]
    parts = [part for part in parts if part]
    if (
        len(parts) > 1
        and " " in parts[-1]
        and parts[-1].endswith(".")
        and not any(part.endswith(".") for part in parts[:-1])
    ):
        parts[-1] = parts[-1].removesuffix(".")  # the end of PubMed's sentence
    inside = len(parts) % 2 == 0 and all(part.isupper() and _INITIALS.fullmatch(part) for part in parts[1::2])
    alone = len(parts) == 2 and (" " not in parts[0] or parts[0][:1].islower())
    if inside or alone:
        return [f"{last}, {first}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    return parts


def _known(names: list[str]) -> tuple[str, ...]:
    return _names.known(_one(name) for name in names)


def _one(name: str) -> str:
    name = _IN_BRACKETS.sub("", name[:LONGEST_NAME]).strip(" ,*")
    return _names.natural(name.removesuffix(",null"))
