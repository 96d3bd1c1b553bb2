// Two versions of a model: side by side under one camera, or laid over each other with what changed in colour.
import { Color } from "three";
import { load } from "./model.js";
import { Stage } from "./stage.js";

const PALE = new Color(1, 1, 1);
const one = (selector, root) => root.querySelector(selector);
const words = (mesh) => (mesh.name || mesh.parent?.name || "part").replace(/_\d+$/, "").replaceAll("_", " ");

// What tells a part: its triangles where they stand, to a ten-thousandth of the model's size.
function identity(mesh, unit) {
  const position = mesh.geometry.attributes.position;
  const corner = mesh.position.clone();
  const sums = [0, 0, 0, 0, 0, 0];
  for (let index = 0; index < position.count; index++) {
    mesh.localToWorld(corner.fromBufferAttribute(position, index));
    [corner.x, corner.y, corner.z].forEach((value, axis) => {
      sums[axis] += value;
      sums[axis + 3] += value * value;
    });
  }
  const grain = (sum, size) => Math.round(sum / position.count / size / 1e-4);
  const place = sums.map((sum, index) => grain(sum, index < 3 ? unit : unit * unit));
  return `${(mesh.geometry.index ?? position).count}:${place.join(":")}`;
}

// Pair the parts of two models: same shape in the same place, else same name, else only on one side.
function differences(before, after, unit) {
  const told = (mesh) => ({ mesh, name: words(mesh), key: identity(mesh, unit) });
  const [left, right] = [before.map(told), after.map(told)];
  const take = (fits) => {
    const at = right.findIndex(fits);
    return at < 0 ? null : right.splice(at, 1)[0];
  };
  const same = [];
  const changed = [];
  const lost = left.filter((part) => {
    const twin = take((other) => other.key === part.key && other.name === part.name) ?? take((other) => other.key === part.key);
    if (twin) same.push([part.mesh, twin.mesh]);
    return !twin;
  });
  const removed = lost.filter((part) => {
    const twin = take((other) => other.name === part.name);
    if (twin) changed.push([part, twin]);
    return !twin;
  });
  return { same, changed, removed, added: right };
}

class Comparison {
  constructor(panel) {
    this.panel = panel;
    const { up } = JSON.parse(panel.dataset.facts);
    const stage = (name) => new Stage(one(`.canvas.${name}`, panel), up);
    this.sides = [stage("before"), stage("after")];
    this.over = stage("over");
    this.stages = [...this.sides, this.over];
    panel.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    panel.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("gangway:ended", () => this.stages.forEach((each) => each.end()));
  }

  async open() {
    const addresses = [this.panel.dataset.before, this.panel.dataset.after];
    let laid;
    try {
      this.models = await Promise.all(addresses.map((address, side) => load(address, this.sides[side])));
      laid = await Promise.all(addresses.map((address) => load(address, this.over)));
    } catch {
      one("[data-note]", this.panel).textContent = "The models could not be loaded. The files can still be downloaded.";
      return;
    }
    this.lay(...laid);
    this.models.forEach((model, side) => this.sides[side].show(model.root));
    for (const side of this.sides) {
      side.box = this.over.box.clone();
      side.radius = this.over.radius;
      side.look(7);
    }
    this.follow();
    this.show("side");
    this.panel.dataset.ready = "yes";
    for (const model of this.models) await model.drawEdges();
  }

  lay(before, after) {
    before.root.add(after.root);
    this.over.show(before.root);
    const found = differences(before.meshes, after.meshes, this.over.radius);
    const paint = (mesh, tone, opacity, order) => {
      mesh.material.color.copy(this.over.colour(tone)).lerp(PALE, 0.08);
      Object.assign(mesh.material, { opacity, transparent: true, depthWrite: opacity > 0.5, polygonOffsetFactor: order * 2 });
      mesh.renderOrder = order; // what was is drawn last and lies behind what is: seen where that is not
    };
    for (const [mesh, twin] of found.same) {
      twin.visible = false;
      paint(mesh, "view-part", 0.35, 0);
    }
    for (const part of [...found.added, ...found.changed.map((pair) => pair[1])]) paint(part.mesh, "t-green-ink", 0.75, 1);
    for (const part of [...found.removed, ...found.changed.map((pair) => pair[0])]) paint(part.mesh, "t-red-ink", 0.5, 2);
    this.list(found);
  }

  list({ same, changed, removed, added }) {
    const rows = [
      ...changed.map(([part]) => ["changed", part.name]),
      ...added.map((part) => ["added", part.name]),
      ...removed.map((part) => ["removed", part.name]),
    ];
    const list = one("[data-changes]", this.panel);
    for (const [what, name] of rows) {
      const row = document.createElement("li");
      row.append(Object.assign(document.createElement("span"), { className: `g-change ${what}`, textContent: what }), ` ${name}`);
      list.append(row);
    }
    list.append(Object.assign(document.createElement("li"), { className: "muted", textContent: `${same.length} unchanged` }));
    const all = rows.length + same.length;
    one("[data-note]", this.panel).textContent = rows.length ? `${rows.length} of ${all} parts differ` : "No part differs";
  }

  // Whichever is turned, the others turn with it.
  follow() {
    let busy = false;
    const copy = (from) => {
      if (busy) return;
      busy = true;
      for (const to of this.stages.filter((stage) => stage !== from)) {
        to.camera.position.copy(from.camera.position);
        to.camera.quaternion.copy(from.camera.quaternion);
        to.camera.zoom = from.camera.zoom;
        to.controls.target.copy(from.controls.target);
        to.extent = from.extent;
        to.frame();
        to.draw();
      }
      busy = false;
    };
    this.stages.forEach((stage) => stage.controls.addEventListener("change", () => copy(stage)));
  }

  show(mode) {
    this.panel.dataset.mode = mode;
    for (const name of ["side", "over"]) one(`[data-act=${name}]`, this.panel).setAttribute("aria-pressed", name === mode);
    requestAnimationFrame(() => {
      this.stages.forEach((stage) => stage.resize());
      if (mode !== "over" || this.laidOut) return;
      this.laidOut = true; // until it was shown it had no size to fit
      this.over.fit();
    });
  }

  act(name) {
    if (name === "fit") this.stages.forEach((stage) => stage.fit());
    else if (name) this.show(name);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const lead = this.panel.dataset.mode === "over" ? this.over : this.sides[0];
    if (turn) lead.turn(...turn);
    else if ("+=".includes(event.key)) lead.zoom(1.2);
    else if (event.key === "-") lead.zoom(1 / 1.2);
    else if (/^[1-7]$/.test(event.key)) lead.look(event.key);
    else if (event.key === "f") this.act("fit");
    else if (event.key === "o") this.show(this.panel.dataset.mode === "over" ? "side" : "over");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

for (const panel of document.querySelectorAll("[data-before]")) new Comparison(panel).open();
