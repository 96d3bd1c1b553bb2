// The few things a page does beyond links, forms and htmx. Everything here has a way that works without it.
"use strict";

const body = document.body;
const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const store = (name, value) => (value ? localStorage.setItem(name, value) : localStorage.removeItem(name));

// --- answers of htmx: a form comes back in its place, a refusal goes to the message area ---
const REFUSALS = new Set([400, 401, 403, 404, 409, 410, 413, 429, 500, 503, 507]);
body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.elt.dataset?.live) {
    event.detail.shouldSwap = xhr.status === 200; // 304: nothing new; anything else is not worth a word each time
    event.detail.isError = false;
  } else if (requestConfig.elt.id === "q") {
    event.detail.shouldSwap = xhr.status === 200; // what is typed can be sent without suggestions
    event.detail.isError = false;
  } else if (xhr.status === 422 || xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if (REFUSALS.has(xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.target = one("#messages");
    event.detail.swapOverride = "innerHTML";
  }
});
body.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.dataset?.live || event.detail.elt.id === "q") return; // they ask again by themselves
  one("#messages").textContent = "The server cannot be reached. Nothing was changed; try again.";
});
body.addEventListener("htmx:afterSwap", (event) => {
  closeMenus(event.detail.target.closest("details.g-pop"));
  const invalid = one("[aria-invalid=true]", event.detail.target);
  if (invalid) invalid.focus();
  else if (event.detail.target.id === "messages") event.detail.target.scrollIntoView({ block: "nearest" });
});

one("main [aria-invalid=true]")?.focus(); // a form that came back begins where it wants something

body.addEventListener("htmx:afterSettle", (event) => {
  const code = event.detail.requestConfig?.elt.closest("form[id^=edit-]")?.id.slice(5); // of a field changed in place
  if (code && document.activeElement === body) one(`#field-${code} a.g-pen`)?.focus();
});

// --- toasts: HX-Trigger: {"toast": "words"} ---
body.addEventListener("toast", (event) => {
  const toast = document.createElement("div");
  toast.className = "g-toast";
  toast.role = "status";
  toast.textContent = event.detail.value;
  one("#toasts").append(toast);
  setTimeout(() => toast.remove(), 10000);
});

// allauth's script says here what went wrong with a passkey
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  body.dispatchEvent(new CustomEvent("toast", { detail: { value: "The passkey did not work here. Try again, or use another way." } }));
});

// --- details used as menus: one open at a time, Esc and a click outside close it ---
const closeMenus = (except) => all("details.g-pop[open]").forEach((menu) => menu !== except && (menu.open = false));
document.addEventListener("click", (event) => closeMenus(event.target.closest("details.g-pop")));
document.addEventListener("toggle", (event) => event.target.open && closeMenus(event.target), true);

// --- dialogs: <button data-dialog="id"> opens, [data-close] closes, focus returns by itself ---
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.dialog).showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
});

// --- forms: ask before typed words are lost, send once ---
const dirty = () => all("form[data-guard]").some((form) => form.dataset.dirty);
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) form.dataset.dirty = "yes";
});
document.addEventListener("submit", (event) => {
  delete event.target.dataset.dirty;
  const button = event.submitter;
  if (!button || event.target.hasAttribute("hx-post") || (event.defaultPrevented && event.target.dataset.draft)) return;
  setTimeout(() => (button.disabled = true));
  setTimeout(() => button.disabled && button.setAttribute("aria-busy", "true"), 300); // what answers sooner needs no sign
  setTimeout(() => free(button), event.target.hasAttribute("data-long") ? 60000 : 4000);
  button.dataset.sent = "yes";
});
const free = (button) => {
  button.disabled = false;
  button.removeAttribute("aria-busy");
};
window.addEventListener("beforeunload", (event) => dirty() && event.preventDefault());
window.addEventListener("pageshow", () => all("button[data-sent]").forEach(free));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  const chosen = event.target.closest("tr:has([data-chosen])"); // who chooses how, chooses the line
  if (chosen && !event.target.closest("[data-chosen]")) one("[data-chosen] input", chosen).checked = true;
});

// --- words that were sent and not taken are in their form again: after a sign-in, a refusal, a lost connection ---
const TYPED = "gangway-typed", place = location.pathname + location.search;
const sent = JSON.parse(sessionStorage.getItem(TYPED) || "null");
const unsent = one("[data-unsent]"), again = performance.getEntriesByType("navigation")[0]?.type !== "navigate";
if (sent && body.dataset.user && sent.user !== body.dataset.user) sessionStorage.removeItem(TYPED); // nobody reads what another typed
else if (sent && unsent) sessionStorage.setItem(TYPED, JSON.stringify({ ...sent, kept: true }));
else if (sent?.place === place && sent.user === body.dataset.user && (sent.kept || again)) refill(sent);
else if (sent && (!sent.kept || Date.now() - sent.at > 1800000)) sessionStorage.removeItem(TYPED);

function refill({ action, values }) {
  sessionStorage.removeItem(TYPED);
  const form = all("main form").find((form) => form.getAttribute("action") === action && values.every(([name]) => form.elements[name]));
  if (!form) return;
  for (const box of form.querySelectorAll("[type=checkbox], [type=radio]")) box.checked = values.some(([name, value]) => name === box.name && value === box.value);
  for (const field of form.elements)
    if (field.matches("input:not([type=checkbox], [type=radio], [type=hidden], [type=file]), textarea, select:not([multiple])")) {
      const value = values.find(([name]) => name === field.name)?.[1];
      if (value !== undefined) field.value = value;
    }
  body.dispatchEvent(new CustomEvent("toast", { detail: { value: "What you typed is here again. Nothing was taken yet: send it once more." } }));
}
document.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (defaultPrevented || form.method !== "post" || !body.dataset.user || !form.closest("main") || one("[type=password], [autocomplete=one-time-code]", form)) return;
  const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  if (!all("textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])", form).some((field) => field.value)) return;
  sessionStorage.setItem(TYPED, JSON.stringify({ place, action: form.getAttribute("action"), user: body.dataset.user, values, at: Date.now() }));
});

