// What the touch screens share, paired or not: random ids, fingers that tremble, a quiet sound.

export const GUARD = 400; // ms after a touch or a new screen in which touches are echoes

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const LONGEST_ASKED = 3_600_000; // ms, the most we let Retry-After ask for

// Retry-After in ms. A date is read against the server's clock.
export function asked(headers) {
  const value = headers.get('Retry-After');
  if (!value) return 0;
  const ms = /^\s*\d+\s*$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value) - (Date.parse(headers.get('Date')) || Date.now());
  return Math.min(Math.max(ms || 0, 0), LONGEST_ASKED);
}

const LONGEST = 60_000; // ms between attempts

// ms until the next attempt after so many failed ones: longer each time, and not all kiosks at once.
export function pause(failures) {
  return Math.min(1000 * 2 ** failures * (1 + Math.random() / 5), LONGEST);
}

// A captive portal says 200 to everything: only JSON counts as an answer.
export function isJson(headers) {
  return /^application\/([\w.-]+\+)?json\b/i.test(headers.get('Content-Type') || '');
}

// A finger that rests or trembles gives no click; lifting it on the same button counts all the same.
// Only the first finger counts. Returns what lets go of a button that is held.
export function fingers(root, activate) {
  let held = null;
  let lifted = 0;
  function release() {
    held?.classList.remove('pressed');
    held = null;
  }
  root.addEventListener('pointerdown', (event) => {
    release();
    clearTimeout(lifted);
    if (!event.isPrimary || event.button) return;
    held = event.target.closest('button');
    held?.classList.add('pressed');
  });
  root.addEventListener('pointerup', (event) => {
    const button = held;
    release();
    const under = document.elementFromPoint(event.clientX, event.clientY);
    if (button && button === under?.closest('button')) lifted = setTimeout(activate, 80, button);
  });
  root.addEventListener('pointercancel', release);
  root.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    event.preventDefault();
    clearTimeout(lifted);
    activate(button);
  });
  return release;
}

// The warning reaches ears too, quietly.
export function beep() {
  if (!window.AudioContext) return;
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  gain.gain.value = 0.06;
  tone.frequency.value = 660;
  tone.connect(gain).connect(audio.destination);
  tone.onended = () => audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.18);
}
