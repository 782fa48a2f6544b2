// Keeps the draft of an answer while it is written. The page works without it. Nothing is stored in the browser.
const form = document.querySelector(".draft");
if (form) {
  const AFTER_TYPING = 2000;
  const status = form.querySelector("[data-status]");
  const words = form.dataset;
  const version = form.elements.version;
  let timer;
  let running = null; // the save under way
  let kept = print(); // what the server has
  let trouble = false; // the last try failed
  let stopped = false; // somebody else's text is there: never write over it by itself
  let leaving = false; // the form itself is being sent
  let wait = 5000;

  /** What of the form belongs to the draft, to see whether it changed. */
  function print() {
    const data = new FormData(form);
    return JSON.stringify(["text", "public", "title", "public_question", "theme", "reason", "plan", "plan_on", "plan_at", "plan_fold"].map((name) => data.get(name)));
  }

  function say(text, bad = false, link = false) {
    status.classList.toggle("bad", bad);
    status.textContent = text;
    if (!link) return;
    const a = document.createElement("a");
    a.href = location.pathname;
    a.target = "_blank";
    a.rel = "noopener";
    a.textContent = words.open;
    status.append(" ", a);
  }

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(save, milliseconds);
  }

  function failed(text, link = false) {
    trouble = true;
    say(text, true, link);
  }

  function again() {
    failed(words.unsaved);
    later(wait);
    wait = Math.min(wait * 2, 60000);
  }

  async function send(keepalive) {
    const sent = print();
    let response;
    try {
      response = await fetch(words.autosave, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive,
      });
    } catch {
      return again(); // no network
    }
    if (response.status === 409) {
      stopped = true;
      return failed(words.conflict, true);
    }
    if (response.type === "opaqueredirect" || response.status === 401) return failed(words.signedOut);
    if (response.status === 429 || response.status >= 500) return again();
    if (!response.ok) return failed(words.refused);
    try {
      const answer = await response.json();
      version.value = answer.version;
      kept = sent;
      trouble = false;
      wait = 5000;
      say(typeof answer.saved === "string" ? answer.saved : words.saved);
    } catch {
      return again(); // not our JSON: a proxy's page
    }
    if (print() !== kept) later(AFTER_TYPING);
  }

  /** Saves when something changed; never two at once, for each save needs the version that the last one gave. */
  function save(keepalive = false) {
    clearTimeout(timer);
    if (stopped || leaving || print() === kept) return running;
    if (running) {
      later(AFTER_TYPING);
      return running;
    }
    if (!trouble) say(words.saving);
    running = send(keepalive === true).finally(() => (running = null));
    return running;
  }

  function typed() {
    if (stopped) return;
    if (print() === kept) return clearTimeout(timer);
    later(AFTER_TYPING);
  }
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save(true));
  addEventListener("pagehide", () => save(true));
  addEventListener("online", () => trouble && save());
  addEventListener("focus", () => trouble && save()); // back from signing in elsewhere
  addEventListener("beforeunload", (event) => {
    if (!leaving && (trouble || stopped) && print() !== kept) event.preventDefault();
  });

  // The sent form must carry the version of the last save: a save under way is waited for, at most three seconds.
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (leaving) return event.preventDefault(); // a double click
    leaving = true;
    setTimeout(() => (leaving = false), 8000); // when the sending was stopped or failed, one may try again
    if (!running) return;
    event.preventDefault();
    await Promise.race([running, new Promise((done) => setTimeout(done, 3000))]);
    clearTimeout(timer);
    leaving = false;
    running = null;
    form.requestSubmit(event.submitter);
  });
  addEventListener("pageshow", (event) => event.persisted && (leaving = false));

  const forPublic = form.querySelector("[data-public]");
  if (forPublic) {
    const show = () => (forPublic.hidden = form.elements.public.value !== "1");
    forPublic.querySelector(".hint").hidden = true;
    form.addEventListener("change", show);
    show();
  }
}
