"""Answers of OAI-PMH servers: arXiv's own three kinds of metadata, PubMed Central's JATS, libraries' MODS, and the
Dublin Core that every repository gives (openarchives.org/OAI/openarchivesprotocol.html; info.arxiv.org/help/oa).

    OAI-PMH/ListRecords/record  header (status="deleted", identifier, datestamp, setSpec), metadata/…
      arXiv      id, created (v1), updated, authors/author (keyname, forenames, suffix, affiliation), categories …
      arXivRaw   id, version/@version (date, size, source_type) …, authors as one line; arXivOld has no versions
      oai_dc:dc  title, creator `Last, First`, subject, description (arXiv: a second one, `Comment: …`), date,
                 identifier (addresses, `doi:…`, a journal reference), source

`datestamp` moves with every change of the metadata. A harvest is many pages in one file. `noRecordsMatch` is an
empty answer. Deleted records keep no metadata; should one have some, it is a withdrawn paper.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from digest import identifiers, markup
from digest.errors import DumpError
from digest.formats import _arxiv, _dates, _jats, _mods, _names, _xml
from digest.formats._head import Head
from digest.markup import latex
from digest.papers import Paper, Reject, paper, readable, reject

if TYPE_CHECKING:
    from lxml.etree import _Element

_NO_RECORDS = ("ListIdentifiers", "ListSets", "ListMetadataFormats", "Identify")  # answers to other questions
_ENVELOPES = {"ListRecords", "GetRecord", "records", "Records", "record", "Record"}


def sniff(head: Head) -> bool:
    """An answer of an OAI-PMH server, or records of one that have lost their envelope."""
    if head.root == "OAI-PMH":
        return True
    return head.root in _ENVELOPES and (
        b"openarchives.org/OAI/2.0" in head.data or b"arxiv.org/OAI/" in head.data
    )


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records of all pages in the file; DumpError if the server answered with an error, or with no records."""
    return _xml.papers(dump, _record, "record", "Record", "error", *_NO_RECORDS)


def _record(where: str, element: "_Element") -> Paper | Reject | None:
    name = _xml.local(element)
    if name == "error":
        return _error(where, element)
    if name in _NO_RECORDS:
        return _refusal(where, f"it is an answer to {name}, which holds no papers: ask for ListRecords")
    header, metadata = _xml.find(element, "header"), _xml.find(element, "metadata")
    deleted = header is not None and header.get("status") == "deleted"
    identifier = _xml.text(element, "header/identifier")
    said = next((one for one in metadata if _xml.local(one)), None) if metadata is not None else None
    if said is None:
        why = "the archive has deleted it" if deleted else "it has no metadata"
        return reject(where, f"{why}: {identifier or 'no identifier'}", _xml.words(element))
    if make := _OF_OTHERS.get(_xml.local(said)):
        return make(where, said)
    read_as = _KINDS.get(_xml.local(said))
    if read_as is None:
        kind = f"its metadata are {_xml.local(said)!r}"
        return reject(where, f"{kind}, which cannot be read: ask for metadataPrefix=oai_dc", _xml.words(said))
    return read_as(where, said, identifier, deleted)


def _error(where: str, element: "_Element") -> Reject | None:
    code = readable(element.get("code", ""))
    if code == "noRecordsMatch":
        return None
    said = ": ".join(part for part in (code, _xml.words(element)) if part)
    advice = ": harvest again from the start" if code == "badResumptionToken" else ": correct the request"
    return _refusal(where, f"the server answered with an error, {said or 'without a reason'}{advice}")


def _refusal(where: str, reason: str) -> Reject:
    if where == "record 1":
        raise DumpError(reason)
    return reject(where, reason, "")


