"""What keeps a home from working, or will: each with what to do.

well    as it should be
note    works, but somebody should know
bad     does not work, or loses something some day
"""

import ctypes
import importlib.metadata
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple
from zoneinfo import TZPATH

from digest import config, deliveries, slots
from digest.config import Home
from digest.deliveries import smtp
from digest.errors import ConfigError, DigestError
from digest.operating import scheduler_lock
from digest.reporting import count
from digest.store import health, open_store
from digest.store.health import Health

MB = 1_000_000
LEAST_FREE = 200 * MB
LITTLE_FREE = 2_000 * MB
LARGE_LOG = 500 * MB  # SQLite keeps it at 4 MB, unless somebody reads for hours
LETTER = 100_000  # bytes that a mail server has to take
AHEAD = timedelta(minutes=5)
OLD_ZONES = 2  # years: governments change clocks every year


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    state: Literal["well", "note", "bad"]
    said: str
    do: str = ""


def look(path: Path, now: datetime) -> Iterator[Finding]:
    """Everything, in the order in which it is to be mended."""
    try:
        home = config.load(path, strict=False)
    except ConfigError as error:
        for mistake in error.mistakes:
            yield Finding("settings", "bad", mistake, "mend the file; digest check tells more")
        return
    yield from settings(home)
    found: Health | None = None
    # Looking makes none: it would belong to root where root looks.
    if home.store.parent.is_dir() and not home.store.exists():
        yield Finding("database", "note", "there is none yet", "digest build makes it")
    else:
        try:
            with closing(open_store(home.store)) as store:
                found = health.of(store)
        except DigestError as error:
            yield Finding("database", "bad", str(error), "see there")
    if found:
        yield from database(home, found)
    yield from permissions(home, found.subscribers if found else 0)
    yield from clock(now, found.newest if found else None)
    yield from zones(home, found.zones if found else (), now)
    yield from disk(home)
    yield from mail(home)
    yield scheduler(home)


def settings(home: Home) -> Iterator[Finding]:
    """Settings and schedules."""
    for mistake in home.mistakes:
        yield Finding("settings", "bad", mistake, "mend the schedule; until then it makes no issue")
    if not home.digests:
        yield Finding("settings", "note", "there is no schedule", "digest init makes a sample")
    else:
        yield Finding(
            "settings", "well", f"{count(len(home.digests), 'digest')}, {count(len(home.sources), 'source')}"
        )
    if not home.operator:
        yield Finding(
            "settings",
            "note",
            "nobody is told by mail when a source breaks",
            'operator = ["you@…"] in digest.toml',
        )


def database(home: Home, found: Health) -> Iterator[Finding]:
    """Whether the store is whole."""
    for problem in found.problems:
        yield Finding(
            "database", "bad", problem, "stop everything, keep a copy of the file, restore a backup"
        )
    if not found.problems:
        yield Finding("database", "well", f"whole, {health.size(home.store) / MB:,.0f} MB")
    if found.log > LARGE_LOG:
        yield Finding(
            "database",
            "bad",
            f"{found.log / MB:,.0f} MB wait in {home.store.name}-wal",
            "a program reads for hours and keeps them from being put away: end it",
        )


def permissions(home: Home, subscribers: int) -> Iterator[Finding]:
    """Who may read what is private, and whether what has to be written can be."""
    private = [home.store, *home.store.parent.glob(f"{home.store.name}-*")] if subscribers else []
    keys = [source.key_file for source in home.sources if source.key_file]
    private += [home.path / name for name in (home.smtp.password_file, *keys) if name]
    bad = False
    for file in private:
        if file.is_file() and _is_open(file.resolve()):
            bad = True
            what = (
                "addresses of subscribers are in it"
                if file.name.startswith(home.store.name)
                else "a secret is in it"
            )
            yield Finding("permissions", "bad", f"others may read {file}: {what}", f"chmod 600 {file}")
    for folder in (home.store.parent, home.outbox):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            bad = True
            yield Finding(
                "permissions", "bad", f"{folder} cannot be written", "give it to the user of digest"
            )
    if not bad:
        yield Finding("permissions", "well", "what is private is private, what is written can be written")


def _is_open(file: Path) -> bool:
    """Whether the group or all others may read it, and come to where it is."""
    mode, ways = file.stat().st_mode, [folder.stat().st_mode for folder in file.parents]
    return any(
        mode & read and all(way & enter for way in ways)
        for read, enter in ((stat.S_IRGRP, stat.S_IXGRP), (stat.S_IROTH, stat.S_IXOTH))
    )


