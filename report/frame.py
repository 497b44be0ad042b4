"""Sections → a page that opens offline: navigation, themes, a policy that runs only what is in it."""

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Final

from connectors.errors import OutputError
from report.markup import text

_STYLES: Final = ("report.css", "logs.css")
_SCRIPTS: Final = ("base.js", "times.js", "plain.js")


def frame(title: str, navigation: Sequence[tuple[str, str]], sections: Sequence[str]) -> str:
    """The page. ``navigation``: (id of a section, what it is called)."""
    style = "\n".join(map(_static, _STYLES))
    parts = "\n".join(map(_static, _SCRIPTS))
    script = f"(() => {{\n'use strict';\n{parts}\n}})();"
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none';"
        " form-action 'none'"
    )
    links = "".join(f'<li><a href="#{name}">{words}</a></li>' for name, words in navigation)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Traceo Dataflow: {text(title)}</title><style>{style}</style></head>"
        '<body><a class="skip" href="#main">Skip to the content</a>'
        f'<nav aria-label="Parts of the report"><strong>Traceo Dataflow</strong><ul>{links}</ul>'
        '<button type="button" id="theme" hidden>Theme</button></nav>'
        f'<main id="main" tabindex="-1">{"".join(sections)}</main>'
        f'<script type="application/json" id="data">{{}}</script><script>{script}</script></body></html>\n'
    )


def write(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path``, whole or not at all. Raises OutputError."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(data)
        return partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{partial}: {error.strerror}") from error


def _static(name: str) -> str:
    return resources.files("report").joinpath("static", name).read_text(encoding="utf-8")


def _hash(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"
