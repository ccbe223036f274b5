"""Unread arrivals → groups → a frozen issue, in one transaction with the digest's cursor and the slot."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection

from digest import crash, identity, note, planning, ranking
from digest.arrivals import Arrival, Entry, Span, by_work, fate, gathered
from digest.config import HAND, Digest, Home
from digest.identity import Work
from digest.issue import (
    Account,
    Card,
    DumpRead,
    GroupHead,
    Head,
    Placed,
    as_read,
    entry_id,
    links,
    placed,
)
from digest.rules import Reading, counted, lit, words
from digest.store import Store, issues, log, visits, works
from digest.verdicts import BAD, Finding, of_dumps, with_silence

AT_ONCE = 500  # works in memory at a time

State = Literal["made", "empty", "waiting"]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a build came to for one digest."""

    digest: str
    state: State
    issue: Head | None  # null: there was nothing to show, or the slot waits
    account: Account
    groups: tuple[GroupHead, ...]
    dumps: tuple[DumpRead, ...]
    sources: dict[str, str]  # source → verdict
    reasons: dict[str, str] = {}  # source → why it is bad
    deliveries: int = 0  # how many are ready to be sent


@dataclass(frozen=True, slots=True)
class Occasion:
    """When an issue is made, and why."""

    now: datetime
    slot: datetime | None = None  # None: by hand
    since: datetime | None = None  # an extra issue of works since then; moves no cursor


@dataclass(frozen=True, slots=True)
class Unread:
    """What a digest has not read, as the log has it, and how its sources are."""

    entries: Sequence[Entry]
    reads: tuple[DumpRead, ...]
    touched: Mapping[str, Span]  # of sources that brought anything: no cursor moves over what others brought
    findings: dict[str, Finding]

    @property
    def verdicts(self) -> dict[str, str]:
        """Each source's verdict."""
        return {name: finding.verdict for name, finding in self.findings.items()}

    @property
    def reasons(self) -> dict[str, str]:
        """Why the verdicts that are bad are so, where it is known."""
        return {name: one.why for name, one in self.findings.items() if one.why and one.verdict in BAD}


def freeze(
    store: Store,
    home: Home,
    digest: Digest,
    occasion: Occasion,
    problems: Sequence[DumpRead],
    tell: Callable[[int, int], None],
) -> Made:
    """Make the digest's issue of what it has not read, if there is anything to show.

    `problems` are the dumps that nobody could read in this run; `tell` hears how many works of how many are done.
    """
    with store.writing() as db:
        log.begin(db, digest.name, occasion.now)
        if occasion.slot and issues.is_settled(db, digest.name, occasion.slot):
            return _nothing(digest)
        unread = _unread(db, home, digest, occasion, problems)
        crash.point("span read")
        made, number = _made(db, home, digest, occasion, unread, tell)
        if made.state != "waiting" and not occasion.since:
            log.move(db, digest.name, unread.touched)
            crash.point("cursor moved")
        if occasion.slot:
            issues.settle(db, digest.name, occasion.slot, made.state, occasion.now, number)
            crash.point("slot settled")
    crash.point("issue committed")
    return made


def _nothing(digest: Digest) -> Made:
    """Another process has settled the slot meanwhile."""
    return Made(
        digest=digest.name, state="empty", issue=None, account=Account(), groups=(), dumps=(), sources={}
    )


def _made(
    db: Connection,
    home: Home,
    digest: Digest,
    occasion: Occasion,
    unread: Unread,
    tell: Callable[[int, int], None],
) -> tuple[Made, int | None]:
    """The issue and its number in the store, or, if none is to be made, no trace of it."""
    number, head, planned = issues.next_id(db), None, 0
    with db.begin_nested() as attempt:
        account, groups = _carry(db, number, digest, unread.entries, tell)
        state = _state(db, digest, occasion, sum(group.papers for group in groups))
        if state == "made":
            head = _head(db, home, digest, occasion, account, groups, unread)
            issues.freeze(db, number, head)
            crash.point("issue frozen")
            planned = planning.plan(db, digest, number, head)
        else:
            attempt.rollback()
    made = Made(
        digest=digest.name,
        state=state,
        issue=head,
        account=account,
        groups=groups,
        dumps=unread.reads,
        sources=unread.verdicts,
        reasons=unread.reasons,
        deliveries=planned,
    )
    return made, number if head else None


