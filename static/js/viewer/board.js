// The markups of a file, for every viewer: fetched, listed by keys and mouse, a remark asked for and pinned.
const SVG = "http://www.w3.org/2000/svg";

export const draw = (tag, attributes = {}, ...children) => {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  node.append(...children);
  return node;
};

const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

// A numbered sign whose middle stands at 0, 0.
export const sign = (mark, chosen) => {
  const look = `g-pin${mark.open ? "" : " closed"}${chosen ? " chosen" : ""}`;
  const text = draw("text", { y: 4 });
  text.textContent = mark.number;
  return draw("g", { class: look, "data-mark": mark.id }, draw("circle", { r: 11 }), text);
};

export class Board {
  // `show(marks)` draws them; `open(mark)` lets the viewer look there; both belong to the viewer.
  constructor(panel, show, open) {
    Object.assign(this, { panel, show, open, marks: [], chosen: null, waiting: null });
    this.address = panel.dataset.markups;
    this.list = panel.querySelector("[data-marks]");
    this.form = panel.querySelector("[data-mark-form]");
    if (!this.address) return;
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this[button.dataset.mark ? "choose" : "letGo"](Number(button.dataset.mark));
    });
    panel.addEventListener("click", (event) => {
      const pin = event.target.closest(".g-pin");
      if (pin) this.choose(Number(pin.dataset.mark));
    });
    this.form?.addEventListener("submit", (event) => (event.preventDefault(), this.send()));
    this.form?.addEventListener("input", (event) => this.keep(event.target.value));
    this.form?.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.leave();
    });
    this.form?.querySelector("[data-leave]").addEventListener("click", () => this.leave());
  }

  async load() {
    if (!this.address) return;
    document.addEventListener("gangway:talk", () => this.panel.isConnected && this.follow());
    await this.follow();
    const asked = Number(new URLSearchParams(location.search).get("markup"));
    if (asked) this.choose(asked);
  }

  async follow() {
    try {
      const answer = await fetch(this.address, { credentials: "same-origin" });
      if (answer.ok) this.take(await answer.json());
    } catch {
      // without a network the file is shown all the same
    }
  }

  take({ markups, earlier }) {
    const link = this.panel.querySelector("[data-marks-earlier]");
    link.hidden = !earlier;
    link.querySelector("span").textContent = earlier;
    this.marks = markups.map((mark, at) => ({ ...mark, number: at + 1 }));
    this.chosen &&= this.marks.find((mark) => mark.id === this.chosen.id);
    this.list.replaceChildren(...this.marks.map((mark) => this.line(mark)));
    const open = this.marks.filter((mark) => mark.open).length;
    for (const place of this.panel.querySelectorAll("[data-marks-count]")) place.textContent = String(open);
    for (const place of this.panel.querySelectorAll("[data-marks-none]")) place.hidden = this.marks.length > 0;
    this.show(this.marks);
  }

  line(mark) {
    const words = make("span", { className: "what" }, make("span", { className: "said", textContent: mark.said }));
    const told = [mark.by, mark.found, mark.open ? "" : "closed"].filter(Boolean).join(", ");
    words.append(make("span", { className: "small muted", textContent: told }));
    const button = make("button", { type: "button", className: "g-markline" }, make("span", { className: "no", textContent: mark.number }), words);
    button.dataset.mark = mark.id;
    button.setAttribute("aria-pressed", mark.id === this.chosen?.id);
    const thread = make("a", { href: mark.thread, textContent: "Thread", className: "small" });
    thread.setAttribute("aria-label", `Thread of markup ${mark.number}`);
    const go = make("button", { type: "button", className: "btn btn-link btn-sm", textContent: "Leave", hidden: mark.id !== this.chosen?.id });
    go.setAttribute("aria-label", `Leave markup ${mark.number}`);
    return make("li", {}, button, make("span", { className: "acts" }, thread, go));
  }

  // Look at no markup any more; what it drew goes.
  letGo() {
    const before = this.list.querySelector("[aria-pressed=true]");
    this.press(null);
    before?.focus();
    this.show(this.marks);
  }

  press(mark) {
    this.chosen = mark;
    for (const line of this.list.children) {
      const [button, go] = line.querySelectorAll("button");
      const is = Number(button.dataset.mark) === mark?.id;
      button.setAttribute("aria-pressed", is);
      go.hidden = !is;
      if (is) button.scrollIntoView({ block: "nearest" });
    }
  }

  choose(id) {
    const mark = this.marks.find((one) => one.id === id);
    if (!mark) return;
    this.press(mark);
    this.show(this.marks);
    this.open(mark);
  }

  // Ask for the remark; `what` is {kind, view, snapshot}, or what returns it from the words once they are there.
  ask(what) {
    this.waiting = what;
    this.say("");
    this.form.hidden = false;
    const { text } = this.form.elements;
    text.value ||= localStorage.getItem(`draft:${document.body.dataset.user}:${this.address}`) || "";
    text.focus();
  }

  // What is typed survives a reload, until it is pinned.
  keep(words) {
    if (words) localStorage.setItem(`draft:${document.body.dataset.user}:${this.address}`, words);
    else localStorage.removeItem(`draft:${document.body.dataset.user}:${this.address}`);
  }

  leave() {
    this.waiting = null;
    this.form.hidden = true;
    this.show(this.marks);
    this.panel.querySelector(".canvas").focus({ preventScroll: true });
  }

  say(words) {
    const place = this.form.querySelector("[data-said]");
    place.hidden = !words;
    place.querySelector("span").textContent = words;
  }

  async send() {
    const body = new FormData(this.form);
    const { kind, view, snapshot } = this.waiting;
    const words = kind === "text" ? { words: body.get("text").slice(0, 200) } : {};
    body.set("kind", kind);
    body.set("view", JSON.stringify({ ...view, ...words }));
    if (snapshot) body.set("snapshot", snapshot, "snapshot.png");
    try {
      const answer = await fetch(this.address, { method: "POST", body, credentials: "same-origin" });
      const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
      if (!answer.ok) return this.say(told.said || "It could not be pinned. Reload the page to see what has changed.");
      this.form.reset();
      this.keep("");
      this.leave();
      this.take(told);
      this.choose(told.made);
    } catch {
      this.say("There is no connection. What you wrote stays here; try again.");
    }
  }
}
