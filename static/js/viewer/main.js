// Opens the 3D viewer of a page: <section data-viewer> with a bar of [data-act] buttons, a tree, a canvas and a status line.
import { Vector3 } from "three";
import "./compare.js";
import { Markups } from "./markups.js";
import { Measure } from "./measure.js";
import { load } from "./model.js";
import { Parts } from "./parts.js";
import { Stage } from "./stage.js";

const one = (selector, root) => root.querySelector(selector);

class Viewer {
  constructor(panel) {
    this.panel = panel;
    this.facts = JSON.parse(panel.dataset.facts);
    this.host = one(".canvas", panel);
    this.note = one("[data-note]", panel);
    this.stage = new Stage(this.host, this.facts.up);
    panel.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (button) this.act(button.dataset.act, button);
    });
    panel.addEventListener("input", (event) => event.target.matches("[data-slide]") && this.slide(event.target));
    panel.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("gangway:ended", () => this.stage.end());
    panel.addEventListener("gangway:left", () => this.stage.end());
    new MutationObserver(() => this.stage.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  async open() {
    try {
      this.model = await load(this.panel.dataset.viewer, this.stage);
    } catch {
      this.say("The model could not be loaded. The file can still be downloaded.");
      return;
    }
    this.stage.show(this.model.root);
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
    this.panel.dataset.ready = String(Math.round(performance.now())); // milliseconds from opening the page to the first picture
    this.parts = new Parts(one(".tree", this.panel), this.model, this.stage, this.panel.dataset.sprite);
    this.measure = new Measure(this.stage, this.model, this.facts, one(".g-measures", this.panel), (words) => this.say(words));
    this.markups = new Markups(this);
    if (this.panel.earlier) this.markups.look(this.panel.earlier); // as an earlier version was looked at
    this.pick();
    await this.model.drawEdges();
    this.panel.dataset.edges = "yes";
  }

  say(words) {
    this.note.textContent = words;
  }

  pick() {
    let from = null;
    this.stage.canvas.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]));
    this.stage.canvas.addEventListener("pointerup", (event) => {
      if (!from || Math.hypot(event.clientX - from[0], event.clientY - from[1]) > 4) return;
      this.host.focus({ preventScroll: true });
      if (this.markups.on) return this.markups.click(event);
      if (this.measure.on) return this.measure.click(event);
      const hit = this.measure.aim(event);
      if (hit) this.parts.choose(hit.object);
      else if (this.parts.chosen) this.parts.choose(this.parts.chosen);
    });
  }

  press(name, on) {
    one(`[data-act=${name}]`, this.panel)?.setAttribute("aria-pressed", Boolean(on));
  }

  act(name, button) {
    if (!this.model) return;
    const acts = {
      fit: () => this.stage.fit(),
      view: () => this.say(`${this.stage.look(button.dataset.view)} view`),
      perspective: () => this.press("perspective", this.stage.togglePerspective()),
      section: () => this.section(),
      measure: () => this.press("measure", this.measure.toggle()),
      mark: () => this.press("mark", this.markups.toggle()),
      clear: () => this.measure.clear(),
      explode: () => this.slider("explode"),
      hide: () => this.parts.hide(),
      isolate: () => this.parts.isolate(),
      all: () => this.parts.all(),
      fade: () => this.parts.fade(),
      picture: () => this.picture(),
      full: () => this.full(),
    };
    acts[name]?.();
  }

  slider(name) {
    const field = one(`[data-slider=${name}]`, this.panel);
    field.hidden = !field.hidden;
    this.press(name, !field.hidden);
    if (field.hidden) {
      if (name === "explode") this.explode(0);
      else this.model.clip([]);
    } else one("input[type=range]", field).focus();
    return !field.hidden;
  }

  explode(amount) {
    this.measure?.clear(); // what was measured does not move along
    this.model.explode(amount);
  }

  section() {
    if (!this.slider("section")) return;
    this.cut();
  }

  // Let the parts stand apart as they did when somebody looked, with the slider to say so.
  standApart(amount) {
    if (amount === (this.model.exploded ?? 0)) return;
    const field = one("[data-slider=explode]", this.panel);
    field.hidden = !amount;
    one("input", field).value = amount * 100;
    this.press("explode", amount);
    this.explode(amount);
  }

  slide(input) {
    if (input.dataset.slide === "explode") this.explode(Number(input.value) / 100);
    else this.cut();
  }

  cut() {
    const field = one("[data-slider=section]", this.panel);
    const axis = one("select", field).value;
    const turned = one("input[type=checkbox]", field).checked;
    const { min, max } = this.stage.box;
    const at = min[axis] + ((max[axis] - min[axis]) * Number(one("input[type=range]", field).value)) / 100;
    this.stage.plane.normal.copy(new Vector3(0, 0, 0));
    this.stage.plane.normal[axis] = turned ? 1 : -1;
    this.stage.plane.constant = turned ? -at : at;
    this.model.clip([this.stage.plane]);
  }

  // Cut by given planes, as far as the bar can say them: one across an axis moves the bar's own.
  cutBy(planes) {
    const field = one("[data-slider=section]", this.panel);
    field.hidden = !planes.length;
    this.press("section", planes.length);
    const axis = planes.length === 1 && ["x", "y", "z"].find((name) => Math.abs(planes[0].normal[name]) > 0.999);
    if (!axis) return this.model.clip(planes);
    const { min, max } = this.stage.box;
    const turned = planes[0].normal[axis] > 0;
    const at = turned ? -planes[0].constant : planes[0].constant;
    one("select", field).value = axis;
    one("input[type=checkbox]", field).checked = turned;
    one("input[type=range]", field).value = (100 * (at - min[axis])) / (max[axis] - min[axis] || 1);
    this.stage.plane.copy(planes[0]);
    this.model.clip([this.stage.plane]);
  }

  async picture() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await this.stage.picture());
    link.download = `${this.panel.dataset.name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.panel.requestFullscreen();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, [role=tree]")) return;
    const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const acts = { f: "fit", p: "perspective", s: "section", m: "measure", e: "explode", h: "hide", i: "isolate", a: "all", t: "fade", k: "mark" };
    if (event.key === "Enter" && this.markups?.on && event.target === this.host) this.markups.middle();
    else if (turn) {
      if (event.shiftKey) this.stage.pan(turn[0], -turn[1]);
      else this.stage.turn(...turn);
    } else if ("+=".includes(event.key)) this.stage.zoom(1.2);
    else if (event.key === "-") this.stage.zoom(1 / 1.2);
    else if (/^[1-7]$/.test(event.key)) this.say(`${this.stage.look(event.key)} view`);
    else if (event.key === "F") this.full();
    else if (acts[event.key]) this.act(acts[event.key], this.panel);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function start(panel) {
  if (panel.viewer) return;
  const viewer = new Viewer(panel);
  panel.viewer = viewer;
  panel.kept = () => viewer.markups?.view();
  viewer.open();
}
document.querySelectorAll("[data-viewer]").forEach(start);
document.addEventListener("gangway:viewer", (event) => start(event.target)); // one that came later
