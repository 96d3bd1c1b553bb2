// Files for an item or a space: chosen or dropped, listed first, then sent in pieces that go on after any break.
// Without script the form of the page sends one file.
import { Row } from "./row.js";
import { chosen, dropped } from "./files.js";

const MOST = 500; // files of one list
const one = (selector, root = document) => root.querySelector(selector);

class List {
  constructor(form) {
    this.form = form;
    this.rows = [];
    this.list = one("[data-list]", form);
    this.start = one("[data-start]", form);
    this.words = one("span", this.start).textContent;
    this.names = new Set([...document.querySelectorAll("[data-file]")].map((panel) => panel.dataset.file));
    form.querySelectorAll("[data-with-script]").forEach((part) => (part.hidden = false));
    for (const input of form.querySelectorAll("input[type=file]")) {
      input.multiple = true;
      input.required = false;
      input.addEventListener("change", () => {
        this.add(chosen(input.files));
        input.value = "";
      });
    }
    one("[data-folder]", form).addEventListener("click", () => one("input[webkitdirectory]", form).click());
    this.list.querySelectorAll("[data-unfinished]").forEach((line) => this.offer(line));
    this.show();
  }

  say(words) {
    one("[data-said]", this.form).textContent = words;
  }

  // An upload that an earlier visit left unfinished: the same file, chosen again, goes on; or it is forgotten.
  offer(line) {
    one("button", line).addEventListener("click", async () => {
      const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": this.token() };
      const answer = await fetch(line.dataset.unfinished, { method: "DELETE", headers });
      if (answer.status !== 204 && answer.status !== 404) return this.say("It could not be forgotten. Try again.");
      this.say(`${line.dataset.name} is forgotten.`);
      line.remove();
      one("input[type=file]", this.form).focus();
    });
  }

  token() {
    return this.form.elements.csrfmiddlewaretoken.value;
  }

  add(files) {
    const room = MOST - this.rows.length;
    if (files.length > room) this.say(`At most ${MOST} files at once; the first are listed.`);
    const taken = new Set(this.rows.map((row) => row.name));
    for (const file of files.slice(0, room)) {
      const name = taken.has(file.plain) ? file.path.replaceAll("/", "_") : file.plain;
      if (taken.has(name)) continue; // chosen twice
      taken.add(name);
      this.list.querySelectorAll("[data-unfinished]").forEach((line) => line.dataset.name === name && line.remove());
      const row = new Row(this, file, name);
      this.rows.push(row);
      this.list.append(row.line);
    }
    this.show();
    const ready = this.of("ready").length;
    if (ready) this.say(`${ready === 1 ? "One file is" : `${ready} files are`} listed. Press ${this.start.textContent.trim()}.`);
  }

  of(...states) {
    return this.rows.filter((row) => states.includes(row.state));
  }

  show() {
    const ready = this.of("ready").length;
    one("span", this.start).textContent = ready > 1 ? this.start.dataset.many.replace("#", ready) : this.words;
    const done = this.of("done").length;
    const left = one("[data-again]", this.form);
    left.hidden = !done || this.of("waiting", "sending", "broken").length > 0;
  }

  // What was typed goes with every file; the lock is given back with the last one alone, after all others.
  begin(button) {
    const ready = this.of("ready");
    if (!ready.length) return this.say("Choose a file first.");
    const said = {};
    for (const name of ["comment", "reason"]) if (this.form.elements[name]?.value) said[name] = this.form.elements[name].value;
    ready.forEach((row) => row.wait({ ...said }));
    if (button?.name === "unlock") ready.at(-1).last = true;
    this.say(`${ready.length === 1 ? "One upload has" : `${ready.length} uploads have`} begun.`);
    this.pump();
  }

  pump() {
    this.show();
    let free = Number(this.list.dataset.atOnce) - this.of("sending").length;
    for (const row of this.of("waiting")) {
      if (free <= 0) break;
      const others = this.rows.filter((other) => other !== row && !["done", "gone"].includes(other.state));
      if (row.last && others.some((other) => ["waiting", "sending", "broken", "paused"].includes(other.state))) continue;
      if (row.last && !others.length) row.said.unlock = "1";
      row.send();
      free -= 1;
    }
  }

  // A row came to an end or a stop.
  ended(row, words) {
    this.rows = this.rows.filter((other) => other.state !== "gone");
    if (words) this.say(words);
    this.pump();
    const stored = this.of("done");
    if (!stored.length || stored.length !== this.rows.length) return;
    const told = stored.length === 1 ? `${stored[0].name} is stored.` : `${stored.length} files are stored.`;
    sessionStorage.setItem("gangway-toast", told);
    if (this.form.dataset.items && stored.length === 1) location.assign(stored[0].page);
    else location.reload();
  }

  // Where a row sends to: the item of the page, or one that is made for the file now.
  async prepare(row) {
    if (!this.form.dataset.items) return this.form.dataset.pieces;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", this.token());
    body.set("credential", this.form.dataset.credential);
    body.set("title", row.field("title"));
    const answer = await fetch(`${this.form.dataset.items}?type=${encodeURIComponent(row.field("kind"))}`, { method: "POST", body });
    if (answer.ok && answer.redirected && /\/items\/\d+\/$/.test(answer.url)) {
      row.page = answer.url;
      return `${answer.url}uploads/`;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = [...page.querySelectorAll("main .error, main [role=alert], #refusal")].map((part) => part.textContent.trim());
    throw new Error(said.join(" ") || "No item could be made for it. Reload the page and try again.");
  }
}

for (const form of document.querySelectorAll("form[data-pieces], form[data-items]")) {
  const list = new List(form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation(); // several files go: the button stays
    list.begin(event.submitter);
  });
  one("[data-again] button", form).addEventListener("click", () => location.reload());
  const panel = form.closest("section");
  const reveal = () => {
    panel.hidden = false;
    panel.scrollIntoView({ block: "nearest" });
    one("h2", panel).focus();
  };
  document.querySelectorAll(`[data-reveals="${panel.id}"]`).forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", reveal);
  });
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const over = (by) => {
    depth = Math.max(0, depth + by);
    document.body.classList.toggle("g-dropping", depth > 0);
  };
  document.addEventListener("dragenter", (event) => carries(event) && over(1));
  document.addEventListener("dragleave", (event) => carries(event) && over(-1));
  document.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  document.addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    over(-depth);
    list.add(await dropped(event.dataTransfer));
    reveal();
  });
  window.addEventListener("online", () => list.of("broken").forEach((row) => row.resume()));
  window.addEventListener("beforeunload", (event) => list.of("sending", "waiting").length && event.preventDefault());
}

// What was checked out is sent at once, and not again when the page is loaded anew.
const now = one("[data-now]");
if (now) {
  history.replaceState(null, "", location.pathname);
  now.click();
}