def sources_of(db: Connection, home: Home, digest: Digest) -> list[str]:
    """The sources that a digest reads: those it names, or all that are configured or have ever brought a dump."""
    return sorted(digest.sources or {*log.sources(db), *(source.name for source in home.sources)})


def _unread(
    db: Connection, home: Home, digest: Digest, occasion: Occasion, problems: Sequence[DumpRead]
) -> Unread:
    spans = log.spans(db, digest.name, sources_of(db, home, digest))
    if occasion.since:
        after = log.before(db, occasion.since)
        spans = {source: Span(after, span.upto) for source, span in spans.items()}
    entries, in_log = log.unread(db, spans), log.reads(db, spans)
    mine = [read for read in problems if read.source in spans]
    reads = (*in_log, *(read for read in mine if read not in in_log))
    touched = {entry.source for entry in entries} | {read.source for read in in_log}
    # What was read long ago, and an extra issue reads again, says nothing of the sources today.
    verdicts = _verdicts(db, home, spans, mine if occasion.since else reads, occasion.now)
    return Unread(entries, reads, {name: spans[name] for name in spans if name in touched}, verdicts)


def _verdicts(
    db: Connection, home: Home, names: Iterable[str], reads: Sequence[DumpRead], now: datetime
) -> dict[str, Finding]:
    last, configured = log.last_news(db), {source.name: source for source in home.sources}
    standings = visits.standings(db)
    found: dict[str, Finding] = {}
    for name in names:
        source = configured.get(name)
        stale_after = source.stale_after if source else None
        mine = [read for read in reads if read.source == name]
        if source and name in standings:
            found[name] = with_silence(standings[name].finding, last.get(name), stale_after, now)
        elif mine or name != HAND:  # nobody owes a dump by hand
            found[name] = of_dumps(mine, last.get(name), stale_after, now)
    return found


class _Case(NamedTuple):
    """Everything that the store knows of a work whose arrival is unread."""

    arrival: Arrival
    work: Work
    atoms: tuple[int, ...]
    carried: frozenset[int]  # versions, by issues of this digest
    seen: bool
    sources: tuple[str, ...]
    first_keys: tuple[str, ...]  # of the atom that was, or now is, carried first


def _carry(
    db: Connection, issue: int, digest: Digest, entries: Sequence[Entry], tell: Callable[[int, int], None]
) -> tuple[Account, tuple[GroupHead, ...]]:
    """Put the digest's unread works under its groups, as cards of this issue."""
    from digest.rules.engine import Engine  # numpy costs 150 ms: `digest status` asks for no engine

    unread = gathered(entries, works.of(db, (entry.atom for entry in entries)))
    rules = Engine([group.rule for group in digest.groups])
    fates: Counter[str] = Counter()
    ranks: list[list[tuple[ranking.Rank, ...]]] = [[] for _ in digest.groups]
    for start in range(0, len(unread), AT_ONCE):
        tell(start, len(unread))
        cards: list[tuple[int, int, Card]] = []
        carried: list[tuple[int, int]] = []
        told: list[tuple[_Case, Literal["new", "revised"], Reading]] = []
        for case in _cases(db, digest.name, unread[start : start + AT_ONCE]):
            what = fate(case.arrival, case.work, case.carried, case.seen, digest.revised == "show")
            fates[what] += 1
            if what == "new" or what == "revised":
                told.append((case, what, as_read(case.work, case.sources)))
        matches = rules.matches(reading for _, _, reading in told)
        for (case, what, reading), hits in zip(told, matches, strict=True):
            if not hits:
                fates["ungrouped"] += 1
                continue
            where = placed(reading, hits, rules.rules)
            card = _card(digest, case, where, reading, what)
            cards.append((where.group, len(ranks[where.group]), card))
            ranks[where.group].append(ranking.rank(digest.groups[where.group].order, card))
            carried += [(atom, version) for atom in case.atoms for version in _versions(case, what)]
        issues.add_cards(db, issue, cards)
        crash.point("cards stored")
        issues.carry(db, digest.name, issue, carried)
        crash.point("issue carried")
    for group, of_group in enumerate(ranks):
        issues.put_in_order(db, issue, group, ranking.ordered(of_group))
    account = Account(
        arrivals=len(unread),
        carried_before=fates["carried"],
        withdrawn=fates["withdrawn"],
        new=fates["new"],
        revised=fates["revised"],
        ungrouped=fates["ungrouped"],
    )
    heads = (GroupHead(g.heading, len(r), g.limit) for g, r in zip(digest.groups, ranks, strict=True))
    return account, tuple(heads)


