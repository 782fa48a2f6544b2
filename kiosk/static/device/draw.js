// What each screen shows: data in; heading, hint and parts of the page out.

import { button, drawing, face, h } from './dom.js';
import { CODE, keyboard } from './keys.js';
import { placeOf, questionOf } from './machine.js';

export const LONGEST = 1_200;   // characters of free words
const DEPARTMENTS = 8;          // on one screen
const LARGER = 6;               // of larger type
const FEW = 4;                  // have room for a row each
const MANY_WORDS = 11;          // characters of a word that needs smaller type on a tile
const LONG = 20;                // characters of a face's words that need smaller type
// What looks like a birth number, a telephone or an e-mail.
export const PERSONAL = /\d{6}\s*\/?\s*\d{3,4}|(?:\+?\d[\s-]*){9,}|\S+@\S+\.\S/;

const steps = (...parts) => h('div', { class: 'steps' }, parts);

function levels(view, question) {
  return question.levels.map(({ level, labels }) => ({ level, label: labels[view.state.language] || labels.cs }));
}

function wordy(texts) {
  return Math.max(0, ...texts.join(' ').split(/\s+/).map((word) => word.length)) > MANY_WORDS;
}

function texts(view, question) {
  const { language } = view.state;
  const long = question.texts[language] || question.texts.cs;
  return { heading: typeof long === 'string' ? long : long.text, hint: question.hints?.[language] };
}

function faces(view) {
  const question = questionOf(view.state, view.config, 'visit');
  const chosen = view.state.sitting?.ratings.visit;
  const all = levels(view, question);
  const choices = all.map(({ level, label }, i) => {
    const made = button('choice', 'rate', level, face(all.length - i, all.length), h('span', { class: 'word' }, label));
    if (level === chosen) made.setAttribute('aria-current', 'true');
    return made;
  });
  const choose = view.config.layout === 'choose';
  return {
    heading: texts(view, question).heading, hint: view.t('hint'), spoken: all.map(({ label }) => label),
    body: [h('div', { class: all.some(({ label }) => label.length > LONG) ? 'faces long' : 'faces' }, choices), choose && steps(button('step step-back', 'back', '', view.t('back')))],
  };
}

function departments(view) {
  const { places } = view.config;
  const { from } = view.state;
  const most = view.larger ? LARGER : DEPARTMENTS;
  const shown = places.length > most ? places.slice(from, from + most) : places;
  const next = from + most < places.length ? from + most : 0;
  const tiles = shown.map(({ slug, name, place, department }) => button('choice', 'place', slug,
    h('span', { class: 'word', lang: 'cs' }, name, h('small', {}, [department !== name && department, place].filter(Boolean).join(' · ')))));
  return {
    heading: view.t('choose'), hint: view.t('hint'), spoken: shown.map(({ name }) => name),
    body: [
      h('div', { class: shown.length > FEW ? 'departments' : 'departments few' }, tiles),
      places.length > most && steps(button('step', 'departments', next, view.t('more_departments'))),
    ],
  };
}

function rating(view) {
  const all = levels(view, questionOf(view.state, view.config, 'visit'));
  const at = all.findIndex(({ level }) => level === view.state.sitting.ratings.visit);
  return h('p', { class: 'rated' }, face(all.length - at, all.length),
    h('span', { class: 'rated-words' }, h('span', {}, view.t('rated')), ' ', h('strong', {}, all[at].label)));
}

function question(view) {
  const asked = questionOf(view.state, view.config, view.state.screen);
  const all = levels(view, asked);
  const given = view.state.sitting.ratings[asked.code];
  const tiles = all.map(({ level, label }) => {
    const made = button('choice', 'answer', level, h('span', { class: 'word' }, label));
    if (level === given) made.setAttribute('aria-current', 'true');
    return made;
  });
  const kind = all.length < 4 ? 'reasons few' : wordy(all.map(({ label }) => label)) ? 'reasons wordy' : 'reasons';
  return {
    ...texts(view, asked), above: rating(view), spoken: all.map(({ label }) => label),
    body: [h('div', { class: kind }, tiles), onward(view)],
  };
}

