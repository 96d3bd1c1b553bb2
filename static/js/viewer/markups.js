// Markups of a model: a click, or Enter for the middle, pins a remark; choosing one looks from there again.
import { Plane, Vector3 } from "three";
import { Board, draw, sign } from "./board.js";
import { Drawn } from "./drawn.js";
import { visible } from "./model.js";

const WIDE = 640; // pixels of a snapshot
const flat = (vector) => vector.toArray().map((number) => Number(number.toPrecision(9)));

export class Markups {
  constructor(viewer) {
    Object.assign(this, { viewer, stage: viewer.stage, model: viewer.model, on: false, signs: [], words: new Map() });
    this.path = paths(this.model.parser);
    this.drawing = new Drawn(viewer, (names) => this.find(names));
    this.layer = viewer.panel.querySelector(".g-pins");
    this.board = new Board(viewer.panel, (marks) => this.show(marks), (mark) => this.look(mark.view));
    this.stage.afterDrawing(() => this.place());
    this.board.load();
  }

  get may() {
    return Boolean(this.board.form);
  }

  toggle() {
    if (!this.may) return false;
    const measured = this.viewer.measure.on && this.viewer.measure.kept.at(-1);
    if (measured && this.model.exploded) return this.viewer.say("Put the parts together first: a measure is of the model as it is"), false;
    if (measured) return this.ask("dimension", { part: this.path(measured.mesh), points: measured.points.map(flat), words: measured.words }), false;
    this.on = !this.on;
    this.viewer.say(this.on ? "Click a place of the model, or press Enter for the middle of the view" : "");
    this.viewer.host.classList.toggle("measuring", this.on);
    return this.on;
  }

  middle() {
    const box = this.stage.canvas.getBoundingClientRect();
    this.click({ clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 });
  }

  click(event) {
    const hit = this.viewer.measure.aim(event);
    if (!hit) return this.viewer.say("There is no part there");
    this.viewer.press("mark", this.toggle());
    this.ask("pin", { part: this.path(hit.object), point: flat(hit.point.clone().sub(this.model.shift(hit.object))) });
  }

  async ask(kind, where) {
    const view = { ...this.view(), ...where };
    this.board.ask({ kind, view, snapshot: await this.stage.small(WIDE) });
  }

  // How the model is looked at now.
  view() {
    const { camera, controls } = this.stage;
    const lens = camera.isPerspectiveCamera ? { fov: camera.fov } : { scale: (camera.top - camera.bottom) / camera.zoom };
    const seen = this.model.meshes.filter((mesh) => visible(mesh));
    const hidden = this.model.meshes.filter((mesh) => !visible(mesh));
    const most = hidden.length <= seen.length;
    return {
      camera: {
        position: flat(camera.position),
        direction: flat(controls.target.clone().sub(camera.position).normalize()),
        up: flat(new Vector3(0, 1, 0).applyQuaternion(camera.quaternion)),
        ...lens,
      },
      sections: this.model.clipping.map((plane) => ({ point: flat(plane.coplanarPoint(new Vector3())), normal: flat(plane.normal.clone().negate()) })),
      visible: most,
      exploded: this.model.exploded ?? 0,
      exceptions: [...new Set((most ? hidden : seen).map((mesh) => this.path(mesh)))],
    };
  }

  // Look as somebody did who pinned a remark.
  look(view) {
    const { camera, sections, visible: most, exceptions, exploded = 0 } = view;
    this.viewer.standApart(exploded);
    this.stage.stand(camera);
    this.drawing.show(view);
    this.viewer.cutBy(sections.map(({ point, normal }) => new Plane().setFromNormalAndCoplanarPoint(new Vector3(...normal).normalize().negate(), new Vector3(...point))));
    const named = new Set(this.find(exceptions));
    const unknown = !most && exceptions.length && !named.size;
    this.viewer.parts.all(false);
    for (const mesh of this.model.meshes) mesh.visible = unknown || named.has(mesh) !== most;
    this.viewer.parts.mark();
    this.viewer.say(unknown ? "None of the parts that it shows is in this model: all are shown" : "");
  }

  // The meshes that are meant: by the path of a part or of what it is in, or after // by the name of either.
  find(names) {
    const meant = new Set(names);
    return meant.size ? this.model.meshes.filter((mesh) => this.namesOf(mesh).some((name) => meant.has(name))) : [];
  }

  namesOf(mesh) {
    if (!this.words.has(mesh)) {
      const words = this.path(mesh).split("/");
      this.words.set(mesh, words.flatMap((word, at) => [words.slice(0, at + 1).join("/"), `//${word}`, `//${word.replace(/#\d+$/, "")}`]));
    }
    return this.words.get(mesh);
  }

  show(marks) {
    if (!this.board.chosen) this.drawing.leave();
    this.signs = marks
      .filter((mark) => mark.open || mark === this.board.chosen)
      .map((mark) => ({ mark, points: points(mark.view), node: this.drawn(mark), mesh: this.meshOf(mark.view.part) }))
      .filter(({ points: found }) => found.length);
    this.layer.replaceChildren(...this.signs.map(({ node }) => node));
    this.place();
  }

  meshOf(part) {
    this.named ??= new Map(this.model.meshes.toReversed().map((mesh) => [this.path(mesh), mesh]));
    return this.named.get(part);
  }

  drawn(mark) {
    const pin = sign(mark, mark === this.board.chosen);
    if (mark.kind !== "dimension") return draw("g", {}, pin);
    const words = draw("text", { class: "words" });
    words.textContent = mark.view.words;
    return draw("g", {}, draw("line"), words, pin);
  }

  place() {
    for (const { points: found, node, mesh } of this.signs) {
      const shift = this.model.shift(mesh);
      const seen = found.map((point) => this.stage.onPage(point.clone().add(shift)));
      node.setAttribute("visibility", seen.some((point) => point.behind) ? "hidden" : "visible");
      const [from, to = from] = seen;
      const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
      node.lastChild.setAttribute("transform", `translate(${x} ${y})`);
      if (node.childElementCount < 2) continue;
      const line = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
      Object.entries(line).forEach(([name, value]) => node.firstChild.setAttribute(name, value));
      node.children[1].setAttribute("transform", `translate(${x} ${y - 18})`);
    }
  }
}

const points = (view) => [...view.points, ...(view.point && !view.points.length ? [view.point] : [])].map((point) => new Vector3(...point));

// What names the part of an object: the names from the root down, the second of a name among its siblings with #2.
// `content/markups/parts.py` names them in the same way.
function paths({ json, associations }) {
  const { nodes = [], scenes = [], scene = 0 } = json;
  const named = new Map();
  const walk = (indices, above) => {
    const seen = new Map();
    for (const index of indices) {
      const word = (nodes[index].name || "part").replaceAll("/", "_");
      const count = (seen.get(word) ?? 0) + 1;
      seen.set(word, count);
      const path = `${above}${word}${count > 1 ? `#${count}` : ""}`;
      named.set(index, path);
      walk(nodes[index].children ?? [], `${path}/`);
    }
  };
  walk(scenes[scene]?.nodes ?? [], "");
  return (object) => {
    for (let one = object; one; one = one.parent) {
      const index = associations.get(one)?.nodes;
      if (index !== undefined) return named.get(index);
    }
    return "part";
  };
}