def clock(now: datetime, newest: datetime | None) -> Iterator[Finding]:
    """Whether the clock can be right, and whether anything keeps it so."""
    if newest and newest - now > AHEAD:
        yield Finding(
            "clock",
            "bad",
            f"it is {now:%Y-%m-%d %H:%M} UTC, but the store has {newest:%Y-%m-%d %H:%M}",
            "set it",
        )
    elif _is_kept() is False:
        yield Finding("clock", "note", "nothing keeps this machine's clock right", "timedatectl set-ntp true")
    else:
        yield Finding("clock", "well", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _is_kept() -> bool | None:
    """Whether the kernel was told lately what time it is (adjtimex(2)); None: it does not say."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))  # struct timex has 208 bytes
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != 5  # TIME_ERROR


def zones(home: Home, named: tuple[str, ...], now: datetime) -> Iterator[Finding]:
    """Whether the time zones are known that schedules and subscribers name, and how old that knowledge is."""
    bad = False
    for name in sorted({*named, *(digest.zone.key for digest in home.digests)}):
        try:
            slots.zone(name)
        except ValueError as error:
            bad = True
            yield Finding(
                "zone data", "bad", str(error), "apt install tzdata, or pip install --upgrade tzdata"
            )
    version, where = _zone_data()
    if not bad and version[:4].isdigit() and now.year - int(version[:4]) >= OLD_ZONES:
        yield Finding(
            "zone data", "note", f"{version} is old ({where})", "apt upgrade tzdata: clocks change by law"
        )
    elif not bad:
        yield Finding("zone data", "well", f"{version} ({where})")


def _zone_data() -> tuple[str, str]:
    """The version of the zone data in use: the system's comes first, then the package's."""
    for folder in map(Path, TZPATH):
        file = folder / "tzdata.zi"
        if file.is_file():
            with file.open(encoding="ascii", errors="replace") as lines:
                return lines.readline().rpartition(" ")[2].strip(), str(folder)
        if (folder / "Europe").is_dir():
            return "of an unknown version", str(folder)
    return importlib.metadata.version("tzdata"), "the package tzdata"


def disk(home: Home) -> Iterator[Finding]:
    """Whether there is room."""
    folders = [folder for folder in (home.store.parent, home.outbox) if folder.is_dir()]
    for folder in {folder.stat().st_dev: folder for folder in reversed(folders)}.values():
        free = shutil.disk_usage(folder).free
        said = f"{free / MB:,.0f} MB are free for {folder}"
        if free < LEAST_FREE:
            yield Finding("disk", "bad", said, "make room; digest prune tells what it would free")
        elif free < max(LITTLE_FREE, health.size(home.store)):
            yield Finding("disk", "note", said, "backups and pruning take as much as the store has")
        else:
            yield Finding("disk", "well", said)


def mail(home: Home) -> Iterator[Finding]:
    """Whether letters can leave, and what the mail server offers."""
    if not home.smtp.sender:
        yield Finding(
            "mail",
            "note",
            "no mail is sent: nobody is named to be its sender",
            "from in [smtp] of digest.toml",
        )
        return
    if home.delivery.kind != smtp.KIND:
        try:
            with deliveries.delivery(home.delivery.kind).opened(home):
                yield Finding("mail", "well", f"letters leave by {home.delivery.kind}")
        except DigestError as error:
            yield Finding("mail", "bad", str(error), "see [delivery] in digest.toml")
        return
    try:
        offers = smtp.offers(home)
    except DigestError as error:
        yield Finding("mail", "bad", str(error), "see [smtp] in digest.toml: host, port, security, user")
        return
    yield from _offers(home, offers)


def _offers(home: Home, offers: dict[str, str]) -> Iterator[Finding]:
    said = ", ".join(f"{name} {value}".strip() for name, value in sorted(offers.items()))
    yield Finding(
        "mail", "well", f"{home.smtp.host}:{home.smtp.port} lets us in; it offers {said or 'nothing'}"
    )
    size = offers.get("SIZE", "")
    if size.isdigit() and 0 < int(size) < LETTER:
        yield Finding(
            "mail", "bad", f"it takes {size} bytes at most", f"a mail has up to {LETTER:,}: raise it"
        )
    if home.smtp.security == "none" and "STARTTLS" in offers:
        yield Finding(
            "mail", "note", "it offers STARTTLS, and it is not used", 'security = "starttls" in [smtp]'
        )
    if "PIPELINING" not in offers:
        yield Finding(
            "mail", "note", "it does not offer PIPELINING: three answers are waited for in place of one", ""
        )


def scheduler(home: Home) -> Finding:
    """Whether a scheduler works here."""
    holder = scheduler_lock.holder(home)
    if holder:
        return Finding("scheduler", "well", f"process {holder.pid} works, since {holder.since}")
    return Finding(
        "scheduler", "note", "none runs now", "digest run, or a line of cron with digest run --once"
    )


def line(one: Finding) -> str:
    """A finding in words."""
    do = f" → {one.do}" if one.do else ""
    return f"{one.state:<4}  {one.what}: {one.said}{do}"
