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

  const near = document.getElementById("near");
  let asked = "", resting, going;
  const look = async () => {
    const words = text.value.trim();
    if (words.length < 20 || words === asked) return;
    asked = words;
    going?.abort();
    going = new AbortController();
    try {
      const body = new URLSearchParams({ text: words });
      const answer = await fetch(form.dataset.look, { method: "POST", body, signal: going.signal });
      if (answer.ok) near.innerHTML = await answer.text();
    } catch {
      // without it one writes just as well
    }
  };
  text.addEventListener("input", () => {
    clearTimeout(resting);
    resting = setTimeout(look, 1500);
  });

  const map = form.querySelector("[data-map]");
  if (map) {
    const [north, south, west, east] = map.dataset.map.split(",").map(Number);
    const status = map.querySelector("[data-marked]");
    const mark = (point, right, down) => {
      form.elements.point.value = point;
      for (const picture of map.querySelectorAll("svg")) {
        const { width, height } = picture.viewBox.baseVal;
        picture.firstElementChild.setAttribute("transform", `translate(${right * width} ${down * height})`);
      }
      status.textContent = point && `${status.dataset.marked} ${point.replace(",", ", ")}`;
      map.querySelector("[data-unmark]").hidden = !point;
    };
    map.addEventListener("click", (event) => {
      const { target } = event;
      if (target.value === "unmark") mark("", -1, -1);
      else if (target.type === "image" && event.detail) {
        const box = target.getBoundingClientRect();
        const right = (event.clientX - box.left) / box.width;
        const down = (event.clientY - box.top) / box.height;
        mark(`${(north - down * (north - south)).toFixed(5)},${(west + right * (east - west)).toFixed(5)}`, right, down);
      } else return;
      event.preventDefault(); // the files that were chosen stay
    });
  }

  const button = form.querySelector("[data-send]");
  const words = button.textContent;
  let sending = false;
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name) return; // a button that sends nothing to the city
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
