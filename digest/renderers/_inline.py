"""What a page brings with it, a style and a script, and the policy that lets nothing else run or load.

Both are allowed by their hash (CSP level 2): the page works from a file, and no text of a dump can become either.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from jinja2 import Environment
from markupsafe import Markup

from digest.templating import fill


@dataclass(frozen=True, slots=True)
class Inline:
    """The style and the script as they stand in the page, and its policy."""

    style: Markup
    script: Markup
    policy: Markup


def inline(templates: Environment, script: str, *, loads: bool = False) -> Inline:
    """The style of all pages and this script; `loads`: the script loads another.

    An address that is loaded from a file cannot be named in a policy; what the script itself adds can be let through.
    """
    style, words = (fill(templates, name) for name in ("style.css.j2", script))
    trusted = f"'strict-dynamic' {_hashed(words)}" if loads else _hashed(words)
    policy = (
        f"default-src 'none'; style-src {_hashed(style)}; script-src {trusted}; "
        "base-uri 'none'; form-action 'none'"
    )
    return Inline(*map(Markup, (style, words, policy)))  # templates and hashes: no text of a dump is in them


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
