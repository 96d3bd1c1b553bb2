// Looking at a file: pictures, pages and drawings with zoom, text and tables, and the end of looking when access ends.
import { Marking, pictures } from "./marking.js";

const one = (selector, root = document) => root.querySelector(selector);
const SHORTEST = 3000; // milliseconds between two questions whether one may still look

// --- access may end while a page is open: ask, and take the picture away ---
const watched = one("[data-still]");
async function still() {
  if (document.hidden) return;
  try {
    const answer = await fetch(watched.dataset.still, { method: "HEAD", credentials: "same-origin", redirect: "manual" });
    if (answer.status === 200) return;
    if (answer.status >= 500) return;
  } catch {
    return; // no network: nothing new can be fetched either
  }
  clearInterval(asking);
  document.dispatchEvent(new Event("gangway:ended"));
  const words = document.createElement("div");
  words.className = "g-panel-body";
  words.role = "alert";
  words.textContent = "You can no longer look at this. Reload the page to see what is open to you.";
  watched.replaceChildren(words);
  watched.className = "g-panel";
}
const asking = watched ? setInterval(still, SHORTEST) : 0;
if (watched) {
  document.addEventListener("visibilitychange", still);
  document.addEventListener("gangway:asked", still);
}

// --- zoom of pictures and pages: the content grows, the frame scrolls ---
function sheet(panel) {
  const frame = one(".canvas", panel);
  const shown = one("[data-zoomed]", panel);
  const marking = new Marking(panel, pictures(frame));
  for (const image of panel.querySelectorAll("[data-zoomed] img, img[data-zoomed]")) image.addEventListener("load", () => marking.place());
  let scale = 1;
  const zoom = (next, at) => {
    const before = scale;
    scale = Math.min(12, Math.max(0.1, next));
    const middle = at ?? [frame.clientWidth / 2, frame.clientHeight / 2];
    const [x, y] = [frame.scrollLeft + middle[0], frame.scrollTop + middle[1]];
    shown.style.setProperty("--zoom", scale);
    frame.scrollTo((x * scale) / before - middle[0], (y * scale) / before - middle[1]);
    marking.place();
  };
  steer(panel, frame, { in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), fit: () => zoom(1) });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    zoom(scale * Math.exp(-event.deltaY / 300), [event.clientX - box.left, event.clientY - box.top]);
  }, { passive: false });
  let held = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button) return;
    held = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
    frame.focus({ preventScroll: true });
  });
  frame.addEventListener("pointermove", (event) => held && frame.scrollTo(held[0] - event.clientX, held[1] - event.clientY));
  frame.addEventListener("pointerup", () => (held = null));
}

