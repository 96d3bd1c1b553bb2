// Open pages follow what others do: a stream where the server has one, else questions that are answered 304 while
// nothing changed. Both say only which piece has a new version; htmx then fetches it by its ordinary address.
"use strict";

const page = document.body.dataset;
const bell = document.getElementById("bell");
const known = { ...(bell && { bell: bell.dataset.unread }), ...JSON.parse(page.seen || "{}") };
const query = page.see ? `?see=${encodeURIComponent(page.see)}` : "";
const EVERY = 700; // milliseconds between two questions, and half as much again by chance
const REST = 30000; // after which a stream that failed is tried again
const some = (least) => least + Math.random() * least; // so that many pages do not come back at once
const pieces = (name) => document.querySelectorAll(`[data-live~="${name}"]`);

// --- a piece that somebody works in waits until they are done, and says so ---
const busy = (piece) =>
  piece.querySelector("details.g-pop[open], dialog[open]") ||
  (piece.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
const waiting = new Set();
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

function take(state) {
  if (state.gone) return ended("This is no longer open to you. Reload the page to see what is.");
  for (const [piece, version] of Object.entries(state)) {
    const before = known[piece];
    known[piece] = version;
    if (before === undefined || before === version) continue;
    document.dispatchEvent(new Event(`gangway:${piece}`)); // for what draws by itself, such as markups
    refresh(piece);
  }
}

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
    failed = answer.status >= 500 ? failed + 1 : 0;
    if (answer.status === 200) {
      tag = answer.headers.get("ETag") || "";
      take(await answer.json());
    } else if (answer.status !== 304 && answer.status < 500) {
      return ended("Your access ended. Reload the page to see what is open to you.");
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
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.addEventListener("over", () => {
    halt();
    ask(); // says whether it was the access or only the time
    trying = setTimeout(begin, some(2000));
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
  clearTimeout(timer);
  clearTimeout(trying);
}
document.addEventListener("visibilitychange", () => (document.hidden || !page.liveUrl ? halt() : begin())); // a hidden page holds nothing
window.addEventListener("pagehide", halt);
window.addEventListener("pageshow", (event) => event.persisted && begin());
if (page.liveUrl && document.readyState === "complete") begin();
else if (page.liveUrl) window.addEventListener("load", begin, { once: true }); // htmx has wired the pieces by then