function onward(view, ...more) {
  return steps(button('step step-back', 'back', '', view.t('back')), button('step', 'skip', '', view.t('skip')), ...more);
}

function words(view) {
  const { t } = view;
  const field = h('textarea', {
    id: 'words', maxlength: LONGEST, rows: 3, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'notice left',
    inputmode: view.panel ? 'none' : null, 'aria-label': t('words_label'),
  });
  field.value = view.draft;
  return {
    heading: t('words'), above: rating(view), spoken: [t('words_notice')],
    body: [
      h('p', { class: 'notice', id: 'notice' }, t('words_notice')),
      h('div', { class: 'writing' }, field, h('p', { class: 'beside' }, h('strong', { class: 'personal', role: 'status' }), h('span', { id: 'left' }))),
      view.panel && keyboard(null, { erase: t('erase'), space: t('space'), shift: t('shift') }, view.state.language),
      onward(view, button('step step-main', 'say', '', t('send'))),
    ],
  };
}

function thanks(view) {
  const { t } = view;
  const { qr } = placeOf(view.state, view.config) || {};
  const code = view.config.offers_qr && qr && !view.unkept;
  return {
    heading: t('thanks'), above: view.unkept ? null : drawing('#tick'), spoken: [t(view.unkept ? 'thanks_unkept' : 'thanks_stored')],
    body: [
      h('p', { class: 'message', role: view.unkept ? 'alert' : null }, t(view.unkept ? 'thanks_unkept' : 'thanks_stored')),
      code && h('div', { class: 'phone' },
        h('img', { src: `data:image/svg+xml,${encodeURIComponent(qr)}`, alt: t('phone_code') }), h('p', {}, t('phone'))),
      steps(button('step', 'home', '', t('home'))),
    ],
  };
}

function closed(view) {
  const { ms, time } = view.closed;
  const when = ms && `${new Intl.DateTimeFormat(view.state.language, { weekday: 'long', timeZone: view.config.zone }).format(ms)} ${time}`;
  return {
    heading: view.t('closed'), hint: when && view.t('opens', { when }),
    body: [steps(button('step', 'wake', '', view.t('rate_closed')))],
  };
}

function pairing(view) {
  const { t } = view;
  const field = h('input', { id: 'code', maxlength: 12, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', inputmode: view.panel ? 'none' : null });
  field.value = view.draft;
  const away = view.screen === 'disconnected';
  return {
    heading: t(away ? 'disconnected' : 'pair'), hint: t(away ? 'disconnected_hint' : 'pair_hint', { n: view.waiting }),
    body: [
      h('label', { for: 'code' }, t('pair_code')), field,
      h('p', { class: 'notice', role: 'alert' }, view.problem && t(view.problem)),
      view.panel && keyboard(CODE, { erase: t('erase') }),
      steps(button('step step-main', 'pair', '', t('pair_do'))),
    ],
  };
}

const told = (key) => (view) => ({ heading: view.t(key), hint: view.t(`${key}_hint`), body: [] });

const SCREENS = {
  faces, reason: question, praise: question, outcome: question, words, thanks, closed, pair: pairing, disconnected: pairing,
  attract: (view) => (view.state.place ? faces(view) : departments(view)),
  starting: told('starting'), elsewhere: told('elsewhere'), no_place: told('no_place'), insecure: told('insecure'),
};

export function draw(view) {
  return SCREENS[view.screen](view);
}

export function speaks({ heading, spoken = [] }) {
  return [/[?!.]$/.test(heading) ? heading : `${heading}.`, spoken.join(', ')].join(' ').trim();
}

// Departments stand where faces would; a questionnaire that lost its face question has no screen at all.
export function canAsk(config) {
  return config.places.length > 0 && config.places.every((place) => questionOf({ place: place.slug }, config, 'visit'));
}

