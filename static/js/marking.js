// Markups of pages, pictures and drawings: drawn over them, made by mouse, finger or keys.
import { Board, draw, sign } from "./viewer/board.js";

const LEAST = 4; // pixels between two points of a line drawn by hand
const WORDS = {
  pin: "Click a place, or press Enter for the middle",
  text: "Click where the words go, or press Enter for the middle",
  arrow: "Draw the arrow from its end to its tip, or press Enter for one in the middle",
  rectangle: "Draw the rectangle, or press Enter for one in the middle",
  freehand: "Draw the line",
};

// `places` are what is marked, each {page, box()} with the box {x, y, width, height} in pixels of what scrolls.
export class Marking {
  constructor(panel, places) {
    Object.assign(this, { panel, places, kind: "", drawn: null });
    this.frame = panel.querySelector(".canvas");
    this.note = panel.querySelector("[data-note]");
    this.layer = draw("svg", { class: "g-pins sheet", "aria-hidden": "true" });
    this.frame.append(this.layer);
    this.board = new Board(panel, () => this.place(), (mark) => this.look(mark));
    if (!this.board.address) return;
    panel.addEventListener("click", (event) => this.tool(event.target.closest("[data-tool]")));
    for (const name of ["pointerdown", "pointermove", "pointerup"]) this.frame.addEventListener(name, (event) => this.pointer(event), true);
    this.frame.addEventListener("keydown", (event) => this.key(event), true);
    new ResizeObserver(() => this.place()).observe(this.frame);
    this.board.load();
  }

  tool(button) {
    if (!button) return;
    this.kind = this.kind === button.dataset.tool ? "" : button.dataset.tool;
    button.closest("details").open = false;
    this.turn();
    this.frame.focus({ preventScroll: true });
  }

  turn() {
    this.frame.classList.toggle("marking", Boolean(this.kind));
    this.note.textContent = WORDS[this.kind] ?? "";
  }

  // Where something happens: on which page, and as shares of its width and height.
  at(event, only) {
    const { left, top } = this.frame.getBoundingClientRect();
    const [x, y] = [event.clientX - left + this.frame.scrollLeft, event.clientY - top + this.frame.scrollTop];
    for (const place of only ? [only] : this.places()) {
      const box = place.box();
      const share = [(x - box.x) / box.width, (y - box.y) / box.height];
      if (only) return { place, share: share.map((one) => Math.min(1, Math.max(0, one))) };
      if (share.every((one) => one >= 0 && one <= 1)) return { place, share };
    }
    return null;
  }

  pointer(event) {
    if (!this.kind || event.button > 0) return;
    event.stopImmediatePropagation();
    if (event.type === "pointerdown") this.begin(event);
    else if (this.drawn) this.go(event);
  }

  begin(event) {
    event.preventDefault();
    const hit = this.at(event);
    if (!hit) return;
    this.drawn = { place: hit.place, points: [hit.share], from: [event.clientX, event.clientY] };
    if (this.kind === "pin" || this.kind === "text") return this.ask();
    this.frame.setPointerCapture(event.pointerId);
  }

  go(event) {
    const { share } = this.at(event, this.drawn.place);
    const { points, from } = this.drawn;
    const apart = Math.hypot(event.clientX - from[0], event.clientY - from[1]);
    if (this.kind !== "freehand") points[1] = share;
    else if (apart >= LEAST && points.length < 500) {
      points.push(share);
      this.drawn.from = [event.clientX, event.clientY];
    }
    if (event.type === "pointerup") {
      if (points.length > 1 && !same(points)) return this.ask();
      this.drawn = null;
    }
    this.place();
  }

