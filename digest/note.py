"""The editor's words above the papers: Markdown → HTML that is safe to show."""

from pathlib import Path

from digest.errors import ConfigError

# Characters: Python-Markdown takes 6 s for 10,000 of `![`, and this is the operator's own text
LONGEST = 20_000


def read(path: Path) -> str:
    """The note in this file; ConfigError if it cannot be read or is too long."""
    try:
        words = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: the note cannot be read: {error}") from error
    if len(words) > LONGEST:
        raise ConfigError(f"{path}: the note has {len(words):,} characters; {LONGEST:,} are the most")
    return words


def html(words: str) -> str:
    """The note as sanitised HTML."""
    if not words:
        return ""
    import markdown  # 40 ms and 3 ms that a digest without a note need not pay
    import nh3
    from markdown.extensions.toc import TocExtension

    below_the_title = TocExtension(baselevel=3)  # no heading of a note is as large as the issue's own
    made = markdown.markdown(words, extensions=["extra", "sane_lists", below_the_title])
    return nh3.clean(made, tags=nh3.ALLOWED_TAGS - {"img"})  # whose address would be asked by every reader
