// The screens in the hands of people: what they touch becomes an event of the machine, what it says is drawn.
// A record is on the disk before the next screen comes; the network is never waited for.

import { GUARD, beep, fingers, uuid } from '../touch.js';
import { button, drawing, h } from './dom.js';
import { PERSONAL, LONGEST, canAsk, draw, speaks } from './draw.js';
import { closed } from './hours.js';
import { type } from './keys.js';
import { HOME, placeOf, recordOf, rested, turn } from './machine.js';
import * as news from './news.js';
import * as reach from './reach.js';
import * as time from './time.js';

const IDLE = 20_000;        // ms without a touch before the kiosk asks whether anybody is there
const COUNTDOWN = 10;       // s shown before the sitting is closed
const MORE = 60_000;        // ms granted by "I need more time"
const THANKS = 3_000;       // ms
const THANKS_LONGER = 12_000; // when there is a code to be read by a phone, or bad news
const CARD = 8_000;         // ms for which one card of the idle screen stays
const SHIFT = 180_000;      // ms between moves of the picture by some pixels, so that it does not burn in
const KEY = 90;             // ms in which a second touch of a key is an echo
const PANEL = matchMedia('(min-width: 900px) and (min-height: 700px)'); // has room for keys on the screen
const QUIET = ['attract', 'closed', 'pair', 'disconnected', 'starting', 'no_place'];

export class Screens {
  screen = '';
  #config = null;
  #state = null;
  #outbox;
  #delivery;
  #fallback;         // words in Czech, for a device that has no configuration yet
  #ready = false;
  #elsewhere = false;
  #insecure = false;
  #awake = false;    // somebody has touched something since the last rest
  #met = false;      // somebody has touched something since the start
  #busy = false;
  #guard = 0;
  #timer = 0;        // the one clock of the screen
  #unkept = false;
  #draft = '';       // what is being typed; nowhere but here and in its field
  #large = false;
  #problem = '';
  #waiting = 0;
  #stopped = false;  // the cards
  #language = '';

  constructor({ outbox, delivery, texts, insecure = false }) {
    this.#outbox = outbox;
    this.#delivery = delivery;
    this.#fallback = texts;
    this.#insecure = insecure;
    this.#release = fingers(document.body, (element) => this.#activate(element));
    reach.watch(() => this.render());
    reach.reset();
    this.#listen();
    this.render();
  }

  #release;

  // Another window is the kiosk, or no longer.
  setElsewhere(elsewhere) {
    this.#elsewhere = elsewhere;
    this.render();
  }

  // Nobody stands here and nothing is under way: the time for new settings and a new version.
  atRest() {
    return !this.#awake && !this.#busy && !this.#draft && QUIET.includes(this.screen) && this.#outbox.memory.size === 0;
  }