def _arxiv_paper(where: str, said: "_Element", identifier: str, deleted: bool) -> Paper | Reject:
    """Metadata of the kinds arXiv, arXivRaw and arXivOld."""
    names, org = _people(said)
    version, first, gone = _versions(said)
    comments, abstract = _xml.text(said, "comments"), _xml.text(said, "abstract")
    own = (identifiers.arxiv(_xml.text(said, "id")), identifiers.arxiv(identifier))
    return paper(
        where,
        _xml.text(said, "title"),
        abstract,
        ids=(*own, *_arxiv.dois(_xml.text(said, "doi"))),
        resolve=latex.plain,
        version=version,
        authors=names,
        org=org,
        venue=_arxiv.venue(_xml.text(said, "journal-ref"), comments),
        categories=tuple(dict.fromkeys(_xml.text(said, "categories").split())),
        published=_dates.iso(_xml.text(said, "created") or first or _xml.text(said, "date")),
        links=_arxiv.links(comments, abstract),
        withdrawn=deleted or gone or _arxiv.withdrawn(comments, abstract),
    )


def _people(said: "_Element") -> tuple[tuple[str, ...], str]:
    """The authors, and where the first of them works."""
    people = _xml.every(said, "authors/author")
    if not people:
        line = _xml.text(said, "authors")
        return _arxiv.authors(line), _arxiv.organisation(line)
    parts = ("forenames", "keyname", "suffix")
    names = (_names.joined(*(_xml.text(one, part) for part in parts)) for one in people)
    org = latex.plain(_xml.text(people[0], "affiliation"), braces=True)
    return _names.known(latex.plain(name, braces=True) for name in names), readable(org)


def _versions(said: "_Element") -> tuple[int | None, str, bool]:
    """The last version's number, the first one's date, and whether the last has no paper: it is withdrawn."""
    told = _xml.every(said, "version")
    if not told:
        return None, "", False
    number = re.fullmatch(r"v(\d{1,4})", told[-1].get("version", ""))
    gone = "I" in _xml.text(told[-1], "source_type") or bool(
        re.fullmatch(r"0 ?kb", _xml.text(told[-1], "size"))
    )
    return int(number[1]) or None if number else None, _xml.text(told[0], "date"), gone


def _dublin_core(where: str, said: "_Element", identifier: str, deleted: bool) -> Paper | Reject:
    notes = [one for one in _xml.texts(said, "description") if one.startswith("Comment:")]
    abstract = next((one for one in _xml.texts(said, "description") if one not in notes), "")
    addresses = _xml.texts(said, "identifier")
    own = identifiers.arxiv(identifier)
    links = [one for one in addresses if re.fullmatch(r"https?://\S+", one) and not _is_made_from(one)]
    return paper(
        where,
        _xml.text(said, "title"),
        abstract,
        ids=(own, *_ids(addresses)),
        resolve=_plain,
        authors=_names.known(
            _names.natural(latex.plain(one, braces=True)) for one in _xml.texts(said, "creator")
        ),
        venue=_venue(said, addresses, notes) if own else _journal(_xml.texts(said, "source")),
        categories=tuple(dict.fromkeys(_xml.texts(said, "subject"))),
        published=next((day for one in _xml.texts(said, "date") if (day := _dates.iso(one))), ""),
        links=tuple(dict.fromkeys((*links, *_arxiv.links(*notes, abstract)))),
        withdrawn=deleted or _arxiv.withdrawn(" ".join(notes).removeprefix("Comment:"), abstract),
    )


def _ids(addresses: Iterable[str]) -> Iterator[identifiers.Id | None]:
    for one in addresses:
        yield identifiers.of_link(one) or identifiers.doi(one)


def _is_made_from(address: str) -> bool:
    return bool(identifiers.arxiv(address)) or "://doi.org/" in address or "://dx.doi.org/" in address


def _plain(text: str) -> str:
    return markup.words(text)


def _venue(said: "_Element", addresses: Iterable[str], notes: Iterable[str]) -> str:
    """Of arXiv: the identifier that is no identifier is the journal reference."""
    reference = (one for one in addresses if not re.match(r"(?:https?://|doi:|oai:|urn:)", one))
    return _arxiv.venue(next(reference, ""), " ".join(notes))


def _journal(sources: Iterable[str]) -> str:
    return next((one for one in sources if not re.match(r"https?://|\d{4}-\d{3}[\dX]$", one)), "")


_OF_OTHERS = {"article": _jats.made, "mods": _mods.made}
_KINDS = {"arXiv": _arxiv_paper, "arXivRaw": _arxiv_paper, "arXivOld": _arxiv_paper, "dc": _dublin_core}
