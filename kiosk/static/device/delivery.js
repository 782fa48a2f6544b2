// What goes to the server and comes from it, by timers of our own: neither the browser's idea of being online
// nor its background sync is asked, since both were seen to be wrong for hours.

import { asked, isJson, pause } from '../touch.js';
import * as time from './time.js';

const TIMEOUT = 15_000;    // ms for one request
const BEAT = 60_000;       // ms between heartbeats, and between looks at the cards
const MOST = 200;          // presses in one batch
const HALVED = [400, 413, 415, 422]; // statuses that may be the fault of one press among them
const TAKEN = ['stored', 'amended', 'known', 'superseded'];
const REFUSED = ['invalid', 'conflict'];

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

// The signature of a configuration is made with what only the server and this device know.
async function signed(body, token, signature) {
  const secret = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return hex(await crypto.subtle.sign('HMAC', key, body)) === (signature || '').trim().toLowerCase();
}

export class Delivery {
  token = '';
  config = null;
  revoked = false;    // the server does not know our token any more
  connected = true;   // what we believe until an attempt fails
  lastPress = null;   // performance.now()
  cards = [];
  newest = '';        // the shell the server would give us
  #outbox;
  #api;
  #version;
  #changed;
  #failures = 0;
  #limit = MOST;
  #busy = false;
  #timer = 0;
  #held = false;      // the pause was asked for by the server
  #etag = '';
  #configuring = false;

  constructor({ outbox, api, version, changed }) {
    this.#outbox = outbox;
    this.#api = api;
    this.#version = version;
    this.#changed = changed;
  }

