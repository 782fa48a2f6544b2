// The kiosk with scripts: screens change without loading, and each step is sent from a queue that
// outlives a dead connection. Without this file the same page works as plain forms.

import { GUARD, asked, beep as sound, fingers, isJson, pause, uuid } from './touch.js';

const IDLE = 20_000;       // ms without a touch before the kiosk asks whether anybody is there
const COUNTDOWN = 10;      // s shown before the sitting is closed
const MORE = 60_000;       // ms granted by "I need more time"
const THANKS = 3_000;      // ms
const THANKS_LONGER = 6_000; // when there is more to read than thanks
const ABANDONED = 60_000;  // ms until an untouched panel returns to its default language; also between reloads
const STALE = 86_400_000;  // ms after which an idle page is loaded anew
const NEWS = 60_000;       // ms after which the news of the idle screen are asked for again
const SLOW = 1_000;        // ms without an answer before we say that we are waiting
const TIMEOUT = 15_000;    // ms for one request
const RETRIED = [408, 425, 429]; // the only 4xx worth repeating
// The touch panel, as in kiosk.css.
const PANEL = matchMedia('(display-mode: fullscreen), (min-width: 900px) and (min-height: 1400px) and (orientation: portrait)');

// One attempt: 'stored', 'refused' (no use repeating) or {after} (repeat).
// Only JSON counts as an answer: a captive portal says 200 to everything.
async function post(url, body) {
  const limit = new AbortController();
  const clock = setTimeout(() => limit.abort(), TIMEOUT);
  try {
    const answer = await fetch(url, {
      method: 'POST', body: JSON.stringify(body), signal: limit.signal,
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      cache: 'no-store', redirect: 'error', keepalive: true,
    });
    const after = asked(answer.headers);
    if (!isJson(answer.headers)) return { after };
    await answer.json();
    if (answer.ok) return 'stored';
    return answer.status < 500 && !RETRIED.includes(answer.status) ? 'refused' : { after };
  } catch {
    return { after: 0 };
  } finally {
    clearTimeout(clock);
  }
}

class Outbox {
  items = [];
  waiting = false; // failed or slow: worth telling people
  lost = null;     // the sitting refused last
  #failures = 0;
  #busy = false;
  #timer = 0;
  #held = false;   // the pause was asked for by the server

