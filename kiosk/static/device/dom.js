// Making the page out of data. Words are only ever text: nothing of what people or servers write is read as markup.

export function h(tag, { on, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  for (const [name, listener] of Object.entries(on || {})) made.addEventListener(name, listener);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

// A button that says what it does: the word is read by `screens.js`, the value may be any text.
export function button(kind, does, value, ...children) {
  return h('button', { class: kind, type: 'button', 'data-do': does, value: value ?? '' }, ...children);
}

// A drawing kept in the page.
export function drawing(selector) {
  const [template, which] = selector.split(' ');
  const { content } = document.querySelector(template);
  return (which ? content.querySelector(which) : content.firstElementChild).cloneNode(true);
}

// Scales of other than five levels borrow from the same five drawings, ends first. `rank` counts from the worst, 1.
export function face(rank, count) {
  return drawing(`#faces .face-${Math.round((rank - 1) * 4 / (Math.max(2, count) - 1)) + 1}`);
}
