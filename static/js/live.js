// Open pages follow what others do: a stream where the server has one, else questions that are answered 304 while
// nothing changed. Both say only which piece has a new version; htmx then fetches it by its ordinary address.
"use strict";

const page = document.body.dataset;
const bell = document.getElementById("bell");
const seen = (selector) => Object.assign({}, ...[...document.querySelectorAll(selector)].map((each) => JSON.parse(each.dataset.seen)));
const known = { ...(bell && { bell: bell.dataset.unread }), ...seen("[data-seen]") };
const shown = () => [...document.querySelectorAll("[data-see]")].flatMap((each) => each.dataset.see.split(" ").filter(Boolean));
const asking = () => shown().map((thing, at) => `${at ? "&" : "?"}see=${encodeURIComponent(thing)}`).join("");
let query = asking();
const EVERY = 700; // milliseconds between two questions, and half as much again by chance
const REST = 30000; // after which a stream that failed is tried again
const PASSING = new Set([0, 408, 409, 425, 429]); // answers besides 5xx that are of this moment and say nothing of access
const OUT = "Your access ended. Reload the page to see what is open to you.";
const some = (least) => least + Math.random() * least; // so that many pages do not come back at once
const pieces = (name) => document.querySelectorAll(`[data-live~="${name}"]`);

// --- a piece that somebody works in waits until they are done ---
const named = (list) => (list || "").split(",").map((one) => one && document.querySelector(one)).filter(Boolean);
const parts = (piece) => [piece, ...named(piece.getAttribute("hx-select-oob")), ...named(piece.dataset.with)];
const opened = "details.g-pop[open], dialog[open]";
const writing = "input:not([type=checkbox], [type=radio]), textarea, select";
function typed(field) {
  if (field.type === "hidden" || field.matches("form[data-draft] textarea, [data-many-page]")) return false; // drafts are kept
  if (field.form?.dataset.many === field.name) return false; // so are chosen rows
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.type === "file") return field.files.length > 0;
  if (field.localName !== "select") return field.value !== field.defaultValue;
  const first = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(0, first);
}
const busy = (piece) =>
  parts(piece).some(
    (part) =>
      part.querySelector(opened) ||
      (part.contains(document.activeElement) && document.activeElement.matches(writing)) ||
      [...part.querySelectorAll("input, textarea, select")].some(typed),
  );
const waiting = new Set();
const again = (piece) => piece.dataset.live.split(" ").forEach((name) => waiting.add(name));
function refresh(name) {
  for (const piece of pieces(name)) {
    if (busy(piece)) waiting.add(name);
    else htmx.trigger(piece, "live");
  }
}
setInterval(() => {
  const names = [...waiting];
  waiting.clear();
  names.forEach(refresh);
}, 1000);
document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
  const failed = elt.dataset?.live && (xhr.status >= 500 || PASSING.has(xhr.status));
  if (failed) setTimeout(() => again(elt), some(1000)); // else it would stay old until the next change
});

// --- what comes anew leaves the focus and what was scrolled where they were ---
const MARKS = ["id", "href", "name", "value", "aria-label"];
function place(element) {
  const marks = MARKS.filter((mark) => element.hasAttribute(mark)).map((mark) => `[${mark}="${CSS.escape(element.getAttribute(mark))}"]`);
  const form = element.form ?? element.closest("form");
  const within = form?.getAttribute("action") ? `form[action="${CSS.escape(form.getAttribute("action"))}"] ` : "";
  const selector = within + element.localName + marks.join("") + [...element.classList].map((name) => `.${CSS.escape(name)}`).join("");
  const at = [...document.querySelectorAll(selector)].indexOf(element);
  return () => document.querySelectorAll(selector)[at];
}
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const piece = detail.requestConfig.elt;
  if (!piece.dataset?.live || detail.xhr.status !== 200) return;
  if (busy(piece)) {
    detail.shouldSwap = false; // somebody began to work in it while it was fetched
    return again(piece);
  }
  const inside = parts(piece);
  const active = inside.some((part) => part.contains(document.activeElement)) && document.activeElement;
  const [find, top] = active ? [place(active), active.getBoundingClientRect().top] : [];
  const scrolled = inside.flatMap((part) => [part, ...part.querySelectorAll("*")]).filter((each) => each.scrollLeft || each.scrollTop);
  const scrolls = scrolled.map((each) => [place(each), each.scrollLeft, each.scrollTop]);
  const unfolded = inside.flatMap((part) => [...part.querySelectorAll("details[open]")].map(place));
  setTimeout(() => {
    for (const where of unfolded) where()?.setAttribute("open", "");
    for (const [where, left, down] of scrolls) where()?.scrollTo(left, down);
    const found = active && !active.isConnected && find();
    if (!found) return;
    found.focus({ preventScroll: true });
    scrollBy(0, found.getBoundingClientRect().top - top);
  }); // htmx swaps at once
});

