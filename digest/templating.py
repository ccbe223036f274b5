"""Templates: where they are found, what they may say, and what is wrong with them.

The only file that makes a Jinja environment. It knows no issue and no store: renderers hand it what to show.
"""

import hashlib
import html
import re
from collections.abc import Iterable, Iterator, MutableMapping
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
    select_autoescape,
)
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from digest.errors import ConfigError
from digest.papers import readable
from digest.tables import meant
from digest.theme import Theme

COLUMNS = 72  # of text: room for two marks of quotation within the 78 that RFC 5322 §2.1.1 recommends

_HERE = Path(__file__).parent


class _Compiled(BytecodeCache):
    """What templates were compiled to: an environment is made for each run, and compiling them all takes 0.25 s."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}  # by a template's key and the hash of its words

    def load_bytecode(self, bucket: Bucket) -> None:
        """To Jinja."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """From Jinja."""
        if bucket.code:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def shipped(folder: str) -> Path:
    """Where the shipped `templates` or `schedules` lie: in an installed package, beside it in a checkout."""
    packed = _HERE / "shipped" / folder
    return packed if packed.is_dir() else _HERE.parent / folder


class _Templates(Environment):
    """Templates that share one dictionary of globals.

    Jinja would give each a ChainMap, and copy it for every card: 7 of the 10 µs that a short card takes.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What all templates know; nobody here gives one of them more."""
        return self.globals


def environment(overrides: Path | None, theme: Theme = Theme()) -> Environment:  # noqa: B008 (it is frozen)
    """The templates in force, file by file: the home's own, else what ships; with these colours.

    A template is read once: an environment is made for each run and sees no later change.
    """
    folders = [*([overrides] if overrides else []), shipped("templates")]
    templates = _Templates(
        loader=FileSystemLoader(folders),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    templates.filters |= {"md": markdown, "day": day, "count": count, "wrap": wrap, "web": web}
    templates.filters |= {"lit": lit, "md_lit": markdown_lit}
    templates.globals["theme"] = theme
    return templates


def fill(templates: Environment, name: str, **context: object) -> str:
    """The template with this in it; ConfigError with file and line where it is wrong."""
    try:
        return templates.get_template(name).render(context)
    except (TemplateError, UnicodeDecodeError) as error:
        raise ConfigError(_mistake(templates, name, error)) from error


def check(templates: Environment) -> tuple[str, ...]:
    """Every mistake of every template that is the home's own, or else of those that ship: unreadable ones, includes
    of what is missing, names nobody gives.
    """
    known = frozenset(templates.globals).union(*(_free(templates, source) for source in _shipped_sources()))
    first = FileSystemLoader(_loader(templates).searchpath[0])
    names = [name for name in first.list_templates() if name.endswith(".j2")]
    return tuple(mistake for name in names for mistake in _mistakes(templates, name, known))


def fingerprint(templates: Environment) -> str:
    """A hash over names and words of all templates in force, and behind it one over their colours."""
    told = hashlib.sha256()
    for name in templates.list_templates(extensions=["j2"]):
        for part in (name, _source(templates, name)[0]):
            told.update(f"{len(part)}:{part}".encode())
    colours = hashlib.sha256(msgspec.json.encode(templates.globals["theme"]))
    return f"{told.hexdigest()}-{colours.hexdigest()[:16]}"


def _source(templates: Environment, name: str) -> tuple[str, str]:
    """The template's words, and its file."""
    try:
        source, file, _ = _loader(templates).get_source(templates, name)
    except (TemplateError, UnicodeDecodeError) as error:
        raise ConfigError(_mistake(templates, name, error)) from error
    return source, file or name


def _loader(templates: Environment) -> FileSystemLoader:
    loader: BaseLoader | None = templates.loader
    if not isinstance(loader, FileSystemLoader):
        raise TypeError("templates are made by templating.environment")
    return loader


def _shipped_sources() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(shipped("templates").glob("**/*.j2"))]


def _free(templates: Environment, source: str) -> set[str]:
    """The names that a template takes from its renderer."""
    try:
        return meta.find_undeclared_variables(templates.parse(source))
    except TemplateSyntaxError:  # told by `check`, where the file is known
        return set()


def _mistakes(templates: Environment, name: str, known: frozenset[str]) -> Iterator[str]:
    try:
        source, file = _source(templates, name)
        tree = templates.parse(source, name, file)
        templates.compile(tree, name, file)
    except ConfigError as error:
        yield from error.mistakes
    except TemplateError as error:
        yield _mistake(templates, name, error)
    else:
        yield from _missing(templates, tree, file)
        for free in sorted(meta.find_undeclared_variables(tree) - known):
            line = min(node.lineno for node in tree.find_all(nodes.Name) if node.name == free)
            names = ", ".join(sorted(known))
            yield f"{file}, line {line}: no renderer gives {free!r}{meant(free, known)}; known: {names}"


def _missing(templates: Environment, tree: nodes.Template, file: str) -> Iterator[str]:
    present = set(templates.list_templates())
    looked = _looked_in(templates)
    for node in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        wanted = getattr(node, "template")  # noqa: B009 (find_all tells no more of a node than that it is one)
        if isinstance(wanted, nodes.Const) and wanted.value not in present and not _may_miss(node):
            yield f"{file}, line {node.lineno}: there is no template {wanted.value!r}; {looked}"


def _may_miss(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Include) and node.ignore_missing


def blamed(templates: Environment, error: Exception) -> str:
    """The file and line of the template that an error was raised below, and what it is; empty: below none."""
    return _mistake(templates, "", error) if _last_template(error.__traceback__) else ""


