"""Dates and times as people type them → moments."""

from datetime import UTC, datetime, tzinfo
from typing import Any

import click


class Moment(click.ParamType[datetime]):
    """A date or a time of ISO 8601, in whole seconds; naive if it names no zone."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text → a moment."""
        try:
            return _read(value).replace(microsecond=0)
        except ValueError:
            self.fail(
                f"{value!r} is not a date or a time such as 2026-11-21 or 2026-11-21T07:00+01:00", param, ctx
            )


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        from dateutil import parser  # 20 ms, for what fromisoformat does not know of ISO 8601: 2026-11, 24:00

        return parser.isoparse(text)


def utc(moment: datetime, zone: tzinfo = UTC) -> datetime:
    """The moment in UTC; one that names no zone is of the given one."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
