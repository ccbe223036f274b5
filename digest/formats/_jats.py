"""An article in JATS → a paper: for files of articles, and for archives that give it in answers of their own."""

from typing import TYPE_CHECKING

from digest import identifiers, markup
from digest.formats import _dates, _links, _names, _xml
from digest.papers import Paper, Reject, paper, readable, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

_HREF = "{http://www.w3.org/1999/xlink}href"
_KINDS = {
    "doi": identifiers.doi,
    "pmid": identifiers.pmid,
    "pmc": lambda text: identifiers.pmcid(text if text.upper().startswith("PMC") else f"PMC{text}"),
    "pmcid": identifiers.pmcid,
    "arxiv": identifiers.arxiv,
}
# Which date is the first publication: by pub-type, date-type or publication-format.
_DATES = ("epub", "preprint", "electronic", "epub-ppub", "pub", "ppub", "print", "collection")


def made(where: str, element: "_Element") -> Paper | Reject:
    """The paper of an `article`; a reject for what PMC answers in its place."""
    if _xml.local(element) == "Reply":  # PMC has it no more, or does not give it
        return reject(
            where, f"PMC: {element.get('error') or _xml.words(element)}", str(element.get("Id") or "")
        )
    meta = _xml.find(element, "front/article-meta")
    if meta is None:
        return reject(where, "it has no article-meta", _xml.words(element)[:200])
    title = _title(meta)
    return paper(
        where,
        title,
        _abstract(meta),
        ids=_ids(meta),
        resolve=markup.words,
        authors=_authors(meta),
        org=_affiliation(meta),
        venue=_venue(element),
        categories=_categories(meta),
        published=_published(meta),
        links=_links.own(str(one.get(_HREF) or "") for one in _xml.every(meta, "self-uri")),
        withdrawn=_is_withdrawn(meta, title),
    )


def _words(element: "_Element | None", *without: str) -> str:
    """The words without these elements and without TeX documents."""
    if element is None:
        return ""
    from lxml.etree import strip_elements

    for formula in list(element.iter("{*}tex-math")):
        if "\\documentclass" in "".join(map(str, formula.itertext())):
            formula.text = ""
    if without:
        strip_elements(element, *(f"{{*}}{name}" for name in without), with_tail=False)
    return _xml.words(element)


def _title(meta: "_Element") -> str:
    group = _xml.find(meta, "title-group")
    if group is None:
        return ""
    title = _words(_xml.find(group, "article-title"), "xref", "fn")
    subtitle = _words(_xml.find(group, "subtitle"), "xref", "fn")
    return f"{title}: {subtitle}" if title and subtitle else title


def _abstract(meta: "_Element") -> str:
    """The one of no special kind, its sections with their titles."""
    plain = [one for one in _xml.every(meta, "abstract") if not one.get("abstract-type")]
    for one in plain or _xml.every(meta, "trans-abstract"):
        return " ".join(part for child in one if (part := _section(child)))
    return ""


def _section(element: "_Element") -> str:
    if _xml.local(element) in {"title", "label"}:  # of the whole: `Abstract`
        return ""
    title = _words(_xml.find(element, "title")) if _xml.local(element) == "sec" else ""
    words = " ".join(
        part for child in element if _xml.local(child) not in {"title", "label"} and (part := _words(child))
    )
    if _xml.local(element) != "sec":
        return _words(element)
    return f"{title.rstrip(':.')}: {words}" if title and words else words


def _ids(meta: "_Element") -> list[identifiers.Id | None]:
    told = _xml.every(meta, "article-id")
    return [_KINDS[kind](_xml.words(one)) for one in told if (kind := str(one.get("pub-id-type"))) in _KINDS]


def _authors(meta: "_Element") -> tuple[str, ...]:
    people = [
        one for path in ("contrib-group/contrib", "contrib-group/collab") for one in _xml.every(meta, path)
    ]
    return _names.known(_name(one) for one in people if one.get("contrib-type") in {"author", None})


def _name(person: "_Element") -> str:
    for path in ("name", "name-alternatives/name", "string-name", "name-alternatives/string-name"):
        name = _xml.find(person, path)
        if name is not None:
            parts = (_xml.text(name, part) for part in ("given-names", "surname", "suffix"))
            return _names.joined(*parts) or _xml.words(name)
    group = _xml.find(person, "collab")
    if group is None:
        group = _xml.find(person, "collab-alternatives/collab")
    if group is None and _xml.local(person) == "collab":
        group = person
    return _words(group, "contrib-group", "xref")


def _affiliation(meta: "_Element") -> str:
    """The first that is told: the first author's."""
    for path in (
        "contrib-group/contrib/aff",
        "contrib-group/aff",
        "aff",
        "contrib-group/aff-alternatives/aff",
    ):
        for one in _xml.every(meta, path):
            return readable(markup.plain(_words(one, "label", "sup", "institution-id", "email"))).strip(
                " ,;."
            )
    return ""


def _venue(element: "_Element") -> str:
    journal = "front/journal-meta/journal-title-group/journal-title", "front/journal-meta/journal-title"
    return next((said for path in journal if (said := _xml.text(element, path))), "")


def _categories(meta: "_Element") -> tuple[str, ...]:
    """The journal's subjects, then the keywords."""
    subjects = [
        _xml.text(group, "subject")
        for group in _xml.every(meta, "article-categories/subj-group")
        if group.get("subj-group-type") != "heading"
    ]
    keywords = [_words(one) for one in _xml.every(meta, "kwd-group/kwd")]
    return tuple(dict.fromkeys(filter(None, [*subjects, *keywords])))


def _published(meta: "_Element") -> str:
    told: dict[str, str] = {}
    for one in _xml.every(meta, "pub-date"):
        kind = str(one.get("pub-type") or one.get("publication-format") or one.get("date-type") or "")
        parts = (_xml.text(one, part) for part in ("year", "month", "day"))
        if date := _dates.ymd(*parts) or _dates.iso(str(one.get("iso-8601-date") or "")):
            told.setdefault(kind, date)
    return next((told[kind] for kind in _DATES if kind in told), next(iter(told.values()), ""))


def _is_withdrawn(meta: "_Element", title: str) -> bool:
    """A notice refers to it, or its title says so. The notice itself is `article-type="retraction"`."""
    related = (one.get("related-article-type") for one in _xml.every(meta, "related-article"))
    return "retraction-forward" in related or title.upper().startswith(("RETRACTED:", "WITHDRAWN:"))