def _mistake(templates: Environment, name: str, error: Exception) -> str:
    """The file and line that are wrong, what is wrong there, and where templates were looked for."""
    if isinstance(error, TemplateSyntaxError):
        place, line = error.filename or error.name or name, error.lineno
    else:
        place, line = _last_template(error.__traceback__) or (name, 0)
    where = f"{place}, line {line}" if line else place
    return f"{where}: {type(error).__name__}: {error}; {_looked_in(templates)}"


def _last_template(trace: TracebackType | None) -> tuple[str, int] | None:
    """The innermost frame that is a template's: Jinja gives such frames the template's own file and line."""
    found = None
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found


def _looked_in(templates: Environment) -> str:
    return f"looked in {', '.join(_loader(templates).searchpath)}"


# ---- what templates say things with

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ISO = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-([0-3]\d))?)?(?:[T ].*)?")


def day(date: str) -> str:
    """An ISO 8601 date for people, as precise as it is: `21 Nov 2026`, `Oct 2019`, `2019`."""
    if not (match := _ISO.fullmatch(date)):
        return date
    year, month, of_month = match.groups()
    words = (str(int(of_month)) if of_month else "", MONTHS[int(month) - 1] if month else "", year)
    return " ".join(filter(None, words))


def count(number: int, noun: str) -> str:
    """`1 paper`, `12 papers`, `24,012 papers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def wrap(text: str, indent: int = 0, prefix: str = "") -> str:
    """The text in lines of 72 columns, indented, the first one behind the prefix.

    An address is never broken; any other word longer than a line is.
    """
    margin = " " * indent
    words = " ".join(_unbroken(text.split(), COLUMNS - indent))
    lines, line, at = [], prefix or margin, 0
    while (end := at + COLUMNS - len(line)) < len(words):
        space = words.rfind(" ", at, end + 1)
        if space < 0 and (space := words.find(" ", at)) < 0:
            break
        lines.append(line + words[at:space])
        line, at = margin, space + 1
    return "\n".join([*lines, line + words[at:]])


def _unbroken(words: list[str], width: int) -> list[str]:
    """The words, and of those that no line holds the pieces."""
    if max(map(len, words), default=0) <= width:
        return words
    return [piece for word in words for piece in _pieces(word, width)]


def _pieces(word: str, width: int) -> list[str]:
    whole = len(word) <= width or "://" in word
    return [word] if whole else [word[at : at + width] for at in range(0, len(word), width)]


# What could become markup in CommonMark, GitHub's dialect or Python-Markdown. Marks that Python-Markdown does
# not let a backslash escape are written as character references, which all of them read.
_BACKSLASHED = re.compile(r"[\\`*_{}\[\]#]")
_BEGINS_A_LIST = re.compile(r"[-+]|\d{1,9}[.)]")
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_REFERENCED = re.compile(r"[<>|$~&@]")  # `&` and `@` only where these stand behind them:
_BEHIND = {"&": re.compile(r"#?\w+;"), "@": re.compile(r"\w")}


def markdown(text: str) -> str:
    """The text as Markdown that says just these characters, on one line."""
    return _as_markdown(readable(text))


def _as_markdown(text: str) -> str:
    plain = _BACKSLASHED.sub(r"\\\g<0>", text)
    if begins := _BEGINS_A_LIST.match(text):
        plain = f"{begins[0][:-1]}\\{plain[begins.end() - 1 :]}"
    plain = _REFERENCED.sub(_reference, plain)
    return f"&#61;{plain[1:]}" if plain.startswith("=") else plain


def _reference(mark: re.Match[str]) -> str:
    if (behind := _BEHIND.get(mark[0])) and not behind.match(mark.string, mark.end()):
        return mark[0]
    return _NAMED.get(mark[0], f"&#{ord(mark[0])};")


def lit(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """The text as HTML, with these characters of it marked."""
    parts = ((escape(part), is_lit) for part, is_lit in _parts(text, spans))
    return Markup("".join(f"<mark>{part}</mark>" if is_lit else part for part, is_lit in parts))  # noqa: S704


def markdown_lit(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text as Markdown, with these characters of it bold; not those that begin or end with a sign, beside which
    `**` is only two stars (spec.commonmark.org, Emphasis).
    """
    return "".join(
        f"**{_as_markdown(part)}**"
        if is_lit and part[0].isalnum() and part[-1].isalnum()
        else _as_markdown(part)
        for part, is_lit in _parts(text, spans)
    )


def _parts(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    """The pieces of a text, and whether each is one of these; a text that was cut has those before the cut."""
    upto = 0
    for begin, end in spans:
        if upto <= begin < end <= len(text):
            yield text[upto:begin], False
            yield text[begin:end], True
            upto = end
    yield text[upto:], False


# Up to its path. A name before the host (`https://arxiv.org@example.org`) is a trap, and HTML forbids it; brackets
# stand around an IPv6 host and nowhere else (RFC 3986 §3.2.2).
_WEB = re.compile(r"https?://(?:\[[\da-f:.]+\]|[^\s/?#@\[\]])[^/?#@\[\]]*(?=[/?#]|$)", re.IGNORECASE)
_BRACKETS = str.maketrans({"[": "%5B", "]": "%5D"})
_NO_ADDRESS = re.compile(r"[^\w!#$%&'()*+,\-./:;=?@\[\]~]")


def web(url: str) -> str:
    """The address as a link may have it; empty if it is none of the web.

    What is looked at is also the decoded address: some readers decode before they follow.
    """
    decoded = unquote(html.unescape(url)) if "%" in url or "&" in url else url
    host = _WEB.match(url)
    if not (host and _WEB.match(decoded)):
        return ""
    bare = host[0] + url[host.end() :].translate(_BRACKETS)
    return _NO_ADDRESS.sub(lambda char: quote(char[0], errors="replace"), bare)
