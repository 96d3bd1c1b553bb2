// Looking at a file: pictures, pages and drawings with zoom, text and tables, and the end of looking when access ends.
import { Marking, pictures } from "./marking.js";

const one = (selector, root = document) => root.querySelector(selector);
const SHORTEST = 3000; // milliseconds between two questions whether one may still look
const SELDOM = 15000; // the same where a stream tells
const OF_THE_MOMENT = new Set([408, 409, 425, 429]); // answers that say nothing of access

// --- access may end while a page is open: ask, and take the picture away ---
const watched = () => one("[data-still]");
let asked = 0;
async function still() {
  const panel = watched();
  if (document.hidden || !panel) return;
  asked = Date.now();
  try {
    const answer = await fetch(panel.dataset.still, { method: "HEAD", credentials: "same-origin", redirect: "manual" });
    if (answer.status === 200 || OF_THE_MOMENT.has(answer.status) || answer.status >= 500) return;
  } catch {
    return; // no network: nothing new can be fetched either
  }
  if (!panel.isConnected) return; // another version stands there
  clearInterval(asking);
  document.dispatchEvent(new Event("gangway:ended"));
  const words = document.createElement("div");
  words.className = "g-panel-body";
  words.role = "alert";
  words.textContent = "You can no longer look at this. Reload the page to see what is open to you.";
  panel.replaceChildren(words);
  panel.className = "g-panel";
}
// A page whose stream tells of the item need not ask: it is told. What no stream tells is asked less often.
const due = () => Date.now() - asked > (document.body.dataset.told === "stream" ? SELDOM : SHORTEST - 500);
const asking = setInterval(() => due() && still(), SHORTEST);
for (const event of ["visibilitychange", "gangway:asked", "gangway:item"]) document.addEventListener(event, still);

// --- a newer version takes the place of the one that is open, and is looked at as that was ---
let kept = null; // until a viewer takes it: the newer one may first have to be made ready
document.addEventListener("htmx:beforeSwap", (event) => {
  const panel = one("#viewing");
  if (!panel || event.detail.xhr.status !== 200 || !event.detail.target.contains(panel)) return;
  kept = panel.kept?.() ?? kept;
  panel.dispatchEvent(new Event("gangway:left"));
});
document.addEventListener("htmx:afterSettle", () => {
  const panel = one("#viewing[data-still]");
  if (!panel || panel.dataset.open) return;
  open(panel, kept);
  if (kept) one(".canvas", panel)?.focus({ preventScroll: true });
  kept = null;
});

// --- zoom of pictures and pages: the content grows, the frame scrolls ---
function sheet(panel, before) {
  const frame = one(".canvas", panel);
  const shown = one("[data-zoomed]", panel);
  const marking = new Marking(panel, pictures(frame));
  for (const image of panel.querySelectorAll("[data-zoomed] img, img[data-zoomed]")) image.addEventListener("load", () => marking.place());
  let scale = 1;
  const zoom = (next, at) => {
    const last = scale;
    scale = Math.min(12, Math.max(0.1, next));
    const middle = at ?? [frame.clientWidth / 2, frame.clientHeight / 2];
    const [x, y] = [frame.scrollLeft + middle[0], frame.scrollTop + middle[1]];
    shown.style.setProperty("--zoom", scale);
    frame.scrollTo((x * scale) / last - middle[0], (y * scale) / last - middle[1]);
    marking.place();
  };
  steer(panel, frame, { in: () => zoom(scale * 1.25), out: () => zoom(scale / 1.25), fit: () => zoom(1) });
  panel.kept = () => ({ scale, at: [frame.scrollLeft / frame.scrollWidth, frame.scrollTop / frame.scrollHeight] });
  if (before?.scale) {
    zoom(before.scale);
    const back = () => frame.scrollTo(before.at[0] * frame.scrollWidth, before.at[1] * frame.scrollHeight);
    back();
    one("img[data-zoomed], [data-zoomed] img", panel)?.addEventListener("load", back, { once: true });
  }
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
async function drawing(panel, before) {
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
  panel.kept = () => ({ ...view });
  let first = before?.x !== undefined;
  new ResizeObserver(() => {
    if (!first) return fit();
    first = false;
    Object.assign(view, before);
    draw();
  }).observe(frame);
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
async function open(panel, before) {
  panel.dataset.open = "yes";
  const kind = Object.keys(KINDS).find((selector) => panel.matches(selector));
  if (kind) return KINDS[kind](panel, before);
  if (!panel.dataset.viewer) return;
  panel.earlier = before;
  await import(panel.dataset.script); // when it comes it opens what stands there
  panel.dispatchEvent(new Event("gangway:viewer", { bubbles: true }));
}
document.querySelectorAll(Object.keys(KINDS)).forEach((panel) => open(panel));
one("[data-viewer]")?.setAttribute("data-open", "yes");
