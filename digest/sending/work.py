"""What there is to do: claims that wait for a lane."""

import time
from collections import Counter, deque
from collections.abc import Iterable

from gevent.event import Event

from digest.store.deliveries import Claim

DEPTH = 16  # claims of one domain that wait in memory, where a domain has a limit


class Work:
    """Claims that wait for a lane, so many at once of a domain, and so many a minute, as the settings allow."""

    def __init__(self, per_domain: int | None = None, per_minute: int | None = None) -> None:
        self._per_domain, self._pause = per_domain, 60 / per_minute if per_minute else 0.0
        limited = per_domain or per_minute
        # What waits for its minute must not wait longer than its lease.
        self._depth = min(DEPTH, 2 * per_minute if per_minute else DEPTH) if limited else None
        self._waiting: dict[str, deque[Claim]] = {}
        self._running: Counter[str] = Counter()
        self._busy = 0
        self._not_before: dict[str, float] = {}
        self._change = Event()  # for lanes that wait for something to do
        self._closed = False

    def add(self, claims: Iterable[Claim]) -> None:
        """More to do."""
        for claim in claims:
            self._waiting.setdefault(claim.to.domain, deque()).append(claim)
        self._change.set()

    def take(self) -> Claim | None:
        """The next claim whose domain has room, waited for; None: there will be none any more."""
        while not self._closed:
            domain, wait = self._next()
            if domain is not None:
                return self._taken(domain)
            self._change.clear()
            self._change.wait(wait)
        return None

    def _next(self) -> tuple[str | None, float | None]:
        """The first domain that has room; else the seconds until one may have, or None: something must change."""
        soonest, now = None, time.monotonic()
        for domain in self._waiting:
            if self._per_domain and self._running[domain] >= self._per_domain:
                continue
            wait = self._not_before.get(domain, 0.0) - now
            if wait <= 0:
                return domain, None
            soonest = wait if soonest is None else min(soonest, wait)
        return None, soonest

    def _taken(self, domain: str) -> Claim:
        claims = self._waiting.pop(domain)
        claim = claims.popleft()
        if claims:  # behind the other domains: each has its turn
            self._waiting[domain] = claims
        self._running[domain] += 1
        self._busy += 1
        if self._pause:
            self._not_before[domain] = time.monotonic() + self._pause
        return claim

    def done(self, claim: Claim) -> None:
        """A lane has no more to do with it."""
        self._busy -= 1
        self._running[claim.to.domain] -= 1
        if not self._running[claim.to.domain]:
            del self._running[claim.to.domain]
        self._change.set()

    def withdraw(self, domain: str | None = None) -> list[Claim]:
        """Take back the claims of a domain, or all, that no lane has begun with."""
        domains = list(self._waiting) if domain is None else [domain]
        return [claim for each in domains for claim in self._waiting.pop(each, ())]

    def close(self) -> list[Claim]:
        """Let each lane end after what it does now; the claims that are left."""
        self._closed = True
        self._change.set()
        return self.withdraw()

    def waiting(self) -> int:
        """How many claims wait."""
        return sum(map(len, self._waiting.values()))

    def is_last(self) -> bool:
        """Whether nothing waits and one lane only is at something."""
        return not self._waiting and self._busy == 1

    def idle(self) -> bool:
        """Whether nothing waits and no lane is at anything."""
        return not self._waiting and not self._busy

    def full(self) -> frozenset[str]:
        """The domains of which no more should be claimed for now."""
        depth = self._depth
        if depth is None:
            return frozenset()
        return frozenset(domain for domain, claims in self._waiting.items() if len(claims) >= depth)
