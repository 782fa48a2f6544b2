"""Looks at every public page of the demo city with axe and writes what it found: `make accessibility`."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from hub.accessibility import RESULTS
from hub.rules.localtime import local
from hub.vocabulary import CITY_LANGUAGES, DEFAULT_LANGUAGE
from tests.running import free_port
from tests.services.browser import find_chromium, launch

TREE = Path(__file__).parent.parent
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549"]}
WIDTHS = (320, 390, 1440)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
FIRST = ("/", "/neni-tu")
"""Where the looking begins; other pages are found by their links, one of each kind of address."""
MOST = 60


@contextmanager
def demo() -> Iterator[str]:
    """A demo city of its own on a free port."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        ours = {"HUB_MODE": "demo", "HUB_DATA_DIR": folder, "HUB_PORT": str(port)}
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.serve"], cwd=TREE, env={**os.environ, **ours}, stdout=subprocess.DEVNULL
        )
        try:
            yield _up(f"http://localhost:{port}")
        finally:
            process.terminate()
            process.wait(30)


def _up(address: str) -> str:
    end = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310 (our own)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return address


def paths(browser: Browser, address: str) -> list[str]:
    """The public pages: each address that links lead to, of those of one form only the first."""
    page = browser.new_page()
    found, forms, waiting = list[str](), set[str](), list(FIRST)
    while waiting and len(found) < MOST:
        path = waiting.pop(0)
        form = re.sub(r"/[^/]*\d[^/]*|(?<=/odpovedi/)[^/]+|(?<=/kiosk/)[^/]+", "/…", path)
        if form in forms or path.startswith(("/urad", "/en", "/uk")):
            continue
        forms.add(form)
        answer = page.goto(address + path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found.append(path)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting += [
            link.removeprefix(address).partition("#")[0].partition("?")[0] for link in links if link.startswith(address)
        ]
    page.close()
    return found


def main() -> None:
    """Measure and write the results."""
    with demo() as address, launch(find_chromium()) as browser:
        pages = paths(browser, address)
        version, violations = "", 0
        looks = list(itertools.product(CITY_LANGUAGES, WIDTHS, COLOURS))
        for language, width, colours in looks:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=colours,
                bypass_csp=True,
            )
            page = context.new_page()
            for path in pages:
                page.goto(address + ("" if language == DEFAULT_LANGUAGE else f"/{language}") + path)
                found = Axe().run(page, options=RULES)
                version = found.response["testEngine"]["version"]
                for one in found.response["violations"]:
                    violations += len(one["nodes"])
                    print(f"{path} ({language}, {width} px, {colours}): {one['id']}")
            context.close()
        chromium = f"Chromium {browser.version.partition('.')[0]}"
    listed = "".join(f'  "{path}",\n' for path in sorted(pages))
    RESULTS.write_text(
        "# Written by `make accessibility`.\n"
        f'on = "{local(datetime.now(UTC)).date()}"\naxe = "{version}"\nbrowser = "{chromium}"\n'
        f"looks = {len(looks)}\nwidths = {list(WIDTHS)}\nviolations = {violations}\npaths = [\n{listed}]\n",
        encoding="utf-8",
    )
    print(f"{len(pages)} pages in {len(looks)} states each: {violations} violations.")
    sys.exit(1 if violations else 0)


if __name__ == "__main__":
    main()
