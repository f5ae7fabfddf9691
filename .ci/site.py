"""What the built site must hold: links that lead somewhere, nothing fetched, pages that fit.

python .ci/site.py FOLDER
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run", "--hide-scrollbars",
)  # fmt: skip
# Left of the page's own edge nothing may stick out, however narrow the window.
_MEASURE = """<script>addEventListener("load", () => {
  document.title = "width " + document.documentElement.scrollWidth + " of " + innerWidth;
});</script>"""
_NARROW = 500  # Chromium has no narrower window
_LOOKED_AT = ("index", "processes", "reference", "written/theorems/ridge", "written/claims/C1",
              "written/atlas/self-distillation", "notebooks/first_steps")  # fmt: skip


class _Page(HTMLParser):
    """Links, what is fetched, headings and texts for pictures of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.headings = 0
        self.wordless: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag leads to."""
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        self.headings += tag == "h1"
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in {"script", "img", "iframe", "source"} and "src" in given:
            self.fetched.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preload"}:
            self.fetched.append(given["href"])
        if tag == "img" and not given.get("alt"):
            self.wordless.append(given.get("src", ""))


def main(folder: Path) -> int:
    """Report every fault; 1 if there is one."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}
    faults = [fault for path in pages for fault in _faults(path, pages)]
    browser = shutil.which("chromium")
    if browser:
        faults += [fault for name in _LOOKED_AT for fault in _opened(browser, folder, name)]
    for fault in faults:
        print(fault)
    print(f"{len(pages)} pages, {len(faults)} faults")
    return int(bool(faults) or len(pages) < len(_LOOKED_AT))


def _faults(path: Path, pages: dict[Path, _Page]) -> Iterator[str]:
    page = pages[path]
    if page.headings != 1 and path.stem not in {"search", "genindex", "py-modindex"}:
        yield f"{path}: {page.headings} headings of the first level"
    for source in page.wordless:
        yield f"{path}: {source} has no words"
    for link in page.fetched:
        if urlsplit(link).netloc:
            yield f"{path}: fetches {link}"
    for link in {*page.links, *page.fetched}:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not target.exists():
            yield f"{path}: {link} leads nowhere"
        elif target in pages and target != path and parts.fragment:
            named = unquote(parts.fragment)
            yield from () if named in pages[target].ids else [f"{path}: {link} names no place"]


def _opened(browser: str, folder: Path, name: str) -> Iterator[str]:
    """A page in a narrow window: it fits, and its formulas are MathML."""
    path = folder / f"{name}.html"
    probe = path.with_name("probe.html")
    probe.write_text(
        path.read_text(encoding="utf-8").replace("</head>", _MEASURE + "</head>"), encoding="utf-8"
    )
    with tempfile.TemporaryDirectory() as profile:
        run = subprocess.run(
            [browser, *_CHROMIUM, f"--user-data-dir={profile}", f"--window-size={_NARROW},900",
             "--dump-dom", probe.as_uri()],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
    probe.unlink()
    found = re.search(r"<title>width (\d+) of (\d+)</title>", run.stdout)
    if not found:
        yield f"{path}: does not open ({run.stderr[-200:]})"
    elif int(found[1]) > int(found[2]):
        yield f"{path}: is {found[1]} pixels wide in a window of {found[2]}"
    if name.startswith("written/theorems") and "<math" not in run.stdout:
        yield f"{path}: has no formulas"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
