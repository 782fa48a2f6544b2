// What the resting screen does by itself: one card of news after another, and a picture that never stands quite still.

import { h } from './dom.js';
import * as time from './time.js';

let turned = 0; // cards
let moved = 0;  // times the picture was moved
let shown = '';

// What the city published and has not ended.
export function current(cards) {
  return cards.filter(({ until }) => !until || until > time.now());
}

export function turn() {
  turned += 1;
}

// Put the card whose turn it is into its place; none where it is not the time for news.
export function show(cards, language) {
  const card = cards[turned % (cards.length || 1)];
  const wanted = card ? JSON.stringify([card, language]) : '';
  if (wanted === shown) return;
  shown = wanted;
  document.querySelector('.cards').replaceChildren(...(card ? [h('article', {},
    h('h2', { lang: card.heading?.[language] ? null : 'cs' }, card.heading?.[language] || card.heading?.cs || ''),
    h('p', { lang: card.lang || 'cs' }, h('strong', {}, card.title), ' ', h('span', {}, card.detail || '')))] : []));
}

// Some pixels to and fro, 2 to 8, so that nothing burns into the panel.
export function shift() {
  moved += 1;
  const far = 2 + (moved * 3) % 7;
  const [x, y] = [[1, 1], [-1, 1], [-1, -1], [1, -1]][moved % 4];
  document.querySelector('.kiosk').style.translate = `${x * far}px ${y * far}px`;
}
