"""The screens of a paired device in the hands of people: by finger and keyboard, in six languages, low, large, slow and clumsy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from hub.vocabulary import KIOSK_LANGUAGES
from tests.kiosk.line import Line
from tests.kiosk.screen import eventually, kept, let_the_finger_rise, pair, shows, touch, unsent

MISFITS = """() => [...document.querySelectorAll('button, textarea, input')].flatMap((part) => {
  const box = part.getBoundingClientRect();
  const [name, wrong] = [`${part.dataset.do || part.id} ${part.value}`, []];
  if (!box.width) return wrong;
  if (Math.min(box.width, box.height) < 88) wrong.push(`${name} is small`);
  if (box.top < innerHeight / 2 - 60) wrong.push(`${name} is high`);
  if (box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) wrong.push(`${name} is outside`);
  return wrong;
})"""
"""What one touches that is under 88 px, in the upper half, or not on the screen. (A large type may need 60 px more for words.)"""


def sitting(page: Page, look: Any) -> None:
    """A whole sitting by finger, with a look at each screen on its way."""
    look("faces")
    touch(page, "rate", 2)
    shows(page, "reason")
    look("reason")
    touch(page, "answer", 1)
    shows(page, "outcome")
    look("outcome")
    touch(page, "answer", 2)
    shows(page, "words")
    look("words")
    touch(page, "skip")
    shows(page, "thanks")
    look("thanks")
    touch(page, "home")
    shows(page, "attract")


@pytest.mark.parametrize("tools", [(), ("lower",), ("larger", "mirror"), ("lower", "larger", "contrast")], ids="+".join)
def test_everything_one_touches_is_large_and_low_in_every_language(
    line: Line, screen: Page, tools: tuple[str, ...]
) -> None:
    _, code = line.device(asks_words=True)
    screen.clock.install()
    pair(screen, line.address, code)
    for language in KIOSK_LANGUAGES:
        touch(screen, "language", language)
        expect(screen.locator("html")).to_have_attribute("lang", language)
        for tool in tools:
            touch(screen, "tool", tool)

        def look(name: str, language: str = language) -> None:
            assert screen.evaluate(MISFITS) == [], (language, name)
            size = screen.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            assert size == [1080, 1920], (language, name)

        sitting(screen, look)
        expect(screen.locator("html")).not_to_have_attribute("data-contrast", "")  # the next person starts anew


def test_a_whole_sitting_goes_by_keyboard(line: Line, screen: Page) -> None:
    ref, code = line.device(places=2, asks_words=True)
    screen.clock.install()
    pair(screen, line.address, code)

    def press(does: str, value: str = "") -> None:
        let_the_finger_rise(screen)
        for _ in range(90):
            screen.keyboard.press("Tab")
            if screen.evaluate("what => document.activeElement.matches(what)", f"[data-do={does}][value='{value}']"):
                break
        else:
            pytest.fail(f"the keyboard does not come to {does}")
        screen.keyboard.press("Enter")

    press("tool", "lower")
    assert screen.evaluate("document.activeElement.value") == "lower"  # the focus stays where it was
    press("place", screen.locator("[data-do=place]").nth(1).get_attribute("value") or "")
    shows(screen, "faces")
    press("rate", "5")
    shows(screen, "praise")
    assert screen.evaluate("document.activeElement.tagName") == "H1"
    press("answer", "2")
    shows(screen, "outcome")
    press("answer", "1")
    shows(screen, "words")
    screen.locator("#words").focus()
    screen.keyboard.type("Děkuji.")
    press("say")
    shows(screen, "thanks")
    eventually(screen, lambda: line.stored(ref), [{"visit": 5, "praise": 2, "outcome": 1}])


def test_who_stands_still_is_warned_may_have_more_time_and_leaves_nothing_behind(line: Line, screen: Page) -> None:
    ref, code = line.device(asks_words=True)
    screen.clock.install()
    pair(screen, line.address, code)
    touch(screen, "language", "de")
    touch(screen, "tool", "contrast")
    touch(screen, "rate", 1)
    touch(screen, "skip")
    touch(screen, "skip")
    shows(screen, "words")
    screen.locator("#words").fill("<b>Jana Nováková</b> 855301/1234")
    expect(screen.get_by_text("Das sieht nach persönlichen Daten aus.")).to_be_visible()
    screen.clock.run_for(20_500)
    expect(screen.get_by_role("alert").filter(has_text="Sind Sie noch da?")).to_be_visible()
    screen.get_by_role("button", name="Ich brauche mehr Zeit").click()
    screen.clock.run_for(59_000)
    expect(screen.locator(".still")).to_be_hidden()
    expect(screen.locator("#words")).to_have_value(re.compile("Jana"))
    screen.clock.run_for(2_000)
    expect(screen.locator(".still")).to_be_visible()
    screen.clock.run_for(11_000)
    shows(screen, "thanks")
    screen.clock.run_for(13_000)
    shows(screen, "attract")
    expect(screen.locator("html")).to_have_attribute("lang", "cs")
    expect(screen.locator("html")).not_to_have_attribute("data-contrast", "")
    unsent(screen, 0)
    assert "Nováková" not in screen.content()
    assert [kept(screen, store) for store in ("presses", "dead")] == [[], []]
    assert line.stored(ref) == [{"visit": 1}]


def test_clumsy_hands_do_no_harm(line: Line, screen: Page) -> None:
    ref, code = line.device()
    screen.clock.install()
    pair(screen, line.address, code)
    # Twice the same finger, within 400 ms: one rating, and no tile of the next screen.
    let_the_finger_rise(screen)
    spot = screen.locator("[data-do=rate][value='4']").bounding_box()
    assert spot
    x, y = spot["x"] + 200, spot["y"] + 40
    screen.mouse.click(x, y)
    shows(screen, "reason")
    for _ in range(3):
        screen.mouse.click(x, y)
    shows(screen, "reason")
    # A palm: the second finger counts for nothing. A long press opens nothing, pinching enlarges nothing.
    let_the_finger_rise(screen)
    fingers = """() => {
      const tile = document.querySelector('[data-do=answer]');
      const at = (type, isPrimary, pointerId) => tile.dispatchEvent(
        new PointerEvent(type, { bubbles: true, isPrimary, pointerId, clientX: 1, clientY: 1 }),
      );
      at('pointerdown', true, 1); at('pointerdown', false, 2); at('pointerup', false, 2); at('pointerup', true, 1);
      const long = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
      tile.dispatchEvent(long);
      const pinch = new WheelEvent('wheel', { bubbles: true, cancelable: true, ctrlKey: true });
      tile.dispatchEvent(pinch);
      const styles = [getComputedStyle(tile).touchAction, getComputedStyle(document.body).overscrollBehaviorX];
      return [long.defaultPrevented, pinch.defaultPrevented, ...styles];
    }"""
    assert screen.evaluate(fingers) == [True, True, "none", "none"]
    screen.clock.run_for(500)
    shows(screen, "reason")
    # A finger that trembles gives no click; it counts when it is lifted.
    box = screen.locator("[data-do=answer][value='3']").bounding_box()
    assert box
    screen.mouse.move(box["x"] + 20, box["y"] + 20)
    screen.mouse.down()
    screen.mouse.move(box["x"] + 60, box["y"] + 30)
    screen.mouse.up()
    screen.clock.run_for(100)
    shows(screen, "outcome")
    touch(screen, "back")
    touch(screen, "back")
    touch(screen, "rate", 5)  # the face was a mistake: another one, of the same person
    shows(screen, "praise")
    eventually(screen, lambda: line.stored(ref), [{"visit": 5}])


def test_words_are_typed_on_the_screen_in_the_letters_of_their_language(line: Line, screen: Page) -> None:
    _, code = line.device(asks_words=True)
    screen.clock.install()
    pair(screen, line.address, code)
    for language, keys, words in (("cs", "ž e", "Ž e"), ("uk", "їґ", "Їґ"), ("vi", "â\u0301", "Ấ")):
        touch(screen, "language", language)
        touch(screen, "rate", 3)
        touch(screen, "skip")
        touch(screen, "skip")
        touch(screen, "shift")
        for key in keys:
            screen.clock.run_for(100)
            screen.locator(f".key[value='{key}']").click()
        expect(screen.locator("#words")).to_have_value(words)
        touch(screen, "erase")
        expect(screen.locator("#words")).to_have_value(words[:-1])
        touch(screen, "skip")
        touch(screen, "home")


WRITES = """
window.writes = [];
const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...given) {
  const made = transaction.apply(this, given);
  if (made.mode === 'readwrite') writes.push(made.durability);
  return made;
};
"""


def test_the_next_screen_comes_from_the_disk_and_never_waits_for_a_network(line: Line, screen: Page) -> None:
    _, code = line.device()
    screen.add_init_script(WRITES)
    pair(screen, line.address, code)
    line.fault = "down"
    let_the_finger_rise(screen)
    took = screen.evaluate(
        """() => new Promise((resolve) => {
          const seen = new MutationObserver(() => resolve(performance.now() - began));
          seen.observe(document.body, { attributeFilter: ['data-screen'] });
          const began = performance.now();
          document.querySelector('[data-do=rate]').click();
        })"""
    )
    assert [row["rev"] for row in kept(screen)] == [0]
    assert set(screen.evaluate("writes")) == {"strict"}  # on the disk, not only on its way there
    assert took < 1_000  # of ten milliseconds or so on a machine that is at rest


CLOSED = ((7, 3 * 60, 3 * 60 + 1),)


def test_outside_of_office_hours_it_is_dim_and_wakes_by_a_touch(line: Line, screen: Page) -> None:
    ref, code = line.device(hours=CLOSED)
    screen.clock.install()
    pair(screen, line.address, code, screen="closed")
    expect(screen.get_by_role("heading", name="Úřad má teď zavřeno")).to_be_visible()
    expect(screen.get_by_text("Otevírá se: neděle 3:00")).to_be_visible()
    touch(screen, "wake")
    shows(screen, "attract")
    touch(screen, "rate", 5)
    eventually(screen, lambda: line.stored(ref), [{"visit": 5}])
    screen.clock.run_for(32_000)
    shows(screen, "thanks")
    screen.clock.run_for(13_000)
    shows(screen, "closed")


def test_what_follows_a_face_and_when_it_is_open_are_rules_without_a_page(line: Line, screen: Page) -> None:
    screen.goto(f"{line.address}/kiosk/zarizeni/")
    found = screen.evaluate(
        """async () => {
          const { rested, turn, recordOf } = await import('/static/kiosk/device/machine.js');
          const { closed } = await import('/static/kiosk/device/hours.js');
          const levels = [{ level: 5 }, { level: 1 }];
          const questions = ['visit', 'praise', 'reason', 'outcome'].map((code) => ({ code, levels }));
          const config = {
            layout: 'one', places: [{ slug: 'p', questionnaire: 'q@1' }], languages: [{ code: 'cs' }],
            questionnaires: { 'q@1': { questions } },
            hours: { 0: [['08:00', '12:00'], ['13:00', '17:00']] }, closed_on: ['2026-11-30'], zone: 'Europe/Prague',
          };
          const go = (state, ...events) => events.reduce((now, event) => turn(now, event, config), state);
          const rate = (level) => ({ type: 'rate', level, id: 'i', stamp: { page: 'g', mono: 1, device_ms: 2 } });
          const begun = go(rested(config), rate(1));
          const answered = go(begun, { type: 'answer', level: 1 });
          const changed = go(answered, { type: 'back' }, { type: 'back' }, rate(5));
          let restless = begun;
          for (let i = 0; i < 300; i += 1) restless = go(restless, { type: 'back' }, rate(1));
          const at = (text) => closed(config, Date.parse(text));
          return {
            screens: [begun, answered, changed, go(answered, { type: 'skip' })].map(({ screen }) => screen),
            record: recordOf(changed, config, { anchor: null, offset_ms: null }),
            unmoved: go(rested(config), { type: 'answer', level: 1 }, { type: 'say', text: 'x' }, { type: 'skip' }).screen,
            restless: restless.sitting?.rev ?? 'gone',
            open: at('2026-11-23T08:30:00+01:00'),
            lunch: at('2026-11-23T12:00:00+01:00').time,
            evening: new Date(at('2026-11-23T17:00:00+01:00').ms).toISOString().slice(0, 10),
          };
        }"""
    )
    assert found["screens"] == ["reason", "outcome", "praise", "thanks"]
    assert found["record"]["ratings"] == {"visit": 5}  # an answer to a question that is hidden now is not sent
    assert found["record"]["rev"] == 2
    assert found["record"]["mono"] == 1  # of the first touch
    assert found["unmoved"] == "attract"
    assert found["restless"] == "gone" or found["restless"] <= 99
    assert found["open"] is None
    assert found["lunch"] == "13:00"
    assert found["evening"] == "2026-12-07"  # the Monday after is a holiday


def test_the_resting_screen_shows_what_is_new_in_turn_holds_it_on_a_wish_and_moves_a_little(
    line: Line, screen: Page
) -> None:
    _, code = line.device()
    screen.clock.install()
    cards = [
        {"heading": {"cs": "Odpověď"}, "title": title, "lang": "cs", "detail": "", "until": 0} for title in ("A", "B")
    ]
    screen.route("**/karty", lambda route: route.fulfill(json={"cards": cards}))
    pair(screen, line.address, code)
    card = screen.locator(".cards strong")
    expect(card).to_have_text("A")
    screen.clock.run_for(8_500)
    expect(card).to_have_text("B")
    touch(screen, "tool", "cards")
    screen.clock.run_for(17_000)
    expect(card).to_have_text("B")
    touch(screen, "rate", 3)
    expect(card).to_have_count(0)
    screen.clock.run_for(60_000)
    shows(screen, "attract")
    places = set()
    for _ in range(4):
        screen.clock.run_for(180_000)
        where = screen.locator(".kiosk").bounding_box()
        assert where
        assert 2 <= abs(where["x"]) <= 8
        assert 2 <= abs(where["y"]) <= 8
        places.add((where["x"], where["y"]))
    assert len(places) == 4


VOICES = """
window.said = [];
Object.defineProperty(window, 'speechSynthesis', { value: Object.assign(new EventTarget(), {
  getVoices: () => [{ lang: 'cs-CZ' }, { lang: 'de-DE' }], speak: (words) => said.push([words.lang, words.text]), cancel: () => {},
}) });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
"""The test's browser has no voice; a device has those of its system."""


def test_the_question_is_read_aloud_where_the_device_has_a_voice(line: Line, screen: Page) -> None:
    _, code = line.device()
    screen.clock.install()
    screen.add_init_script(VOICES)
    pair(screen, line.address, code)
    touch(screen, "tool", "speak")
    assert screen.evaluate("said.at(-1)") == [
        "cs-CZ",
        "Jak hodnotíte dnešní návštěvu úřadu? velmi dobře, spíše dobře, ani dobře, ani špatně, spíše špatně, velmi špatně",
    ]
    touch(screen, "language", "de")
    assert screen.evaluate("said.at(-1)[0]") == "de-DE"
    touch(screen, "language", "vi")  # nobody here speaks it: no button that stays silent
    expect(screen.locator("[data-do=tool][value=speak]")).to_have_count(0)
    touch(screen, "language", "cs")
    touch(screen, "rate", 2)
    shows(screen, "reason")
    assert screen.evaluate("said.at(-1)[1]").startswith("Co bychom měli zlepšit?")
