// A keyboard on the screen: a kiosk has no other. Letters only of the language that is spoken, the large ones by a switch.

import { button, h } from './dom.js';

const LATIN = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm,.?!'];
const LETTERS = {
  cs: ['ěščřžýáíéúů', 'qwertzuiop', 'asdfghjklďť', 'yxcvbnmňó,.'],
  en: LATIN,
  pl: ['ąćęłńóśżź', ...LATIN],
  de: ['qwertzuiopü', 'asdfghjklöä', 'yxcvbnmß,.?'],
  uk: ['йцукенгшщзх', 'фівапролджє', 'ґячсмитьбюї', "',.?!"],
  // Vietnamese marks are written after their letter and joined to it.
  vi: ['ăâđêôơư\u0300\u0301\u0309\u0303', ...LATIN.slice(0, 2), 'zxcvbnm\u0323,.?'],
};
export const CODE = ['23456789', 'ABCDEFGH', 'JKMNPQRS', 'TUVWXYZ'];

function key(character) {
  const mark = character >= '\u0300' && character <= '\u036f';
  return button('key', 'key', character, mark ? `\u25cc${character}` : character);
}

export function keyboard(rows, labels, language) {
  const lines = (rows || ['1234567890', ...(LETTERS[language] || LATIN)]).map((row) => h('div', { class: 'keys' }, [...row].map(key)));
  const erase = button('key key-wide', 'erase', '', labels.erase);
  if (rows) lines.at(-1).append(erase);
  else lines.push(h('div', { class: 'keys' }, button('key key-wide', 'shift', '', labels.shift), button('key key-space', 'key', ' ', labels.space), erase));
  return h('div', { class: 'keyboard' }, lines);
}

// What a key does to a field, where its cursor is; null erases.
export function type(field, character) {
  const [from, until] = [field.selectionStart, field.selectionEnd];
  if (character === null) field.setRangeText('', from === until ? Math.max(0, from - 1) : from, until, 'end');
  else if (field.value.length - (until - from) < field.maxLength) field.setRangeText(character, from, until, 'end');
  const before = field.value.slice(0, field.selectionStart).normalize('NFC'); // a mark joins the letter before it
  field.value = before + field.value.slice(field.selectionStart);
  field.setSelectionRange(before.length, before.length);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