  key(event) {
    if (!this.kind || event.target !== this.frame) return;
    if (event.key === "Escape") {
      this.kind = "";
      this.drawn = null;
      this.turn();
    } else if (event.key === "Enter" && this.kind !== "freehand") {
      const box = this.frame.getBoundingClientRect();
      const hit = this.at({ clientX: box.left + this.frame.clientWidth / 2, clientY: box.top + this.frame.clientHeight / 2 });
      if (!hit) return;
      const [x, y] = hit.share;
      const points = this.kind === "pin" || this.kind === "text" ? [[x, y]] : [[x, y], [Math.min(1, x + 0.1), Math.min(1, y + 0.1)]];
      this.drawn = { place: hit.place, points };
      this.ask();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  ask() {
    const { place, points } = this.drawn;
    this.board.ask({ kind: this.kind, view: { page: place.page, points: points.map((one) => one.map((share) => Number(share.toFixed(5)))) } });
    this.kind = "";
    this.turn();
    this.place();
  }

  look(mark) {
    const place = this.places().find(({ page }) => page === mark.view.page);
    if (!place) return;
    const box = place.box();
    const [x, y] = mark.view.points[0];
    this.frame.scrollTo(box.x + x * box.width - this.frame.clientWidth / 2, box.y + y * box.height - this.frame.clientHeight / 2);
  }

  place() {
    if (this.drawn && !this.board.waiting && !this.kind) this.drawn = null;
    this.layer.setAttribute("width", 0);
    this.layer.setAttribute("height", 0);
    const [width, height] = [this.frame.scrollWidth, this.frame.scrollHeight];
    this.layer.setAttribute("width", width);
    this.layer.setAttribute("height", height);
    const shown = this.board.marks.filter((mark) => mark.open || mark === this.board.chosen);
    const nodes = shown.map((mark) => this.shape(mark.kind, mark.view, sign(mark, mark === this.board.chosen)));
    if (this.drawn) nodes.push(this.shape(this.board.waiting?.kind ?? this.kind, { page: this.drawn.place.page, points: this.drawn.points, words: "" }));
    this.layer.replaceChildren(...nodes.filter(Boolean));
  }

  shape(kind, view, pin) {
    const box = this.places().find(({ page }) => page === view.page)?.box();
    if (!box) return null;
    const points = view.points.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
    pin?.setAttribute("transform", `translate(${points[0]})`);
    const group = draw("g", {}, ...(points.length > 1 ? line(kind, points) : []), pin ?? draw("circle", { r: 5, class: "new", cx: points[0][0], cy: points[0][1] }));
    if (kind === "text" && view.words) {
      const words = draw("text", { class: "words", x: points[0][0], y: points[0][1] - 18 });
      words.textContent = view.words.length > 60 ? `${view.words.slice(0, 59)}…` : view.words;
      group.append(words);
    }
    return group;
  }
}

const same = (points) => points.every(([x, y]) => x === points[0][0] && y === points[0][1]);

function line(kind, points) {
  const [[x, y], [u, v]] = points;
  if (kind === "rectangle") return [draw("rect", { x: Math.min(x, u), y: Math.min(y, v), width: Math.abs(u - x), height: Math.abs(v - y) })];
  if (kind === "freehand") return [draw("polyline", { points: points.join(" ") })];
  const turn = Math.atan2(v - y, u - x);
  const side = (angle) => [u - 13 * Math.cos(turn + angle), v - 13 * Math.sin(turn + angle)];
  return [draw("line", { x1: x, y1: y, x2: u, y2: v }), draw("polygon", { points: [[u, v], side(0.45), side(-0.45)].join(" ") })];
}

// The places of pictures: what of each is filled, when it keeps its proportions within its box.
export const pictures = (frame) => () =>
  [...frame.querySelectorAll("[data-zoomed] img, img[data-zoomed]")].map((image, at) => ({ page: at + 1, box: () => filled(image, frame) }));

function filled(image, frame) {
  const [outer, inner] = [frame.getBoundingClientRect(), image.getBoundingClientRect()];
  const scale = Math.min(inner.width / image.naturalWidth, inner.height / image.naturalHeight) || 0;
  const [width, height] = scale && Number.isFinite(scale) ? [image.naturalWidth * scale, image.naturalHeight * scale] : [inner.width, inner.height];
  const x = inner.left - outer.left + frame.scrollLeft + (inner.width - width) / 2;
  const y = inner.top - outer.top + frame.scrollTop + (inner.height - height) / 2;
  return { x, y, width, height };
}
