"""Templates of a home's own: copied, tried before anything is read, and told by file and line where they are wrong."""

from pathlib import Path

import pytest

from digest import rehearsal, templating
from digest.errors import ConfigError
from tests import homes

SHIPPED = templating.shipped("templates")


def mistakes(folder: Path, name: str, old: str, new: str) -> list[str]:
    """What is wrong when this stands in a copy of a shipped template."""
    source = (SHIPPED / name).read_text("utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as error:
        rehearsal.refuse_mistakes(templating.environment(folder))
    return list(error.value.mistakes)


def line_of(folder: Path, name: str, words: str) -> int:
    lines = (folder / name).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_what_ships_can_be_rendered() -> None:
    rehearsal.refuse_mistakes(templating.environment(None))


WRONG = [
    ("entry.html.j2", "row.card.abstract }}", "row.card.abstrakt }}", "has no attribute 'abstrakt'"),
    ("entry.html.j2", "link.url }}", "link.adress }}", "has no attribute 'adress'"),
    ("entry.html.j2", "{% if row.card.matched %}", "{% if row.card.macthed %}", "has no attribute 'macthed'"),
    ("entry.html.j2", 'row.card.also | join(", ")', "row.card.also + 1", "TypeError"),
    ("entry.html.j2", "row.card.matched |", "row.cards.matched |", "has no attribute 'cards'"),
    (
        "entry.html.j2",
        "{{ link.label }}",
        "{{ links.label }}",
        "no renderer gives 'links'",
    ),
    ("entry.html.j2", "{{ link.label }}", "{{ link.label | upcase }}", "upcase"),
    ("entry.html.j2", "{{ link.label }}", "{{ link.label }", "TemplateSyntaxError"),
]


@pytest.mark.parametrize(("name", "old", "new", "said"), WRONG)
def test_a_mistake_is_told_with_file_and_line(
    name: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    first, *_ = mistakes(tmp_path, name, old, new)
    assert first.startswith(f"{tmp_path / name}, line {line_of(tmp_path, name, new)}: ")
    assert said in first


def test_a_template_that_includes_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text('{% include "entry.html.j2" %}')
    with pytest.raises(ConfigError, match=r"entry\.html\.j2, line 1: RecursionError"):
        rehearsal.refuse_mistakes(templating.environment(tmp_path))


def test_each_mistake_is_told_once(tmp_path: Path) -> None:
    """Three feeds make use of the template."""
    assert len(mistakes(tmp_path, "entry.html.j2", "link.url }}", "link.adress }}")) == 1


MACRO = """{% macro told(link, before="") %}
{{ before }}{{ link.label }}
{{ XXX }}
{% endmacro %}
{% for row_link in row.card.links %}{{ told(row_link) }}{{ loop.index }}{% endfor %}
"""


@pytest.mark.parametrize(("name", "said"), [("before", ""), ("linc", "'linc'"), ("link.labl", "'labl'")])
def test_variables_of_macros_and_loops_are_known(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text(MACRO.replace("XXX", name))
    ours = templating.environment(tmp_path)
    if not said:
        rehearsal.refuse_mistakes(ours)
        return
    with pytest.raises(ConfigError) as error:
        rehearsal.refuse_mistakes(ours)
    [mistake] = error.value.mistakes
    assert mistake.startswith(f"{tmp_path / 'entry.html.j2'}, line 3: ")
    assert said in mistake


def test_what_every_template_has_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "entry.html.j2").write_text("{% for n in range(3) %}{{ n }}{% endfor %}{{ theme.light.ink }}")
    rehearsal.refuse_mistakes(templating.environment(tmp_path))


def test_a_mistake_of_ours_is_none_of_the_template() -> None:
    assert templating.blamed(templating.environment(None), ValueError("ours")) == ""


# --- in a home ---


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a wrong template, and with news."""
    made = homes.make(tmp_path / "home")
    (made / "templates").mkdir()
    words = (SHIPPED / "entry.html.j2").read_text("utf-8").replace("link.url }}", "link.adress }}")
    (made / "templates" / "entry.html.j2").write_text(words)
    homes.drop(made, "first.txt", 1, 2)
    return made


@pytest.mark.parametrize("command", [("build",), ("run", "--once"), ("check",)])
def test_nothing_is_begun_with_a_wrong_template(command: tuple[str, ...], home: Path) -> None:
    done = homes.run(home, *command, code=2)
    assert "templates/entry.html.j2, line" in done.stderr
    assert "'adress'" in done.stderr
    assert not (home / "outbox").exists()
    assert not (home / "digest.sqlite3").exists() or not homes.rows(home)["issues"]
    if command == ("build",):
        (home / "templates" / "entry.html.j2").unlink()
        assert [made["new"] for made in homes.build(home)] == [2]


def test_templates_are_copied_to_be_changed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    homes.run(home, "init", home, "--templates")
    names = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.j2")}
    copies = homes.tree(home / "templates")
    assert copies == {name: (SHIPPED / name).read_bytes() for name in names}
    assert homes.run(home, "check").returncode == 0
    (home / "templates" / "entry.html.j2").write_text("mine")
    again = homes.run(home, "init", home, "--templates").stdout
    assert "entry.html.j2 is there already and stays as it is" in again
    assert (home / "templates" / "entry.html.j2").read_text() == "mine"
    homes.run(tmp_path / "plain", "init", tmp_path / "plain")
    assert not (tmp_path / "plain" / "templates").exists()


# --- the next issue in the browser ---

BROWSER = '#!/bin/sh\nprintf "%s\\n" "$1" >> "$(dirname "$0")/opened"\n'


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A home with news, beside a browser that only notes what it is to open, and a place for temporary files."""
    made = homes.make(tmp_path / "home", daily=homes.schedule(), plain=homes.schedule(outputs=["text"]))
    homes.drop(made, "first.txt", 1, 2)
    (tmp_path / "browser").write_text(BROWSER)
    (tmp_path / "browser").chmod(0o755)
    (tmp_path / "temporary").mkdir()
    return made


def test_the_next_issue_is_shown_in_the_browser(ready: Path) -> None:
    top = ready.parent
    before = homes.tree(ready)
    done = homes.run(
        ready, "build", "--dry-run", "--open", BROWSER=f"{top / 'browser'} %s", TMPDIR=str(top / "temporary")
    )
    assert homes.tree(ready) == before
    pages = [Path(address.removeprefix("file://")) for address in (top / "opened").read_text().split()]
    assert [page.name for page in pages] == ["digest.html", "issue.json"]
    assert all(f"{page}: opened in the browser" in done.stderr for page in pages)
    assert "Study No. 1" in pages[0].read_text()
    assert (pages[0].parent.parent / "index.html").is_file()
    assert pages[0].is_relative_to(top / "temporary")
    assert len(list((top / "temporary").iterdir())) == 1  # the copy of the store is gone


def test_where_no_browser_opens_the_file_is_told(ready: Path) -> None:
    top = ready.parent
    done = homes.run(
        ready, "build", "daily", "--dry-run", "--open", "--json", BROWSER="false", PATH="/bin", DISPLAY="",
        WAYLAND_DISPLAY="", TERM="", TMPDIR=str(top / "temporary"),
    )  # fmt: skip
    [line] = [line for line in done.stderr.splitlines() if "digest.html" in line]
    page, _, said = line.partition(": ")
    assert said == "no browser opens here: open this file yourself"
    assert "Study No. 1" in Path(page).read_text()
    assert [made["new"] for made in homes.objects(done)] == [2]


def test_a_page_that_is_there_needs_no_dry_run(ready: Path) -> None:
    assert "--open is for a dry run" in homes.run(ready, "build", "--open", code=2).stderr


def test_with_nothing_new_nothing_is_opened(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    home = homes.make(tmp_path / "home")
    homes.run(home, "build", "--dry-run", "--open", BROWSER="false", TMPDIR=str(tmp_path / "temporary"))
    assert not list((tmp_path / "temporary").iterdir())
