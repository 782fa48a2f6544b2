// Help in writing an answer: preview as one types, templates at the cursor, clean pasting. The page works without it.
const form = document.querySelector(".draft");
const text = form?.elements.text;
if (text) {
  const ask = async (url, fields) => {
    const body = new FormData();
    body.set("csrf_token", form.elements.csrf_token.value);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const signal = AbortSignal.timeout(6000);
    const answer = await fetch(url, { method: "POST", body, signal, redirect: "manual", headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  /** Puts words where the cursor is, so that Ctrl+Z takes them back. */
  const insert = (words) => {
    text.focus();
    if (document.execCommand("insertText", false, words)) return;
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const show = form.querySelector("[data-preview]");
  const section = document.getElementById("preview");
  let shown, resting, asked = 0;
  const look = async () => {
    if (section.hidden || shown === text.value) return;
    const now = text.value, mine = ++asked;
    try {
      const answer = await ask(show.dataset.preview, { text: now });
      if (mine !== asked) return; // a newer one is on its way
      section.querySelector("[data-shows]").innerHTML = answer.html; // made and cleaned by our server
      section.querySelector("[data-missing]").textContent = answer.missing;
      shown = now;
    } catch {
      clearTimeout(resting);
      resting = setTimeout(look, 10000);
    }
  };
  show.addEventListener("click", (event) => {
    event.preventDefault();
    section.hidden = !section.hidden;
    show.setAttribute("aria-expanded", String(!section.hidden));
    look();
  });
  show.setAttribute("aria-controls", "preview");
  show.setAttribute("aria-expanded", String(!section.hidden));
  text.addEventListener("input", () => {
    clearTimeout(resting);
    resting = setTimeout(look, 500);
  });

  const template = form.querySelector("[data-template]");
  template?.addEventListener("click", async (event) => {
    event.preventDefault();
    const before = text.value.slice(0, text.selectionStart);
    try {
      const answer = await ask(template.dataset.template, { template: form.elements.template.value });
      insert((before.trim() && !before.endsWith("\n\n") ? "\n\n" : "") + answer.text);
    } catch {
      form.requestSubmit(template); // the server does it, and says what is wrong
    }
  });

  text.addEventListener("paste", async (event) => {
    const html = event.clipboardData.getData("text/html");
    const plain = event.clipboardData.getData("text/plain");
    const own = html.match(/<!--\s*StartFragment\s*-->[^]*<!--\s*EndFragment\s*-->/i)?.[0] ?? html;
    if (!own || own.length > 500000) return; // as browsers do it
    event.preventDefault();
    text.readOnly = true; // what is typed meanwhile would come before it
    let words = plain;
    try {
      words = (await ask(show.dataset.paste, { html: own })).text || plain;
    } catch {} // then as it is
    text.readOnly = false;
    insert(words);
  });
}