// --- rows selected for one act: <form data-many="name of the boxes">, a box for the page, and how many there are, other
// pages included; its fields may stand inside another form ---
const chosen = (form) => [...form.elements].filter((box) => box.name === form.dataset.many && box.type === "checkbox");
const part = (form, what) => [...form.elements].find((field) => field.matches(`[data-many-${what}]`));
const shelf = (action) => `gangway-many:${action}`;
const kept = (form) => (sessionStorage.getItem(shelf(form.getAttribute("action"))) || "").split(",").filter(Boolean);
const count = (form) => {
  const boxes = chosen(form), on = boxes.filter((box) => box.checked), page = part(form, "page");
  if (!page) return;
  const told = one("[data-many-count]"), here = new Set(boxes.map((box) => box.value)), far = kept(form).filter((id) => !here.has(id));
  const field = part(form, "far"), ids = [...far, ...on.map((box) => box.value)];
  sessionStorage.setItem(shelf(form.getAttribute("action")), ids.join(","));
  field.value = far.join(",");
  field.disabled = !far.length;
  page.checked = on.length > 0 && on.length === boxes.length;
  page.indeterminate = on.length > 0 && on.length < boxes.length;
  part(form, "clear").hidden = !ids.length;
  told.textContent =
    (ids.length ? `${ids.length} selected` : told.dataset.manyCount) + (far.length ? `, ${far.length} not on this page` : "");
  boxes.forEach((box) => box.closest("tr").classList.toggle("selected", box.checked));
};
const recall = (form) => {
  const ids = new Set(kept(form));
  chosen(form).forEach((box) => (box.checked ||= ids.has(box.value)));
  count(form);
};
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("form[data-many]")) return;
  event.stopPropagation(); // a list around the boxes asks the server when a field of its own changes
  if (event.target.matches("[data-many-page]")) chosen(form).forEach((box) => (box.checked = event.target.checked));
  count(form);
}, true);
document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-many-clear]")?.form;
  if (!form) return;
  sessionStorage.removeItem(shelf(form.getAttribute("action")));
  chosen(form).forEach((box) => (box.checked = false));
  count(form);
  part(form, "page").focus();
});
document.addEventListener("htmx:afterSettle", () => all("form[data-many]").forEach(recall));
window.addEventListener("pageshow", () => {
  all("form[data-many]").forEach(recall);
  all("[data-many-done]").forEach((done) => sessionStorage.removeItem(shelf(done.dataset.manyDone)));
});

// --- a word from the page before, said once ---
const told = sessionStorage.getItem("gangway-toast");
sessionStorage.removeItem("gangway-toast");
if (told) body.dispatchEvent(new CustomEvent("toast", { detail: { value: told } }));

// --- views that do not fit beside each other: the one that is shown is in sight ---
all(".g-tabs [aria-current]").forEach((tab) => (tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48));

// --- theme: system, light, dark ---
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-set-theme]")?.dataset.setTheme;
  if (choice === undefined) return;
  store("gangway-theme", choice);
  if (choice) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
});

// --- keyboard ---
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
const rows = () => all("main table tbody tr").filter((row) => one("a", row));
const step = (by) => {
  const list = rows();
  const at = list.findIndex((row) => row.contains(document.activeElement));
  const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
  if (next) one("a", next).focus();
};
const here = () => document.activeElement.closest("tr");
const GO = { h: "home", s: "spaces", p: "platforms", c: "credential", n: "notifications" };
const KEYS = {
  "/": () => one("#q")?.focus(),
  "?": () => one("#keys")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  x: () => one("input[type=checkbox]", here() ?? document)?.click(),
  ".": () => one("details.g-pop summary", here() ?? document)?.click(),
  m: () => one("[data-key=m]", here() ?? document)?.click(),
  w: () => one("[data-key=w]")?.click(),
  v: () => one("[data-key=v]")?.click(),
  c: () => one("[data-key=c]", document.activeElement.closest("[data-keys]") ?? document)?.click(),
  "[": () => one("[rel=prev]")?.click(),
  "]": () => one("[rel=next]")?.click(),
};
let went = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = one("details.g-pop[open]");
    if (open) {
      open.open = false;
      one("summary", open).focus();
    } else if (!one("dialog[open]")) {
      const close = one(".g-drawer [data-closes]");
      if (close && (!dirty() || confirm("Leave without saving what you changed?"))) {
        all("form[data-guard]").forEach((form) => delete form.dataset.dirty);
        close.click();
      }
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (localStorage.getItem("gangway-keys") === "off" && event.key !== "?") return;
  if (event.key === "g") {
    went = Date.now();
  } else if (Date.now() - went < 1500 && GO[event.key]) {
    event.preventDefault();
    went = 0;
    one(`[data-go=${GO[event.key]}]`)?.click();
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
const keySwitch = one("#keys-on");
if (keySwitch) {
  keySwitch.checked = localStorage.getItem("gangway-keys") !== "off";
  keySwitch.addEventListener("change", () => store("gangway-keys", keySwitch.checked ? "" : "off"));
}