  run() {
    this.#ready = true;
    setInterval(() => this.#quiet(), 1_000);
    setInterval(() => { if (!this.#stopped && !this.#awake) { news.turn(); this.#cards(); } }, CARD);
    setInterval(() => { if (!this.#awake) news.shift(); }, SHIFT);
    this.#rest();
  }

  // Something changed in what waits to be sent, or in what the server said.
  async changed() {
    const { waiting } = await this.#outbox.counts();
    this.#waiting = waiting;
    document.body.dataset.unsent = waiting;
    this.#status();
    this.#quiet();
  }

  #status() {
    const status = document.querySelector('.status');
    const text = this.#waiting && !this.#delivery.connected ? this.#t('waiting', { n: this.#waiting }) : '';
    if (status.textContent !== text) status.textContent = text;
  }

  #t = (key, values = {}) => {
    const words = this.#config?.texts?.[this.#state?.language]?.[key] ?? this.#fallback[key] ?? '';
    return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };

  // What is shown: the machine's screen, unless there is something that comes before it.
  #which() {
    if (this.#insecure) return 'insecure';
    if (this.#elsewhere) return 'elsewhere';
    if (!this.#ready) return 'starting';
    const sitting = this.#state && this.#state.screen !== HOME;
    if (!this.#delivery.token && !sitting) return 'pair';
    if (this.#delivery.revoked && !sitting) return 'disconnected';
    if (!this.#config) return 'starting';
    if (!canAsk(this.#config)) return 'no_place';
    if (!sitting && !this.#awake && closed(this.#config, time.now())) return 'closed';
    return this.#state.screen;
  }

  // Once a second while nobody is here.
  #quiet() {
    if (this.#awake || (this.#state && this.#state.screen !== HOME)) return;
    if (this.#delivery.config !== this.#config) this.#rest();
    else if (this.#which() !== this.screen) this.render();
    else if (this.screen === 'disconnected') document.querySelector('.hint').textContent = this.#t('disconnected_hint', { n: this.#waiting });
    this.#cards();
  }

  #rest() {
    this.#config = this.#delivery.config;
    this.#state = this.#config && rested(this.#config);
    this.#awake = false;
    this.#stopped = false;
    this.#draft = '';
    reach.reset(this.#config);
    this.render();
  }

  render() {
    const screen = this.#which();
    const language = this.#state?.language || 'cs';
    const same = screen === this.screen && language === this.#language;
    const focused = same && document.activeElement?.dataset.do;
    const value = document.activeElement?.value;
    if (screen !== this.screen && this.screen) this.#draft = '';
    this.screen = screen;
    this.#language = language;
    document.documentElement.lang = language;
    document.body.dataset.screen = screen;
    const drawn = draw(this.#view(screen));
    this.#panel(drawn);
    document.querySelector('.body').replaceChildren(...drawn.body.filter(Boolean));
    this.#languages(screen, language);
    this.#tools(screen, language);
    this.#cards();
    this.#status();
    this.#write();
    this.#release();
    if (focused) this.#focus(focused, value);
    else if (!same && this.#met) document.querySelector('h1').focus({ preventScroll: true });
    if (!same) {
      this.#guard = performance.now() + GUARD;
      scrollTo(0, 0);
      reach.say(speaks(drawn), language);
    }
    this.#watch();
  }

  #view(screen) {
    return {
      screen, larger: reach.is('larger'), t: this.#t, state: this.#state, config: this.#config, unkept: this.#unkept, draft: this.#draft, panel: PANEL.matches,
      waiting: this.#waiting, problem: this.#problem, closed: screen === 'closed' ? closed(this.#config, time.now()) : null,
    };
  }

  #panel({ heading, hint = '', above = null }) {
    const place = this.#config && this.#state && placeOf(this.#state, this.#config);
    const parts = place ? [place.name, place.department !== place.name && place.department, place.place].filter(Boolean) : [];
    const title = document.querySelector('h1');
    title.textContent = heading;
    title.classList.toggle('long', heading.length > 40);
    document.title = [heading, this.#config?.city].filter(Boolean).join(' – ');
    document.querySelector('.hint').textContent = hint || '';
    document.querySelector('.above').replaceChildren(...(above ? [above] : []));
    document.querySelector('.city').textContent = this.#config?.city || '';
    document.querySelector('.place').replaceChildren(...parts.map((part, i) => h(i ? 'span' : 'strong', { lang: 'cs' }, part)));
    const demo = document.querySelector('.demo');
    demo.hidden = !this.#config?.sample;
    demo.textContent = this.#t('sample');
    document.querySelector('.still .step').textContent = this.#t('more_time');
  }

  #languages(screen, language) {
    const start = screen === HOME || (screen === 'faces' && this.#config.layout === 'one');
    const all = start ? this.#config.languages : [];
    const part = document.querySelector('.languages');
    part.hidden = all.length < 2;
    part.setAttribute('aria-label', this.#t('language'));
    part.replaceChildren(...all.map(({ code, name }) => {
      const made = button('quiet', 'language', code, name);
      made.lang = code;
      if (code === language) made.setAttribute('aria-current', 'true');
      return made;
    }));
  }

  #tools(screen, language) {
    const asking = this.#config && !['closed', 'pair', 'disconnected', 'starting', 'no_place', 'elsewhere', 'insecure'].includes(screen);
    const part = document.querySelector('.tools');
    part.hidden = !asking;
    part.setAttribute('aria-label', this.#t('tools'));
    if (!asking) return part.replaceChildren();
    const names = reach.offered(this.#config, language);
    if (this.#news().length > 1) names.push('cards');
    part.replaceChildren(...names.map((name) => {
      const made = button('quiet tool', 'tool', name, drawing(`#icons [data-icon=${name}]`), h('span', {}, this.#t(name === 'cards' ? 'cards_stop' : name)));
      made.setAttribute('aria-pressed', String(name === 'cards' ? this.#stopped : reach.is(name)));
      return made;
    }));
  }

  #focus(does, value) {
    const like = [...document.querySelectorAll(`[data-do=${does}]`)];
    (like.find((one) => one.value === value) || like[0])?.focus({ preventScroll: true });
  }

  // News are for a screen at which nobody answers anything.
  #news() {
    return this.screen === HOME ? news.current(this.#delivery.cards) : [];
  }

  #cards() {
    const all = this.#news();
    news.show(all, this.#language);
    const offered = document.querySelector('.tools [value=cards]') !== null;
    if (this.screen === HOME && offered !== all.length > 1) this.#tools(this.screen, this.#language);
  }

  // Idle time. Nothing is lost by it: what was touched is on the disk.
  #watch(ms = IDLE) {
    clearTimeout(this.#timer);
    document.querySelector('.still').hidden = true;
    const place = this.screen === 'thanks' && placeOf(this.#state, this.#config);
    if (place) this.#arm(() => this.#home(), this.#unkept || (this.#config.offers_qr && place.qr) ? Math.max(THANKS_LONGER, ms === IDLE ? 0 : ms) : THANKS);
    else if (['pair', 'disconnected'].includes(this.screen)) this.#arm(() => { this.#problem = ''; this.#rest(); }, this.#awake ? MORE * 3 : 2 ** 31 - 1);
    else if (this.#awake || (this.#state && this.#state.screen !== HOME)) this.#arm(() => this.#count(COUNTDOWN), ms);
  }

  #arm(then, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
  }

  #count(left) {
    const still = document.querySelector('.still');
    if (left === COUNTDOWN) {
      still.hidden = false;
      still.querySelector('strong').textContent = this.#t('still');
      reach.say(`${this.#t('still')} ${this.#t('more_time')}`, this.#language);
    }
    if (left === COUNTDOWN || left === 5) beep();
    if (!left) return this.#act({ type: 'away' });
    still.querySelector('span').textContent = this.#t('closes', { n: left });
    this.#arm(() => this.#count(left - 1), 1000);
  }

  #home() {
    this.#unkept = false;
    this.#rest();
  }

  // One event of the machine; its record is kept before anything is shown of it.
  async #act(event) {
    if (this.#busy || !this.#state) return;
    const next = turn(this.#state, event, this.#config);
    if (next.sitting && next.sitting.rev !== (this.#state.sitting?.rev ?? -1)) {
      this.#busy = true;
      try {
        const kept = await this.#outbox.keep(recordOf(next, this.#config, time.known()));
        this.#unkept = !kept;
      } finally {
        this.#busy = false;
      }
      this.#delivery.pressed();
    }
    this.#state = next;
    if (next.screen === HOME && event.type !== 'departments' && event.type !== 'language') this.#home();
    else this.render();
  }

  #activate(element) {
    const does = element.dataset.do;
    const now = performance.now();
    if (!does || now < this.#guard || this.#busy || element.closest('[hidden]')) return;
    const key = ['key', 'erase', 'shift'].includes(does);
    this.#guard = now + (key ? KEY : GUARD);
    this.#awake = true;
    this.#met = true;
    const { value } = element;
    if (key) return this.#key(does, value);
    if (does === 'tool') return this.#tool(value);
    if (does === 'pair') return this.#pair();
    if (does === 'wake') return this.render();
    if (does === 'alive') return this.#more();
    this.#act(this.#event(does, value));
  }

  #event(does, value) {
    switch (does) {
      case 'rate': return { type: 'rate', level: Number(value), id: uuid(), stamp: time.stamp() };
      case 'answer': return { type: 'answer', level: Number(value) };
      case 'place': return { type: 'place', slug: value };
      case 'language': return { type: 'language', code: value };
      case 'departments': return { type: 'departments', from: Number(value) };
      case 'say': return this.#draft.trim() ? { type: 'say', text: this.#draft.trim().slice(0, LONGEST) } : { type: 'skip' };
      default: return { type: does };
    }
  }

  #more() {
    this.#watch(MORE);
    document.querySelector('h1').focus({ preventScroll: true });
  }

  #tool(name) {
    if (name === 'cards') this.#stopped = !this.#stopped;
    else reach.flip(name);
    this.render();
    if (name === 'speak') reach.say(speaks(draw(this.#view(this.screen))), this.#language);
  }

  #key(does, value) {
    const field = document.querySelector('.body textarea, .body input');
    if (does === 'shift') this.#large = !this.#large;
    else if (does === 'erase') type(field, null);
    else {
      type(field, this.#large ? value.toLocaleUpperCase(this.#language) : value);
      this.#large = false;
    }
    document.querySelector('.keyboard').classList.toggle('large', this.#large);
    document.querySelector('[data-do=shift]')?.setAttribute('aria-pressed', String(this.#large));
  }

  // What stands in the field, and what is to be said about it.
  #write() {
    const field = document.querySelector('#words');
    if (!field) return;
    document.querySelector('#left').textContent = this.#t('words_left', { n: LONGEST - field.value.length });
    const personal = PERSONAL.test(field.value) ? this.#t('words_personal') : '';
    const told = document.querySelector('.personal');
    if (told.textContent !== personal) told.textContent = personal;
  }

  async #pair() {
    const code = this.#draft.toUpperCase().replace(/[^0-9A-Z]/g, '');
    if (!code) return document.querySelector('#code').focus();
    this.#busy = true;
    document.body.setAttribute('aria-busy', 'true');
    const problem = await this.#delivery.pair(code);
    this.#busy = false;
    document.body.removeAttribute('aria-busy');
    this.#problem = problem && { code: 'pair_bad', many: 'pair_many', connection: 'pair_offline', storage: 'pair_storage' }[problem];
    if (problem) this.render();
    else this.#rest();
  }

  #listen() {
    document.body.addEventListener('input', ({ target }) => {
      this.#draft = target.value;
      this.#write();
    });
    document.body.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.id === 'code') {
        event.preventDefault();
        this.#pair();
      }
    });
    // Any sign of life on a waiting screen starts its clock anew.
    const alive = ({ target }) => {
      if (this.screen && this.screen !== 'thanks' && !target.closest?.('.still')) this.#watch();
    };
    addEventListener('pointerdown', alive);
    addEventListener('keydown', alive);
    addEventListener('contextmenu', (event) => event.preventDefault());
    addEventListener('wheel', (event) => { if (event.ctrlKey) event.preventDefault(); }, { passive: false });
    addEventListener('dragstart', (event) => event.preventDefault());
    PANEL.addEventListener('change', () => this.render());
  }
}