  constructor(url, changed) {
    this.url = url;
    this.changed = changed;
    addEventListener('online', () => {
      if (!this.#timer || this.#held) return;
      clearTimeout(this.#timer);
      this.#timer = 0;
      this.#send();
    });
  }

  add(record, pressed) {
    this.items.push({ record, pressed });
    this.changed();
    this.#send();
  }

  async #send() {
    if (this.#busy || this.#timer || !this.items.length) return;
    this.#busy = true;
    const { record, pressed } = this.items[0];
    const slow = setTimeout(() => { this.waiting = true; this.changed(); }, SLOW);
    const outcome = await post(this.url, { ...record, age_ms: Math.round(performance.now() - pressed) });
    clearTimeout(slow);
    this.#busy = false;
    if (outcome.after === undefined) {
      this.items.shift();
      this.#failures = 0;
      this.waiting = this.waiting && this.items.length > 0;
      if (outcome === 'refused') this.lost = record.id;
      this.#send();
    } else {
      const wait = pause(this.#failures);
      this.#failures += 1;
      this.#held = outcome.after > 0;
      this.waiting = true;
      this.#timer = setTimeout(() => { this.#timer = 0; this.#send(); }, Math.max(wait, outcome.after));
    }
    this.changed();
  }
}

// What the city published last: asked for again every minute, and gone at its end even without a connection.
function tell(news) {
  const drop = () => {
    for (const item of news.querySelectorAll('[data-until]')) {
      const until = Number(item.dataset.until);
      if (until && until <= Date.now()) item.remove();
    }
  };
  const renew = async () => {
    try {
      const answer = await fetch(news.dataset.news, { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT) });
      if (answer.status === 404) news.replaceChildren();
      if (!answer.ok || !answer.headers.get('Content-Type')?.startsWith('text/html')) return;
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      news.replaceChildren(...page.querySelectorAll('article[data-until]'));
    } catch {} // no connection: what is there stays until its end
  };
  setInterval(drop, 1_000);
  setInterval(renew, NEWS);
}

function start(root) {
  const data = root.dataset;
  const one = (selector) => root.querySelector(selector);
  const status = document.querySelector('[data-status]');
  const screens = Object.fromEntries([...root.querySelectorAll('[data-screen]')].map((part) => [part.dataset.screen, part]));
  const choices = [...screens.faces.querySelectorAll('.choice')]; // best first
  const still = one('[data-still]');
  const outbox = new Outbox(data.submitUrl, told);
  let state = 'faces';
  let said = 'stored';    // what the thanks screen says
  let sitting = null;     // {id, rev, ratings, pressed}: everything known about the person in front
  let guard = 0;
  let timer = 0;          // the one clock of the current screen
  let noteTimer = 0;
  let homeward = false;   // the next quiet moment loads the page anew, in Czech

  function told() {
    const unsent = outbox.items.length;
    const lost = sitting?.id === outbox.lost;
    document.body.dataset.unsent = unsent;
    const wait = unsent > 0 && outbox.waiting;
    if (wait) note(data.textWaiting.replace('{n}', unsent));
    else if (status.dataset.waiting) note(outbox.lost ? '' : data.textSent, 5000);
    status.dataset.waiting = wait ? 'yes' : '';
    say(lost ? 'refused' : wait ? 'unsent' : 'stored');
    if (lost && asking()) show('thanks');
    if (!unsent && (homeward || outbox.lost) && state === 'faces' && !sitting) leave(data.homeUrl);
  }

  // No thanks for what was not taken.
  function say(outcome) {
    if (said === outcome) return;
    said = outcome;
    one('#thanks-heading').textContent = said === 'refused' ? data.textRefused : data.textThanks;
    for (const part of root.querySelectorAll('[data-when]')) part.toggleAttribute('hidden', !part.dataset.when.includes(said));
    if (state === 'thanks' && said !== 'stored') watch();
  }

  function asking() {
    return state !== 'faces' && state !== 'thanks';
  }

  function note(text, ms = 0) {
    clearTimeout(noteTimer);
    if (status.textContent !== text) status.textContent = text;
    if (ms) noteTimer = setTimeout(() => { status.textContent = ''; }, ms);
  }

  function arm(then, ms) {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  }

  function show(name) {
    release();
    state = name;
    document.body.dataset.state = name;
    for (const [key, part] of Object.entries(screens)) part.hidden = key !== name;
    guard = performance.now() + GUARD;
    scrollTo(0, 0);
    one(`#${name}-heading`).focus({ preventScroll: true });
    watch();
    told();
  }

  // Idle time. Nothing is lost by it: what was touched has been sent.
  function watch(ms = IDLE) {
    clearTimeout(timer);
    still.hidden = true;
    if (asking()) arm(() => count(COUNTDOWN), ms);
    else if (state === 'thanks') arm(close, said === 'stored' ? THANKS : THANKS_LONGER);
    else if (sitting) arm(close, ms);
    else {
      const rested = outbox.lost || (PANEL.matches && away()) ? 0 : STALE - performance.now();
      arm(() => { homeward = true; told(); }, Math.max(ABANDONED, rested));
    }
  }

  function count(left) {
    if (left === COUNTDOWN) {
      still.hidden = false;
      one('[data-still-text]').textContent = data.textStill;
      beep();
    }
    if (!left) return show('thanks');
    one('[data-still-count]').textContent = data.textCloses.replace('{n}', left);
    arm(() => count(left - 1), 1000);
  }

  function beep() {
    if (PANEL.matches) sound();
  }

  function close() {
    homeward = (state === 'thanks' || sitting) && away();
    forget();
    show('faces');
  }

  function forget() {
    sitting = null;
    for (const choice of root.querySelectorAll('.choice')) choice.ariaCurrent = null;
    for (const part of root.querySelectorAll('[data-rated-face], [data-rated-word]')) part.replaceChildren();
  }

  function away() {
    return new URL(data.homeUrl, location).pathname !== location.pathname;
  }

  // Only for a page that answers (404: place closed): the browser's own error page is a dead end.
  async function leave(url, asked = false) {
    if (outbox.items.length) return note(data.textElsewhere, 6000);
    homeward = false;
    let renewed = performance.timeOrigin; // without storage
    try { renewed = Number(sessionStorage.renewed) || 0; } catch {}
    if (!asked && !away() && Math.abs(Date.now() - renewed) < ABANDONED) return watch();
    try {
      const { ok, status } = await fetch(url, { method: 'HEAD', cache: 'no-store' });
      if (!ok && status !== 404) throw new Error(status);
      if (state !== 'faces' || sitting || outbox.items.length) return;
      try { sessionStorage.renewed = Date.now(); } catch {}
      location.assign(url);
    } catch {
      if (asked) note(data.textElsewhere, 6000);
      watch();
    }
  }

  function rate(choice) {
    homeward = false;
    sitting ||= { id: uuid(), rev: -1, ratings: {}, pressed: performance.now() };
    sitting.ratings = { [choice.name]: Number(choice.value) };
    send();
    for (const other of choices) other.ariaCurrent = other === choice ? 'true' : null;
    for (const part of root.querySelectorAll('[data-rated-face]')) part.replaceChildren(choice.querySelector('svg').cloneNode(true));
    for (const part of root.querySelectorAll('[data-rated-word]')) part.textContent = choice.textContent.trim();
    go(1);
  }

  function explain(choice) {
    sitting.ratings = { ...sitting.ratings, [choice.name]: Number(choice.value) };
    send();
    for (const other of screens[state].querySelectorAll('.choice')) other.ariaCurrent = other === choice ? 'true' : null;
    go(1);
  }

  // To the next of the screens that follow this face, or back.
  function go(by) {
    const why = sitting.ratings[choices[0].name] === Number(choices[0].value) ? 'praise' : 'reason';
    const path = ['faces', why, 'outcome', 'thanks'].filter((name) => screens[name]);
    show(path[path.indexOf(state) + by]);
  }

  // Each revision carries the whole state.
  function send() {
    sitting.rev += 1;
    outbox.add({
      id: sitting.id, rev: sitting.rev, questionnaire: data.questionnaire, language: data.language, ratings: { ...sitting.ratings },
    }, sitting.pressed);
  }

  const moves = { back: () => go(-1), skip: () => go(1), home: close, more: () => { watch(MORE); one(`#${state}-heading`).focus(); } };

  function activate(button) {
    if (performance.now() < guard || button.closest('[hidden]')) return;
    guard = performance.now() + GUARD;
    if (button.dataset.go) moves[button.dataset.go]();
    else if (state === 'faces') rate(button);
    else explain(button);
  }

  const release = fingers(root, activate);

  root.addEventListener('click', (event) => {
    const link = event.target.closest('a[hreflang]');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (!link.ariaCurrent) leave(link.href, true);
    }
  });

  // Any sign of life on a waiting screen starts its clock anew.
  const alive = ({ target }) => {
    homeward = false;
    if (state !== 'thanks' && !target.closest?.('[data-still]')) watch();
  };
  addEventListener('pointerdown', alive);
  addEventListener('keydown', alive);
  addEventListener('contextmenu', (event) => { if (PANEL.matches) event.preventDefault(); });
  addEventListener('beforeunload', (event) => { if (outbox.items.length) event.returnValue = 'unsent'; });
  addEventListener('pageshow', (event) => { if (event.persisted) close(); });

  told();
  watch();
}

const root = document.querySelector('[data-kiosk]');
if (root) start(root);
const news = document.querySelector('[data-news]');
if (news) tell(news);
