"""The colours of the settings: into every output that has any, and refused where nobody could read them."""

from pathlib import Path

import msgspec
import pytest

from digest import config, rehearsal, templating
from digest.errors import ConfigError
from digest.theme import DARK, LEAST_CONTRAST, LIGHT, READ, Colours, Theme, contrast
from tests import homes


def mistakes(path: Path, settings: str) -> list[str]:
    with pytest.raises(ConfigError) as error:
        config.load(homes.make(path / "home", settings))
    return list(error.value.mistakes)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == 21
    assert contrast("#777777", "#777777") == 1
    assert f"{contrast('#777777', '#ffffff'):.2f}" == "4.48"
    assert f"{contrast('#767676', '#FFFFFF'):.2f}" == "4.54"
    assert f"{contrast('#ff0000', '#ffffff'):.2f}" == "4.00"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_our_own_can_be_read(colours: Colours) -> None:
    for ink, ground in READ:
        assert contrast(getattr(colours, ink), getattr(colours, ground)) >= LEAST_CONTRAST


def test_a_home_names_those_that_it_wants(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", '[theme.light]\npaper = "#FFFFFF"\n[theme.dark]\nlink = "#ffffff"\n')
    theme = config.load(home).theme
    assert theme.light == msgspec.structs.replace(LIGHT, paper="#FFFFFF")
    assert theme.dark == msgspec.structs.replace(DARK, link="#ffffff")
    assert config.load(homes.make(tmp_path / "other")).theme == Theme()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            '[theme.ligth]\nink = "#000000"',
            "digest.toml: [theme]: unknown key 'ligth' (did you mean 'light'?)",
        ),
        (
            '[theme.dark]\npapper = "#000000"',
            "digest.toml: [theme.dark]: unknown key 'papper' (did you mean 'paper'?)",
        ),
        ("[theme.light]\nink = 5", "digest.toml: [theme.light] ink: 5 is not text in quotes"),
        ('theme = "dark"', "digest.toml: theme: 'dark' is not a table"),
        (
            '[theme.light]\nink = "black"',
            "digest.toml: [theme.light]: ink = 'black': not a colour such as '#22252a'",
        ),
        ('[theme.light]\nink = "#000"\nbad = "#gggggg"', "ink = '#000', bad = '#gggggg': not a colour"),
        ('[theme.light]\nink = "#000000\\n"', "ink = '#000000\\n': not a colour"),
        (
            '[theme.light]\nquiet = "#999999"',
            "digest.toml: [theme.light]: quiet #999999 on paper #fdfcf9 has a contrast of 2.77; "
            "quiet #999999 on wash #f4f1ea has a contrast of 2.52; 4.5 at least is needed to read it",
        ),
        (
            '[theme.light]\nlit = "#7a6a00"',
            "ink #22252a on lit #7a6a00 has a contrast of 2.84; link #0b57a4 on lit #7a6a00 has ",
        ),
        ('[theme.dark]\npaper = "#e0e0e0"', "ink #e2e4e8 on paper #e0e0e0 has a contrast of 1.03; "),
    ],
)
def test_a_wrong_theme_is_told(settings: str, said: str, tmp_path: Path) -> None:
    [mistake] = mistakes(tmp_path, settings)
    assert said in mistake


COLOURED = "[theme.light]\nlink = '#123456'\n[theme.dark]\nlink = '#fedcba'\n"


def test_it_reaches_page_archive_and_mail(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home", COLOURED)
    homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build")
    outbox = home / "outbox" / "daily"
    for file in (
        outbox / "index.html",
        outbox / "2026-11-20" / "digest.html",
        outbox / "2026-11-20" / "digest.eml",
    ):
        written = file.read_text()
        assert "#123456" in written, file
        assert "#fedcba" in written, file
        assert LIGHT.link not in written, file
        assert DARK.link not in written, file


def test_rebuilding_tells_that_the_theme_has_changed(tmp_path: Path) -> None:
    home = homes.make(tmp_path / "home")
    homes.drop(home, "first.txt", 1, 2)
    homes.run(home, "build")
    before = homes.tree(home / "outbox")
    (home / "digest.toml").write_text(COLOURED)
    [done] = homes.objects(homes.run(home, "rebuild", "--json"))
    why = {one["path"].rpartition("/")[2]: one["why"] for one in done["differences"]}
    assert why == dict.fromkeys(["digest.eml", "digest.html", "index.html"], "the theme has changed")
    (home / "digest.toml").write_text("")
    homes.run(home, "rebuild")
    assert homes.tree(home / "outbox") == before


def test_templates_and_colours_have_a_fingerprint_each(tmp_path: Path) -> None:
    ours = Theme(light=Colours(link="#123456"))
    plain, coloured = (
        templating.fingerprint(templating.environment(None, theme)) for theme in (Theme(), ours)
    )
    assert plain != coloured
    assert plain.partition("-")[0] == coloured.partition("-")[0]
    (tmp_path / "entry.html.j2").write_text("ours")
    own = templating.fingerprint(templating.environment(tmp_path, ours))
    assert own.partition("-")[0] != coloured.partition("-")[0]
    assert own.partition("-")[2] == coloured.partition("-")[2]


def test_a_home_finds_its_templates_in_its_colours(tmp_path: Path) -> None:
    home = config.load(homes.make(tmp_path / "home", COLOURED))
    assert rehearsal.in_force(home).globals["theme"] == home.theme
