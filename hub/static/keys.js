// Keyboard shortcuts of the inbox and of the page of a case; the page lists them, and there they can be switched off.
const list = document.querySelector("[data-keys]");
const box = list.querySelector("input");
const KEPT = "keys-off";
const read = () => {
  try { return localStorage.getItem(KEPT); } catch { return null; } // a browser that keeps nothing
};
let focused = -1;
let last = "";

list.hidden = false;
box.checked = read() === null;
box.addEventListener("change", () => {
  try {
    if (box.checked) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, "1");
  } catch { /* then until the page is left */ }
});

const links = () => [...document.querySelectorAll("[data-lines] .what a")];
const rowOf = (link) => link?.closest("tr");

function line(step) {
  const all = links();
  const here = all.findIndex((link) => rowOf(link)?.contains(document.activeElement));
  focused = Math.min(Math.max((here < 0 ? focused : here) + step, 0), all.length - 1);
  all[focused]?.focus();
}

function follow(key) {
  document.querySelector(`[data-key="${key}"]`)?.click();
}

const chosen = () => links().find((link) => rowOf(link).contains(document.activeElement));
const DOES = {
  j: () => line(1),
  k: () => line(-1),
  o: () => chosen()?.click(),
  Enter: () => document.activeElement.type === "checkbox" && chosen()?.click(),
  x: () => rowOf(chosen())?.querySelector("input")?.click(),
  "/": () => document.getElementById("q")?.focus(),
  n: () => follow("n"),
  p: () => follow("p"),
  u: () => follow("u"),
  a: () => document.getElementById("f-text")?.focus(),
  i: () => last === "g" && location.assign(list.dataset.keys),
  "?": () => {
    list.open = !list.open;
    list.querySelector("summary").focus();
  },
};

addEventListener("keydown", (event) => {
  const where = event.target;
  const writes = where.isContentEditable || (where.matches?.("input, select, textarea") && where.type !== "checkbox");
  if (!box.checked || writes || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const does = DOES[event.key];
  const only = event.key === "Enter" && where.type !== "checkbox";
  if (does && !only) {
    event.preventDefault();
    does();
  }
  last = event.key;
});
