// Small help on the pages for citizens; they work without it. Nothing is stored: people write from libraries too.
const form = document.querySelector(".ask-form");
if (form) {
  const text = form.elements.text;
  const left = document.getElementById(text.dataset.count);
  const rule = left.textContent;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  left.after(spoken);
  let pause;
  const count = () => {
    // A form counts each end of line as two characters.
    const free = Math.max(0, text.maxLength - text.value.replaceAll("\n", "\r\n").length);
    left.textContent = text.value ? `${left.dataset.words} ${free.toLocaleString(document.documentElement.lang)}` : rule;
    clearTimeout(pause);
    if (free < 200) pause = setTimeout(() => (spoken.textContent = left.textContent), 1000);
  };
  text.addEventListener("input", count);
  count();

  const files = form.elements.files;
  const problem = document.getElementById("files-problem");
  files?.addEventListener("change", () => {
    const { most, largest, tooMany, tooLarge } = files.dataset;
    const big = [...files.files].filter((file) => file.size > largest * 1024 * 1024).map((file) => file.name);
    problem.textContent = files.files.length > most ? tooMany : big.length ? `${tooLarge} ${big.join(", ")}` : "";
    problem.hidden = !problem.textContent;
    files.setAttribute("aria-invalid", String(!problem.hidden));
  });

  const button = form.querySelector("[type=submit]");
  const words = button.textContent;
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (sending) return event.preventDefault();
    sending = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.sending;
    setTimeout(() => ready(), 30000); // the sending was stopped; the same message sent twice counts once
  });
  const ready = () => {
    sending = false;
    button.removeAttribute("aria-disabled");
    button.textContent = words;
  };
  addEventListener("pageshow", (event) => event.persisted && ready());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue; // without a secure connection
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.closest("section").querySelector("[data-copied]").textContent = button.dataset.done;
    } catch {
      field.focus();
    }
  });
}
