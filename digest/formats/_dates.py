"""What strangers write for a date → ISO 8601, as precise as they were: a day, a month or a year. Nothing is guessed:
`03/05/2024` has two readings and gives its year.
"""

import re
from datetime import UTC, date, datetime

_MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1)}  # fmt: skip
_YEAR = r"(?P<y>(?:1[5-9]|20|21)\d\d)"
_NAME = r"(?P<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}[-/.](?P<n>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?!\d)",
        rf"{_YEAR}(?P<n>\d\d)(?P<d>\d\d)(?!\d)",
        rf"{_YEAR}[-/.](?P<n>\d{{1,2}})(?!\d)",
        rf"{_YEAR}[ /,-]+{_NAME}[ /,-]+(?P<d>\d{{1,2}})(?!\d)",
        rf"{_YEAR}[ /,-]+{_NAME}",
        rf"(?:[a-z]{{3,9}},?\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ /.-]+{_NAME},?[ /-]*{_YEAR}",
        rf"{_NAME}[ /-]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ /-]+{_YEAR}",
        rf"{_NAME}[ ,/-]+{_YEAR}",
        rf"(?P<d>1[3-9]|2\d|3[01])[/.](?P<n>0?[1-9]|1[0-2])[/.]{_YEAR}",
        rf"(?P<n>0?[1-9]|1[0-2])[/.](?P<d>1[3-9]|2\d|3[01])[/.]{_YEAR}",
        rf"{_YEAR}(?!\d)",
        rf"(?:\d{{1,2}}[/.]){{2}}{_YEAR}(?!\d)",
        rf"(?:\w{{3,9}}[ .,-]+){{1,3}}{_YEAR}(?!\d)",
    )
)


def iso(text: str) -> str:
    """`Thu, 20 Aug 2026 17:59:59 GMT` → `2026-08-20`, `2024///` → `2024`, `1998 Dec-1999 Jan` → `1998-12`;
    empty where no year stands.
    """
    text = text.strip()
    for pattern in _PATTERNS:
        if found := pattern.match(text):
            parts = found.groupdict()
            month = parts.get("n") or _MONTHS.get((parts.get("m") or "").lower()[:3])
            return ymd(parts["y"], month, parts.get("d"))
    return ""


def ymd(year: object, month: object = None, day: object = None) -> str:
    """Numbers, or what stands for them, as far as they are a date: (2024, "05", None) → `2024-05`."""
    y = _number(year)
    if y is None or not 1500 <= y <= 2199:
        return ""
    m = _number(month)
    if m is None or not 1 <= m <= 12:
        return f"{y:04}"
    d = _number(day)
    try:
        return date(y, m, d).isoformat() if d else f"{y:04}-{m:02}"
    except (ValueError, OverflowError):
        return f"{y:04}-{m:02}"


def of_milliseconds(value: object) -> str:
    """The day (UTC) of a count of milliseconds since 1970, as OpenReview gives it; empty if it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4e12:
        return ""
    return datetime.fromtimestamp(value / 1000, UTC).date().isoformat()


def _number(value: object) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if abs(value) < 10_000 else None  # nan and infinity are not
    text = str(value).strip().lower()
    return int(text) if re.fullmatch(r"\d{1,4}", text) else _MONTHS.get(text[:3])
