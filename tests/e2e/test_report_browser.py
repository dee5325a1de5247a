"""Every report page in a real browser: it says nothing on the console and asks for nothing.

The pages of a small run and the dictionary are opened one by one in headless Chromium. Its network
log tells who asked for each address: what the browser itself asks for (its clock, its updates) is
marked as having no origin, and cannot leave the machine here; what a page asks for is not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.demo.generate import generate
from pipelines.flows import steps
from pipelines.flows.plain import keep_books
from pipelines.flows.request import RunRequest
from pipelines.flows.workspace import open_workspace
from pipelines.paths import ROOT, RawPaths, WarehousePaths

if TYPE_CHECKING:
    from pathlib import Path

REGION_TEXT = next((ROOT / "data" / "raw" / "regions").glob("000_*.txt"))
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
PAGE_SECONDS = 90
#: who asks, where it is the browser for itself
NOBODY = "not an origin"


@dataclass(frozen=True)
class Visit:
    """What opening a page did."""

    console: tuple[str, ...]
    requests: tuple[str, ...]
    picture: bytes


def visit(page: Path, folder: Path, *, size: str = "1366,768") -> Visit:
    """Open a file in a browser of its own."""
    browser = next(found for name in BROWSERS if (found := shutil.which(name)))
    log, picture = folder / "net.json", folder / "page.png"
    done = subprocess.run(
        [
            browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
            f"--screenshot={picture}", f"--window-size={size}", page.as_uri(),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PAGE_SECONDS,
        check=True,
    )  # fmt: skip
    console = tuple(line for line in done.stderr.splitlines() if re.search(r":CONSOLE[:(]", line))
    return Visit(console, requests(json.loads(log.read_text("utf-8"))), picture.read_bytes())


def requests(log: Any) -> tuple[str, ...]:
    """Addresses that a page asked for or had connections opened to."""
    names = {number: name for name, number in log["constants"]["logEventTypes"].items()}
    found = []
    for event in log["events"]:
        told = event.get("params", {})
        name = names[event["type"]]
        asked = name == "URL_REQUEST_START_JOB" and told.get("initiator", NOBODY) != NOBODY
        if asked or (name == "HTTP_STREAM_JOB_CONTROLLER" and told.get("is_preconnect")):
            found.append(str(told["url"]))
    return tuple(found)


#: pools whose pages are opened: the planted depletion's, another, and the province's own
OPENED = ("610800", "610100", "619900")


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    if not any(shutil.which(name) for name in BROWSERS):
        pytest.skip(f"no browser on the PATH ({', '.join(BROWSERS)})")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The pages of a release over 14 months of a small province, and the dictionary."""
    raw, house = (tmp_path_factory.mktemp(name) for name in ("world", "house"))
    generate(raw, seed=5, months=14, settlements=4_000, region_file=REGION_TEXT)
    request = RunRequest(RawPaths(raw), WarehousePaths(house))
    with closing(open_workspace(request)) as con:
        kept = keep_books(con, request)
        steps.refuse_if_broken(con, kept.checks)
        steps.release(con, request, kept.identity, kept.parts, kept.checks)
    published = sorted((house / "current" / "reports" / "html").glob("*.html"))
    return (*published, ROOT / "docs" / "dictionary.html")


def test_no_page_complains_or_asks_for_anything(
    pages: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # the index, the province, and each of 11 pools with its comparison of the books
    assert len(pages) == 24
    alike = [page for page in pages if page.name[:4].isdigit() and page.name[:6] not in OPENED]
    assert len(alike) == 2 * (11 - len(OPENED))
    opened = [page for page in pages if page not in alike]
    told = {page.name: visit(page, tmp_path_factory.mktemp("visit")) for page in opened}
    assert {name: v.console for name, v in told.items() if v.console} == {}
    assert {name: v.requests for name, v in told.items() if v.requests} == {}
    assert all(v.picture.startswith(b"\x89PNG") for v in told.values())


def test_a_page_that_does_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!doctype html><iframe src="http://frame.example/"></iframe>'
        '<img src="http://picture.example/x.png"><script>console.warn("spoken")</script>',
        encoding="utf-8",
    )
    seen = visit(page, tmp_path)
    assert any("spoken" in line for line in seen.console)
    assert {"http://picture.example/x.png", "http://frame.example/"} <= set(seen.requests)


def test_the_policy_of_the_pages_stops_what_slips_in(
    pages: tuple[Path, ...], tmp_path: Path
) -> None:
    page = tmp_path / "slipped.html"
    slip = '<img src="http://picture.example/x.png"><script>console.warn("spoken")</script>'
    text = pages[0].read_text(encoding="utf-8").replace("</main>", f"{slip}</main>")
    assert slip in text
    page.write_text(text, encoding="utf-8")
    seen = visit(page, tmp_path)
    assert seen.requests == ()
    assert not any('"spoken"' in line for line in seen.console)
    assert sum("Content Security Policy" in line for line in seen.console) == 2
