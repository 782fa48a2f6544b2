// When something was touched, told so that the server can find the true time though this device's clock may be wrong.
// `mono` is performance.now(): right as long as the page lives, whatever happens to the clock.

import { uuid } from '../touch.js';

const JUMP = 2_000;     // ms between the two clocks from one second to the next: somebody moved the clock
const RELOAD = 90_000;  // ms without a tick after which we no longer believe that this was only a reload
const KEPT = 'clock';

export const page = uuid(); // this load of the page
let anchor = null;          // {server_ms, mono}: the last moment at which we know the server's time
let offset = null;          // server minus device, ms; null when in doubt
let drift = Date.now() - performance.now();

// A reload keeps what was measured before it, a restart does not: the clock may have been set in between.
try {
  const before = JSON.parse(sessionStorage.getItem(KEPT));
  const since = before ? Date.now() - before.at : -1;
  if (since >= -JUMP && since < RELOAD) offset = before.offset;
} catch {} // no storage

function keep() {
  try { sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), offset })); } catch {}
}

// Watch for jumps of the clock, each second.
export function tick() {
  const now = Date.now() - performance.now();
  if (Math.abs(now - drift) > JUMP) {
    offset = null;
    keep();
  }
  drift = now;
}

export function watch() {
  setInterval(tick, 1_000);
  setInterval(keep, 30_000);
  addEventListener('pagehide', keep);
}

// The server said its time in an answer to what was asked then; the middle of the two is our best guess.
export function measured(server_ms, asked, answered) {
  tick();
  const mono = (asked + answered) / 2;
  anchor = { server_ms, mono };
  offset = Math.round(server_ms - (Date.now() - (performance.now() - mono)));
  keep();
}

// The moment of a first touch.
export function stamp() {
  tick();
  return { page, mono: performance.now(), device_ms: Date.now() };
}

// What is known of the server's time now.
export function known() {
  tick();
  return { anchor: anchor && { ...anchor }, offset_ms: offset };
}

// The server's time as far as it is known, for what is shown by hours.
export function now() {
  return Date.now() + (offset ?? 0);
}
