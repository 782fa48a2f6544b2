"""The paired kiosk: ten thousand presses through a storm, how large its shell is, how soon it thanks, how fast it hands over."""

from __future__ import annotations

import gzip
from random import randrange

from bench.report import Goal, Section, Table
from bench.serving import Bench
from bench.touching import handed_over, thanked
from kiosk.shell import FILES, FOLDER
from tests.kiosk import storm
from tests.running import migrate
from tests.services.browser import find_chromium, launch

MOST = 100_000
"""Bytes of the shell."""


def kiosk(bench: Bench) -> Section:
    """The storm on both engines, and the bytes of scripts and styles."""
    presses, chunk = (100, 20) if bench.quick else (10_000, 200)
    rows, goals = [], []
    with launch(find_chromium()) as browser:
        for engine in ("SQLite", "PostgreSQL"):
            folder = bench.folder / f"kiosk-{engine}"
            folder.mkdir()
            url = bench.empty(engine, "kiosk")
            migrate(url, folder)
            seed = randrange(10**6)
            found = storm.run(browser, url, folder, presses, seed, chunk)
            kinds = [f"{found.kills[one]}" for one in ("server", "browser", "clock")]
            times = [f"{found.qualities[one]:,}" for one in ("exact", "anchored", "corrected", "uncertain")]
            rows.append((engine, f"{len(found.pressed):,}", *kinds, *times))
            wrong = found.complaints()
            text = f"{engine}: none lost, doubled or in a wrong hour (seed {seed})"
            goals.append(Goal(text, f"{len(wrong)} complaints" + "".join(f"; {one}" for one in wrong[:3]), not wrong))
    bodies = [(FOLDER / name).read_bytes() for name in FILES]
    size, packed = sum(map(len, bodies)), sum(len(gzip.compress(body)) for body in bodies)
    goals.append(Goal(f"scripts and styles under {MOST:,} bytes", f"{size:,} ({packed:,} packed)", size < MOST))
    how = (
        "A paired screen in Chromium with a lasting profile; presses are put into its outbox by its own code, while the server"
        " and the browser get SIGKILL, one answer in three is lost, pages are loaded anew and the clock jumps by up to 30 hours"
        " (`tests/kiosk/storm.py`). Afterwards each press that was on the disk is looked for, and its moment compared."
        " Touch to thank-you (`bench/touching.py`): in Chromium, from the last touch to the frame in which the thanks stand, the"
        " press being on the disk. Handing over: queued presses in requests of at most 200 to the device's endpoint in one"
        " process, a receipt for each, against a bare executemany of the very rows they became, with as many commits."
    )
    head = (
        "engine",
        "presses",
        "server kills",
        "browser kills",
        "clock jumps",
        "exact",
        "anchored",
        "corrected",
        "uncertain",
    )
    tables = [Table(head, rows)]
    for measure in (thanked, handed_over):
        table, met = measure(bench)
        tables.append(table)
        goals += met
    return Section("Kiosk", how, tables, goals)
