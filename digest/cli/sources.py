"""Sources: what they would bring."""

import click

from digest.cli.place import AS_JSON, Place, opened
from digest.errors import ConfigError
from digest.terminal import echo_lines, echo_problem, finish, print_json


@click.group(epilog="Example: digest sources check arxiv")
def sources() -> None:
    """Where dumps come from."""


@sources.command(epilog="Example: digest sources check arxiv")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@AS_JSON
@click.pass_obj
def check(place: Place, names: tuple[str, ...], as_json: bool) -> None:
    """Ask sources that are fetched what they would bring; put nothing into the store.

    It tells for each document where it is from, how fast it came, what is in it, and what is wrong.
    """
    from digest import config
    from digest.fetching import checking
    from digest.sources import is_fetched
    from digest.verdicts import BAD

    home = place.home(only=())
    fetched: dict[str, config.Source] = {one.name: one for one in home.sources if is_fetched(one.kind)}
    for name in names:
        if name not in fetched:
            there = ", ".join(fetched) or "none"
            raise ConfigError(f"no source that is fetched is named {name!r}; there are: {there}")
    if not fetched:
        echo_problem(f"no source of {home.path / 'digest.toml'} fetches by itself, so there is nobody to ask")
    came_short = False
    with opened(home) as store:
        for name in names or fetched:
            found = checking.check(home, store, fetched[name], place.now)
            came_short |= found.verdict in BAD
            if as_json:
                print_json(found)
            else:
                echo_lines(checking.lines(found))
    finish(came_short)
