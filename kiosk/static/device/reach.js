// How the screen is fitted to the person in front: lower, mirrored, with more contrast, larger, spoken.
// Each is a switch; all of them go back when the person goes.

const SWITCHES = ['lower', 'mirror', 'contrast', 'larger', 'speak'];
const on = new Set();
let voices = [];
let changed = () => {};

export function watch(redraw) {
  changed = redraw;
  if (!window.speechSynthesis) return;
  const look = () => { voices = speechSynthesis.getVoices(); changed(); };
  speechSynthesis.addEventListener?.('voiceschanged', look);
  voices = speechSynthesis.getVoices();
}

export function is(name) {
  return on.has(name);
}

// The switches that do something here. A language nobody can speak has no button that stays silent.
export function offered(config, language) {
  return SWITCHES.filter((name) => name !== 'speak' || (config.speaks && voice(language)));
}

export function flip(name) {
  if (!on.delete(name)) on.add(name);
  show();
  if (name === 'speak' && !on.has(name)) hush();
}

export function reset(config) {
  on.clear();
  if (config?.contrast === 'high') on.add('contrast');
  hush();
  show();
}

function show() {
  for (const name of SWITCHES) document.documentElement.toggleAttribute(`data-${name}`, on.has(name));
}

function voice(language) {
  return voices.find(({ lang }) => lang.toLowerCase().startsWith(language));
}

export function say(text, language) {
  hush();
  if (!on.has('speak') || !voice(language)) return;
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice(language);
  words.lang = words.voice.lang;
  words.rate = 0.9;
  speechSynthesis.speak(words);
}

export function hush() {
  window.speechSynthesis?.cancel();
}
