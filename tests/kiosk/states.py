"""Every state of the screen of a paired device, one after another in one page, with real settings and by real touches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from hub.queries.publications import ANSWER
from kiosk import device_texts, shell
from tests.kiosk.line import Line
from tests.kiosk.screen import SHELL, shows

NIGHT = {str(day): [["03:00", "03:01"]] for day in range(7)}
"""Office hours in which nobody comes."""

CARD = {"lang": "cs", "detail": "Odbor dopravy · do 12. prosince", "until": 0}
TITLES = ("Oprava chodníku na Hlavní třídě začne v pondělí, přístup do obchodů zůstává.", "Jiná zpráva.")
NAMES = (
    "Řidičské průkazy",
    "Občanské průkazy a cestovní doklady",
    "Odbor stavebního a územního řádu",
    "Registr vozidel",
    "Odbor sociálních věcí a zdravotnictví",
    "Matrika a evidence obyvatel",
    "Živnostenský úřad",
    "Pokladna",
    "Odbor komunálních služeb",
    "Odbor školství a kultury",
)
FULL = """() => {
  globalThis.put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = () => { throw new DOMException('The disk is full.', 'QuotaExceededError'); };
}"""
DO = """([does, value]) => {
  const all = [...document.querySelectorAll(`button[data-do=${does}]`)].filter((one) => one.offsetWidth);
  const found = value === null ? all[0] : all.find((one) => one.value === String(value));
  if (!found) throw new Error(`no button ${does} ${value}`);
  found.click();
}"""

FIRST = """(code) => {
  const { config } = parts.delivery;
  const languages = [...config.languages].sort((a, b) => (b.code === code) - (a.code === code));
  parts.delivery.config = { ...config, languages };
  parts.screens.changed();
}"""
CHOOSE = """(code) => {
  const button = document.createElement('button');
  Object.assign(button.dataset, { do: 'language' });
  button.value = code;
  document.querySelector('.answers').append(button);
  button.click();
  button.remove();
}"""


class Shown:
    """One page through all of its states. `language` is the one it rests in; `tools` are the switches, on all along."""

    def __init__(self, page: Page, line: Line) -> None:
        """Pair the device; its parts are then in our hands."""
        self.page, self.line = page, line
        self.language, self.tools = "cs", tuple[str, ...]()
        self.settings: dict[str, Any] = {}
        with line.app.app_context():
            self.heading = device_texts.in_languages(ANSWER.heading)
        page.emulate_media(reduced_motion="reduce")
        page.clock.install()
        page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=1))
        script = (shell.FOLDER / "device/start.js").read_text(encoding="utf-8")
        page.route(
            "**/device/start.js",
            lambda route: route.fulfill(
                body=f"{script}\nglobalThis.parts = {{ delivery, screens, outbox }};", content_type="text/javascript"
            ),
        )

    def begin(self, **changes: Any) -> Iterator[str]:
        """The states before there are settings: yields the name of each while it is on the screen."""
        _, code = self.line.device(places=2, asks_words=True, **changes)
        self.page.goto(self.line.address + SHELL)
        shows(self.page, "pair")
        yield "pair"
        self.page.locator("#code").fill("22222222")
        self.do("pair")
        expect(self.page.get_by_role("alert").filter(has_text="Tento kód neplatí")).to_be_visible()
        yield "pair, refused"
        self.line.fault = "forged"
        self.page.locator("#code").fill(code)
        self.do("pair")
        shows(self.page, "starting")
        yield "starting"
        self.line.fault = ""
        self.page.clock.run_for(61_000)
        shows(self.page, "attract")
        self.settings = self.page.evaluate("parts.delivery.config")
        self.line.fault = "down"  # from here on the settings are ours

    def states(self, language: str = "cs", *tools: str) -> Iterator[str]:
        """The states of a device that has settings, in a language and with these switches on."""
        self.language, self.tools = language, tools
        self.rest(layout="one")
        self._tools()
        yield "attract"
        yield from self._sitting(1)
        self.rest(layout="choose", places=2)
        self._tools()
        yield "departments"
        self.rest(layout="choose", places=10)
        self._tools()
        yield "many departments"
        self.do("place")
        self._arrive("faces")
        yield "faces"
        self.page.clock.run_for(20_500)
        expect(self.page.locator(".still")).to_be_visible()
        yield "countdown"
        self.do("alive")
        self.do("rate", 5)
        self._arrive("praise")
        yield "praise"
        yield from self._alone()

    def _sitting(self, face: int) -> Iterator[str]:
        self.do("rate", face)
        for screen in ("reason", "outcome", "words"):
            self._arrive(screen)
            yield screen
            if screen != "words":
                self.do("answer", 1)
        self.page.locator("#words").fill("755101/1234")
        yield "words, personal"
        self.do("skip")
        self._arrive("thanks")
        yield "thanks"
        self.page.evaluate(FULL)
        self.do("home")
        self._tools()
        self.do("rate", 2)
        self.page.clock.run_for(2_100)
        self._arrive("reason")
        self.do("skip")
        self._arrive("outcome")
        self.do("skip")
        self._arrive("words")
        self.do("skip")
        self._arrive("thanks")
        yield "thanks, not kept"
        self.page.evaluate("() => { IDBObjectStore.prototype.put = put; }")
        self.page.evaluate("parts.outbox.rescue()")

    def _alone(self) -> Iterator[str]:
        self.rest(layout="one", hours=NIGHT)
        self._arrive("closed")
        yield "closed"
        self.rest(places=0)
        self._arrive("no_place")
        yield "no_place"
        self.rest(layout="one")
        self._say("elsewhere", "parts.screens.setElsewhere(true)")
        yield "elsewhere"
        self._say("attract", "parts.screens.setElsewhere(false)")
        self._say("disconnected", "parts.delivery.revoked = true")
        yield "disconnected"
        self._say("attract", "parts.delivery.revoked = false")

    def insecure(self) -> Iterator[str]:
        """The device at an address that is not safe; the last of all."""
        self.line.fault = ""
        self.page.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', { value: false });")
        self.page.reload()
        shows(self.page, "insecure")
        yield "insecure"

    def words(self) -> dict[str, set[str]]:
        """Language → everything it may say that is of one piece."""
        texts = {code: set(said.values()) for code, said in self.settings["texts"].items()}
        for questionnaire in self.settings["questionnaires"].values():
            for question in questionnaire["questions"]:
                for one in [question["texts"], *(level["labels"] for level in question["levels"])]:
                    for code, said in one.items():
                        texts[code].add(said)
        for code, said in self.heading.items():
            texts[code].add(said)
        return texts

    def speak(self, language: str, name: str) -> None:
        """The same state in another language, as if it had been chosen at first."""
        self.language = language
        if self.page.evaluate("document.body.dataset.screen") in (
            "attract",
            "closed",
            "no_place",
            "elsewhere",
            "disconnected",
        ):
            self.page.evaluate(FIRST, language)
        else:
            self.page.clock.run_for(450)
            self.page.evaluate(CHOOSE, language)
            if name == "countdown":
                self.page.clock.run_for(20_500)
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def rest(self, places: int = 1, **changes: Any) -> None:
        """Nobody is here: the device takes other settings. It has so many departments."""
        first = self.settings["places"][0]
        many = [
            {**first, "slug": f"place-{n}", "name": NAMES[n], "place": "1. patro, dveře 112"} for n in range(places)
        ]
        first = [one for one in self.settings["languages"] if one["code"] == self.language]
        rest = [one for one in self.settings["languages"] if one["code"] != self.language]
        contrast = "high" if "contrast" in self.tools else "normal"
        settings = {**self.settings, "places": many, "languages": first + rest, "contrast": contrast, **changes}
        cards = [CARD | {"heading": self.heading, "title": title} for title in TITLES]
        self.page.evaluate(
            """([settings, cards]) => {
              document.querySelector('.still').hidden || document.querySelector('.still button').click();
              parts.delivery.config = settings;
              parts.delivery.cards = cards;
            }""",
            [settings, cards],
        )
        self.page.clock.run_for(45_000)
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def _tools(self) -> None:
        for tool in self.tools:
            if self.page.evaluate("name => !document.documentElement.hasAttribute(`data-${name}`)", tool):
                self.do("tool", tool)

    def _say(self, screen: str, script: str) -> None:
        self.page.evaluate(script)
        self.page.evaluate("parts.screens.changed()")
        self._arrive(screen)

    def _arrive(self, screen: str) -> None:
        shows(self.page, screen)

    def do(self, does: str, value: int | str | None = None) -> None:
        """Touch a button that is on the screen."""
        self.page.clock.run_for(450)
        self.page.evaluate(DO, [does, value])