  // What an earlier start left on the disk.
  async load() {
    const [token, stored] = [await this.#outbox.get('token'), await this.#outbox.get('config')];
    this.token = token || '';
    if (this.token && stored) {
      this.config = JSON.parse(stored.text);
      this.#etag = stored.etag;
    }
  }

  async start() {
    setInterval(() => this.beat(), BEAT);
    addEventListener('online', () => this.#again());
    await this.#begin();
  }

  async #begin() {
    if (!this.token) return;
    if (!this.config) await this.configure();
    this.beat();
  }

  // One request. {status: 0} when there was no answer at all; json is null unless it was JSON.
  async #ask(path, { method = 'GET', body, headers = {}, token = this.token } = {}) {
    const limit = new AbortController();
    const clock = setTimeout(() => limit.abort(), TIMEOUT);
    const began = performance.now();
    try {
      const answer = await fetch(this.#api + path, {
        method, signal: limit.signal, cache: 'no-store', redirect: 'error', credentials: 'omit',
        headers: {
          Accept: 'application/json', ...(token && { Authorization: `Bearer ${token}` }),
          ...(body && { 'Content-Type': 'application/json' }), ...headers,
        },
        body: body && JSON.stringify(body),
      });
      const ended = performance.now();
      const bytes = await answer.arrayBuffer();
      let json = null;
      if (isJson(answer.headers)) {
        try { json = JSON.parse(new TextDecoder().decode(bytes)); } catch {} // cut off
      }
      return { status: answer.status, json, bytes, headers: answer.headers, after: asked(answer.headers), began, ended };
    } catch {
      return { status: 0, json: null, after: 0 };
    } finally {
      clearTimeout(clock);
    }
  }

  // What an answer tells of the connection, whatever was asked.
  #heard(answer, token = this.token) {
    const ours = typeof answer.json?.error === 'string' || typeof answer.json?.server_ms === 'number' || answer.status === 304;
    if (answer.status === 401 && ours && token === this.token) this.#revoke(true);
    else if (answer.status < 400 && ours && token === this.token) this.#revoke(false);
    if (typeof answer.json?.server_ms === 'number') time.measured(answer.json.server_ms, answer.began, answer.ended);
    this.#connect(ours);
    return ours;
  }

  #revoke(revoked) {
    if (this.revoked === revoked) return;
    this.revoked = revoked;
    this.#changed();
  }

  #connect(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.#changed();
  }

  // One attempt with a code: '' when paired, else the reason: 'code', 'many', 'connection', 'storage'.
  async pair(code) {
    const answer = await this.#ask('parovani', { method: 'POST', body: { code }, token: '' });
    if (answer.status === 429) return 'many';
    if (answer.status >= 400 && answer.status < 500 && answer.json) return 'code';
    if (answer.status !== 201 || typeof answer.json?.token !== 'string') return 'connection';
    try {
      await this.#outbox.set({ token: answer.json.token, config: null });
    } catch {
      return 'storage';
    }
    this.token = answer.json.token;
    this.config = null;
    this.#etag = '';
    this.revoked = false;
    this.#failures = 0;
    await this.#begin();
    this.#again();
    return '';
  }

  // Ask for the configuration; only one that is signed is taken, and it waits in `config` for a quiet moment.
  async configure() {
    if (this.#configuring) return;
    this.#configuring = true;
    try {
      const { token } = this;
      const answer = await this.#ask('nastaveni', { headers: this.config && this.#etag ? { 'If-None-Match': this.#etag } : {} });
      if (answer.status !== 200 || !answer.json) {
        this.#heard(answer, token);
        return;
      }
      if (!await signed(answer.bytes, token, answer.headers.get('X-Podpis')) || token !== this.token) return;
      this.#revoke(false);
      this.#connect(true);
      this.config = answer.json;
      this.#etag = answer.headers.get('ETag') || '';
      await this.#outbox.set({ config: { text: new TextDecoder().decode(answer.bytes), etag: this.#etag } });
    } catch {
      // It is used all the same, and asked for again after the next start.
    } finally {
      this.#configuring = false;
      this.#changed();
    }
  }

  // Say that we live, once a minute; the answer is also an anchor in time.
  async beat() {
    if (!this.token) return;
    await this.#outbox.rescue();
    const counts = await this.#outbox.counts();
    const { token } = this;
    const persisted = await navigator.storage?.persisted?.() ?? false;
    const answer = await this.#ask('tep', {
      method: 'POST',
      body: {
        page: time.page, mono: performance.now(), device_ms: Date.now(), shell: this.#version, config: this.config?.version ?? '',
        ...counts, persisted, visible: document.visibilityState === 'visible',
        last_press_ms: this.lastPress === null ? null : Math.round(performance.now() - this.lastPress),
      },
    });
    const ours = this.#heard(answer, token);
    if (answer.status !== 200 || !ours) return;
    this.newest = answer.json.shell || '';
    if (answer.json.config !== this.config?.version) await this.configure();
    if (counts.waiting) this.#again();
    if (counts.dead) await this.#outbox.forget(answer.json.server_ms).catch(() => {}); // the next beat tries again
    await this.#look();
    this.#changed();
  }

  async #look() {
    const answer = await this.#ask('karty');
    if (answer.status === 200 && Array.isArray(answer.json?.cards)) this.cards = answer.json.cards;
  }

  // A new press is there.
  pressed() {
    this.lastPress = performance.now();
    this.#changed();
    this.#send();
  }

  // There is hope again: do not wait for the end of a pause, unless the server asked for it.
  #again() {
    if (this.#held) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#send();
  }

  #later(after = 0) {
    const wait = Math.max(pause(this.#failures), after);
    this.#failures += 1;
    this.#held = after > 0;
    this.#timer = setTimeout(() => { this.#timer = 0; this.#held = false; this.#send(); }, wait);
  }

  async #send() {
    if (this.#busy || this.#timer || !this.token) return;
    this.#busy = true;
    let more = false;
    try {
      const rows = await this.#outbox.oldest(this.#limit);
      if (rows.length) more = await this.#deliver(rows);
    } catch {
      this.#later(); // the disk does not answer: what was taken is told again, and known
    } finally {
      this.#busy = false;
      this.#changed();
    }
    if (more) this.#send();
  }

  // One batch. True when the next one may go at once.
  async #deliver(rows) {
    const { token } = this;
    const answer = await this.#ask('doteky', {
      method: 'POST',
      body: { page: time.page, sent_mono: performance.now(), sent_ms: Date.now(), presses: rows.map(({ record }) => record) },
    });
    const ours = this.#heard(answer, token);
    const receipts = answer.status === 200 && ours ? answer.json.receipts : null;
    if (Array.isArray(receipts) && receipts.length === rows.length) {
      const taken = rows.filter((row, i) => fits(row, receipts[i]) && TAKEN.includes(receipts[i].outcome));
      const refused = rows.map((row, i) => ({ row, receipt: receipts[i] }))
        .filter(({ row, receipt }) => fits(row, receipt) && REFUSED.includes(receipt.outcome))
        .map(({ row, receipt }) => ({ row, problem: word(receipt.problem || receipt.outcome) }));
      await this.#outbox.settle(taken, refused);
      if (taken.length + refused.length === rows.length) {
        this.#failures = 0;
        this.#limit = Math.min(MOST, this.#limit * 2);
        return true;
      }
    } else if (HALVED.includes(answer.status) && rows.length > 1) {
      this.#limit = Math.floor(rows.length / 2);
      return true;
    } else if (HALVED.includes(answer.status) && ours) {
      await this.#outbox.settle([], rows.map((row) => ({ row, problem: word(answer.json.error) })));
      return true;
    } else if (answer.status === 500 && ours) {
      // Perhaps one of them is at fault: it must not hold up the others.
      if (rows.length > 1) this.#limit = Math.floor(rows.length / 2);
      else await this.#outbox.postpone(rows[0]);
    }
    this.#later(answer.after);
    return false;
  }
}

// A problem as a word for machines, which goes with the heartbeat.
function word(problem) {
  return /^[a-z_]{1,32}$/.test(problem) ? problem : 'other';
}

function fits(row, receipt) {
  return receipt?.id === row.id && receipt.rev === row.rev;
}