function steer(panel, frame, acts) {
  panel.addEventListener("click", (event) => acts[event.target.closest("[data-zoom]")?.dataset.zoom]?.());
  frame.addEventListener("keydown", (event) => {
    const name = { "+": "in", "=": "in", "-": "out", f: "fit" }[event.key];
    if (!name || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    acts[name]();
  });
}

// --- drawings: strokes by layer on a canvas, in the drawing's own unit ---
async function drawing(panel) {
  const frame = one(".canvas", panel);
  const canvas = one("canvas", frame);
  const { bounds, layers } = await (await fetch(panel.dataset.drawing)).json();
  const [left, low, right, high] = bounds;
  const view = { x: 0, y: 0, scale: 1 };
  const hidden = new Set();
  const ink = () => getComputedStyle(frame).color;
  const visible = (color) => (/^#(000000|ffffff)/i.test(color) ? ink() : color);
  let asked = 0;
  const sheets = () => {
    const [width, height] = [(right - left || 1) * view.scale, (high - low || 1) * view.scale];
    return [{ page: 1, box: () => ({ x: view.x + left * view.scale, y: view.y - high * view.scale, width, height }) }];
  };
  const marking = new Marking(panel, sheets);
  const draw = () => {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      const ratio = devicePixelRatio;
      canvas.width = frame.clientWidth * ratio;
      canvas.height = frame.clientHeight * ratio;
      const pen = canvas.getContext("2d");
      pen.setTransform(view.scale * ratio, 0, 0, -view.scale * ratio, view.x * ratio, view.y * ratio);
      pen.lineWidth = 1.2 / view.scale;
      for (const layer of layers) if (!hidden.has(layer.name)) layer.strokes.forEach((stroke) => trace(pen, stroke, visible(stroke.color)));
      marking.place();
    });
  };
  const fit = () => {
    view.scale = 0.94 * Math.min(frame.clientWidth / (right - left || 1), frame.clientHeight / (high - low || 1));
    view.x = frame.clientWidth / 2 - ((left + right) / 2) * view.scale;
    view.y = frame.clientHeight / 2 + ((low + high) / 2) * view.scale;
    draw();
  };
  const zoom = (factor, x = frame.clientWidth / 2, y = frame.clientHeight / 2) => {
    view.x = x - (x - view.x) * factor;
    view.y = y - (y - view.y) * factor;
    view.scale *= factor;
    draw();
  };
  steer(panel, frame, { in: () => zoom(1.25), out: () => zoom(0.8), fit });
  frame.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
    if (!move) return;
    event.preventDefault();
    view.x += move[0];
    view.y += move[1];
    draw();
  });
  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    const box = frame.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  fingers(frame, view, zoom, draw);
  const list = one("[data-layers]", panel);
  for (const layer of layers) {
    const label = document.createElement("label");
    label.className = "dropdown-item form-check";
    const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true, className: "form-check-input" });
    box.addEventListener("change", () => (box.checked ? hidden.delete(layer.name) : hidden.add(layer.name), draw()));
    const words = document.createElement("span");
    words.textContent = layer.name;
    label.append(box, words);
    list.append(label);
  }
  new ResizeObserver(fit).observe(frame);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

function trace(pen, stroke, color) {
  const put = { M: "moveTo", L: "lineTo", Q: "quadraticCurveTo", C: "bezierCurveTo", Z: "closePath" };
  pen.beginPath();
  for (const [command, ...numbers] of stroke.path) pen[put[command]](...numbers);
  pen.strokeStyle = pen.fillStyle = color;
  if (stroke.fill) pen.fill("evenodd");
  else pen.stroke();
}

// One finger or the mouse moves, two fingers zoom.
function fingers(frame, view, zoom, draw) {
  const held = new Map();
  frame.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, [event.clientX, event.clientY]);
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const box = frame.getBoundingClientRect();
      const apart = (a) => Math.hypot(a[0] - other[0], a[1] - other[1]) || 1;
      zoom(apart(now) / apart(before), other[0] - box.left, other[1] - box.top);
    } else {
      view.x += now[0] - before[0];
      view.y += now[1] - before[1];
      draw();
    }
    held.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, (event) => held.delete(event.pointerId));
}

// --- text and tables ---
async function text(panel) {
  const words = document.createElement("pre");
  words.textContent = await (await fetch(panel.dataset.text)).text();
  one(".canvas", panel).append(words);
}

async function table(panel) {
  const [head = [], ...rows] = await (await fetch(panel.dataset.table)).json();
  const made = document.createElement("table");
  made.className = "table";
  const line = (cells, tag) => {
    const row = document.createElement("tr");
    for (const cell of cells) {
      const place = document.createElement(tag);
      if (tag === "th") place.scope = "col";
      place.textContent = cell;
      row.append(place);
    }
    return row;
  };
  const top = made.createTHead();
  top.append(line(head, "th"));
  const main = made.createTBody();
  rows.forEach((row) => main.append(line(row, "td")));
  one(".canvas", panel).append(made);
}

const KINDS = { "[data-sheet]": sheet, "[data-drawing]": drawing, "[data-text]": text, "[data-table]": table };
for (const [selector, open] of Object.entries(KINDS)) document.querySelectorAll(selector).forEach((panel) => open(panel));
