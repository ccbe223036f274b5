"""MODS, the Library of Congress's XML, in which the ACL Anthology and library catalogues give their records.

    <modsCollection><mods ID="doe-2024-invented">
      <titleInfo><nonSort>The</nonSort><title>, <subTitle>
      <name type="personal"><namePart type="given"> … <role><roleTerm>
      <abstract> <originInfo><dateIssued> <identifier type="doi"> <location><url> <relatedItem type="host">

The facts are from the schema (loc.gov/standards/mods). Traps: the volume stands inside as `relatedItem` with a title,
editors and ids of its own; titles come in parts, and several: abbreviated, translated; roles are words or codes.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from digest.formats import _mods, _xml
from digest.formats._head import Head
from digest.papers import Paper, Reject


def sniff(head: Head) -> bool:
    """By the root element."""
    return head.root in {"modsCollection", "mods"}


def read(dump: BinaryIO, received: datetime) -> Iterator[Paper | Reject]:
    """The records; what they are part of is none."""
    return _xml.papers(dump, _mods.made, "mods")