function take(state) {
  if (state.gone) return ended("This is no longer open to you. Reload the page to see what is.");
  for (const [piece, version] of Object.entries(state)) {
    const before = known[piece];
    known[piece] = version;
    if (before === undefined || before === version) continue;
    document.dispatchEvent(new Event(`gangway:${piece}`)); // for what draws by itself, such as markups
    refresh(piece);
    for (const told of document.querySelectorAll(`[data-tell~="${piece}"]`)) told.hidden = false; // nothing moves until it is asked
  }
}

// --- what comes anew may show other things ---
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const asked = detail.requestConfig?.elt.closest("[data-tell]");
  if (asked) document.getElementById(detail.target.id)?.focus({ preventScroll: true }); // the button is gone
  const now = asking();
  if (now === query || !page.liveUrl) return;
  query = now;
  tag = "";
  delete known.rows; // of other rows
  Object.assign(known, seen(":not(body)[data-seen]"));
  begin();
});

let over = false;
function ended(words) {
  over = true;
  halt();
  document.dispatchEvent(new Event("gangway:asked")); // what is looked at asks whether it may still be
  const message = document.createElement("div");
  message.className = "g-msg tone-red";
  message.setAttribute("role", "alert");
  message.append(document.createElement("span"));
  message.firstChild.textContent = words;
  document.getElementById("messages")?.replaceChildren(message);
}

// --- questions ---
let tag = "";
let timer = 0;
let failed = 0;
let turn = 0; // of asking: an answer to an older question begins no second round
async function ask() {
  const own = ++turn;
  try {
    const headers = tag ? { "If-None-Match": tag } : {};
    const answer = await fetch(page.liveUrl + query, { headers, cache: "no-store", redirect: "manual" });
    const passing = answer.status >= 500 || (PASSING.has(answer.status) && answer.type !== "opaqueredirect");
    failed = passing ? failed + 1 : 0;
    if (answer.status === 200) {
      tag = answer.headers.get("ETag") || "";
      take(await answer.json());
    } else if (answer.status !== 304 && !passing) {
      return ended(OUT);
    }
  } catch {
    failed += 1; // no network
  }
  const rest = failed ? some(EVERY * 2 ** Math.min(failed, 5)) : EVERY + Math.random() * 500;
  if (own === turn && !over && !document.hidden && !source) timer = setTimeout(ask, rest);
}

// --- the stream ---
let source = null;
let trying = 0;
function begin() {
  halt();
  if (over || document.hidden) return;
  if (!page.stream) return void ask();
  source = new EventSource(page.stream + query);
  source.onmessage = (event) => {
    if (page.see) page.told = "stream";
    take(JSON.parse(event.data));
  };
  source.addEventListener("over", (event) => {
    if (event.data === "access") return ended(OUT);
    halt(); // it was only the time
    trying = setTimeout(begin, some(500));
  });
  source.onerror = () => {
    if (source?.readyState !== EventSource.CLOSED) return; // the browser comes back by itself, at a time the server drew
    halt();
    ask();
    trying = setTimeout(begin, some(REST));
  };
}
function halt() {
  turn += 1;
  source?.close();
  source = null;
  delete page.told;
  clearTimeout(timer);
  clearTimeout(trying);
}
document.addEventListener("visibilitychange", () => (document.hidden || !page.liveUrl ? halt() : begin())); // a hidden page holds nothing
window.addEventListener("pagehide", halt);
window.addEventListener("pageshow", (event) => event.persisted && begin());
if (page.liveUrl) document.addEventListener("DOMContentLoaded", begin, { once: true }); // htmx, that came first, has wired the pieces by then
