"""How letters leave: the tables [smtp] and [delivery] of digest.toml."""

import ipaddress
from typing import Annotated, Literal

import msgspec

from digest import plugins
from digest.tables import Tables, meant
from digest.values import mailbox

AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]


class Smtp(msgspec.Struct, frozen=True, kw_only=True):
    """The mail server that letters are handed to, and whom they are from, whichever way they leave."""

    host: str = "127.0.0.1"
    port: AtLeastOne = 25
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = msgspec.field(name="from", default="")
    user: str = ""
    password_file: str = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """Which way letters leave, and how many at once."""

    kind: str = "smtp"
    path: str = ""  # of the Maildir or the folder, or of the program
    connections: AtLeastOne = 8
    per_domain: AtLeastOne | None = None  # connections at once that carry letters to one domain; null: all
    per_minute: AtLeastOne | None = None  # letters to one domain; null: as many as there are


def check(smtp: Smtp, delivery: Delivery, tables: Tables) -> None:
    """Note what is wrong in the two tables."""
    if smtp.sender:
        try:
            mailbox(smtp.sender)
        except ValueError as error:
            tables.wrong("[smtp] from", str(error))
    if smtp.user and smtp.security == "none" and not _is_here(smtp.host):
        tables.wrong(
            "[smtp] security",
            "'none' would send the password of [smtp] user for anybody to read; write 'starttls' or 'tls'",
        )
    known = plugins.names("deliveries")
    if delivery.kind not in known:
        tables.wrong(
            "[delivery] kind",
            f"no delivery is named {delivery.kind!r}{meant(delivery.kind, known)}; known: {', '.join(known)}",
        )
    if delivery.kind in {"folder", "maildir"} and not delivery.path:
        tables.wrong("[delivery] path", f"a {delivery.kind} needs one; for instance path = 'letters'")


def _is_here(host: str) -> bool:
    """Whether what is sent to this host never leaves the machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