def _versions(case: _Case, what: Literal["new", "revised"]) -> set[int]:
    """What an issue carries of a work: 0 for the work itself, and the version that it shows."""
    if what == "revised":
        return {max(case.arrival.revisions)}
    return {0, case.work.version or 0}


def _cases(db: Connection, digest: str, unread: Sequence[Arrival]) -> list[_Case]:
    atoms = works.members(db, (arrival.work for arrival in unread))
    said = works.by_work(works.said(db, atoms), atoms)
    entries = by_work(log.entries(db, atoms), atoms)
    carried = issues.carried_versions(db, digest, atoms)
    of_work: dict[int, list[int]] = {}
    for atom, work in sorted(atoms.items()):
        of_work.setdefault(work, []).append(atom)
    first = {work: next((atom for atom in mine if atom in carried), work) for work, mine in of_work.items()}
    key_sets = works.key_sets(db, first.values())
    return [
        _Case(
            arrival=arrival,
            work=identity.merged([row.paper for row in said[arrival.work]]),
            atoms=tuple(of_work[arrival.work]),
            carried=frozenset(version for atom in of_work[arrival.work] for version in carried.get(atom, ())),
            seen=any(entry.kind == "seen" for entry in entries[arrival.work]),
            sources=tuple(sorted({entry.source for entry in entries[arrival.work]})),
            first_keys=tuple(key_sets[first[arrival.work]]),
        )
        for arrival in unread
    ]


def _card(
    digest: Digest, case: _Case, where: Placed, reading: Reading, what: Literal["new", "revised"]
) -> Card:
    work = case.work
    return Card(
        entry=entry_id(digest.name, case.first_keys),
        work=case.arrival.work,
        kind=what,
        title=work.title,
        abstract=work.abstract,
        authors=work.authors,
        n_authors=work.n_authors,
        org=work.org,
        published=work.published,
        comments=work.comments,
        upvotes=work.upvotes,
        links=links(work),
        matched=words(where.spots, reading),
        found=counted(digest.groups[where.group].rule, reading),
        in_title=lit(where.spots, "title"),
        in_abstract=lit(where.spots, "abstract"),
        also=tuple(digest.groups[other].heading for other in where.also),
        sources=case.sources,
        arrived=case.arrival.at,
    )


def _state(db: Connection, digest: Digest, occasion: Occasion, papers: int) -> State:
    """Whether there is an issue to be made of so many papers."""
    if occasion.slot is None or papers >= digest.minimum:
        return "made" if papers else "empty"
    if papers == 0:
        return "made" if digest.empty == "send" else "empty"
    since = issues.waiting_since(db, digest.name) or occasion.slot
    return "made" if occasion.slot - since >= digest.wait else "waiting"


def _head(
    db: Connection,
    home: Home,
    digest: Digest,
    occasion: Occasion,
    account: Account,
    groups: tuple[GroupHead, ...],
    unread: Unread,
) -> Head:
    date = (occasion.slot or occasion.now).astimezone(digest.zone).date().isoformat()
    words = note.read(digest.note) if digest.note else ""
    return Head(
        digest=digest.name,
        title=digest.title,
        name=issues.free_name(db, digest.name, date),
        number=issues.next_number(db, digest.name),
        date=date,
        made=occasion.now,
        slot=occasion.slot,
        since=occasion.since.astimezone(digest.zone).date().isoformat() if occasion.since else None,
        timezone=digest.zone.key,
        groups=groups,
        account=account,
        dumps=unread.reads,
        sources=unread.verdicts,
        reasons=unread.reasons,
        note=words,
        note_html=note.html(words),
        outputs=digest.outputs,
        public=home.public,
    )
