"""Every state of a paired screen is fit for everybody: by the rules of axe, in one language at a time, with nothing cut off."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from hub.vocabulary import KIOSK_LANGUAGES
from tests.kiosk.line import Line
from tests.kiosk.states import Shown

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "EN-301-549", "best-practice"]

LOOK = """(rules) => {
  globalThis.found = null;
  axe.run({ runOnly: rules, resultTypes: ['violations'] }).then(({ violations }) => {
    globalThis.found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  });
}"""

PLAIN = "() => document.styleSheets[1].insertRule('.panel.panel::before { display: none; }')"
"""Over the rings of the panel, which are hardly visible, axe judges no colour at all."""


def violations(page: Page) -> list[Any]:
    """What axe finds. It takes turns by timers, which are in our hands."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
        page.evaluate(PLAIN)
    page.evaluate(LOOK, RULES)
    for _ in range(50):
        found: list[Any] | None = page.evaluate("found")
        if found is not None:
            return found
        page.clock.run_for(20)
    pytest.fail("axe does not end")


def test_no_state_breaks_a_rule_of_accessibility(line: Line, screen: Page) -> None:
    shown = Shown(screen, line)
    found = [(name, violations(screen)) for name in shown.begin()]
    found += [(name, violations(screen)) for name in shown.states()]
    found += [(f"{name}, contrast", violations(screen)) for name in shown.states("cs", "contrast")]
    found += [(name, violations(screen)) for name in shown.insecure()]
    assert len(found) > 35
    assert [one for one in found if one[1]] == []


OWN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const { lang } = document.documentElement;
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const part = node.parentElement;
    if (part.checkVisibility() && part.closest('[lang]').lang === lang) found.push(node.textContent.trim());
  }
  for (const part of document.querySelectorAll('[aria-label], [alt]')) {
    if (part.checkVisibility() && part.closest('[lang]').lang === lang) found.push(part.ariaLabel || part.alt);
  }
  return found.filter((text) => /\\p{L}{2}/u.test(text));
}"""
"""What the page says in its own language."""

CUT = """() => {
  const root = document.documentElement;
  const found = [];
  document.querySelector('.kiosk').style.translate = ''; // it stands some pixels aside against burning in
  const looks = ['', 'larger', 'lower', 'larger lower', 'larger lower mirror'];
  const [panel, where] = ['.panel', '.where'].map((one) => document.querySelector(one));
  for (const look of document.body.dataset.screen.match(/attract|faces|reason|praise|outcome|words/) ? looks : ['']) {
    for (const name of look.split(' ')) if (name) root.setAttribute(`data-${name}`, '');
    const cut = (part, why) => found.push(`${look}: ${part.textContent.trim().slice(0, 60)} ${why}`);
    const above = panel.getBoundingClientRect();
    for (const part of document.querySelectorAll('button, h1, p, .word, .tool span, label, small')) {
      const box = part.getBoundingClientRect();
      if (part.matches('button') && box.width && Math.min(box.width, box.height) < 44) cut(part, 'is small');
      if (!box.width || !part.checkVisibility()) continue;
      if (box.left < 0 || box.top < 0 || box.right > innerWidth || box.bottom > innerHeight) cut(part, 'is outside');
      if (part.scrollWidth > part.clientWidth + 1 && part.clientWidth) cut(part, 'is wider than its place');
      if (part.matches('button') && part.scrollHeight > part.clientHeight + 1) cut(part, 'is higher than its place');
      if (part.closest('.ask') && box.top < where.getBoundingClientRect().bottom - 1) cut(part, 'lies over the name');
      if (part.closest('.panel') && box.bottom > above.bottom + 1) cut(part, 'is cut by the panel');
    }
    for (const name of look.split(' ')) if (name) root.removeAttribute(`data-${name}`);
  }
  return found;
}"""
"""Words that do not fit where they stand, with each of the switches that change sizes."""


@pytest.mark.parametrize(
    ("size", "languages"),
    [
        ((1080, 1920), tuple(KIOSK_LANGUAGES)),
        ((1920, 1080), ("de",)),
        ((1280, 720), ("cs", "de", "uk")),
        ((1024, 768), ("de",)),
    ],
    ids=["upright", "wide", "low", "small"],
)
def test_every_state_is_whole_and_in_one_language(
    line: Line, screen: Page, size: tuple[int, int], languages: tuple[str, ...]
) -> None:
    screen.set_viewport_size({"width": size[0], "height": size[1]})
    shown = Shown(screen, line)
    for _ in shown.begin():
        assert screen.evaluate(CUT) == []
    texts = shown.words()
    found = []
    for name in shown.states():
        for language in languages:
            shown.speak(language, name)
            keys = screen.locator(".key").count()
            assert (keys > 20) == (name in {"disconnected", "words", "words, personal"}), name
            found += [(language, name, one) for one in screen.evaluate(CUT)]
            foreign = set().union(*(texts[other] for other in texts if other != language)) - texts[language]
            for said in screen.evaluate(OWN):
                if said in foreign or is_foreign(language, said):
                    found.append((language, name, f"not in the language: {said}"))
            if language != "cs" and len(languages) > 3:  # Czech has its own test, with much contrast
                found += [(language, name, one) for one in violations(screen)]
        shown.speak("cs", name)
    assert found == []


def is_foreign(language: str, said: str) -> bool:
    """Whether it has letters that the language has not."""
    if language == "uk":
        return any("a" <= letter <= "z" for letter in said.lower())
    return language != "cs" and any(letter in "ěščřžďťňů" for letter in said.lower())
