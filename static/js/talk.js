// Discussions: what is typed survives a reload and a lost connection, which is said; @ suggests people. All works
// without it.

const kept = (form) => `draft:${document.body.dataset.user}:${location.pathname}:${form.dataset.draft}`;
const said = new URLSearchParams(location.search).has("said");
document.querySelectorAll("form[data-draft]").forEach(wire);
// threads that others added to come anew, with their forms
document.addEventListener("htmx:afterSwap", (event) => event.detail.elt.querySelectorAll("form[data-draft]").forEach(wire));

function wire(form) {
  if (form.dataset.wired) return;
  form.dataset.wired = "yes";
  const text = form.querySelector("textarea");
  if (said && sessionStorage.getItem("sent") === kept(form)) {
    localStorage.removeItem(kept(form)); // it arrived
    sessionStorage.removeItem("sent");
  }
  if (!text.value) text.value = localStorage.getItem(kept(form)) || "";
  if (text.value) form.closest("details")?.setAttribute("open", "");
  text.addEventListener("input", () => {
    if (text.value) localStorage.setItem(kept(form), text.value);
    else localStorage.removeItem(kept(form));
    suggest(form, text);
  });
  text.addEventListener("keydown", (event) => {
    const list = form.querySelector(".g-suggested");
    if (list.hidden) return;
    if (event.key === "Escape") list.hidden = true;
    if (event.key === "ArrowDown") {
      event.preventDefault();
      list.querySelector("button")?.focus();
    }
  });
  form.addEventListener("submit", (event) => send(form, event));
  form.querySelector(".g-suggested").addEventListener("click", (event) => choose(event.target.closest("button"), text));
  form.querySelector(".g-suggested").addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (step) event.target[step]?.focus();
    if (event.key === "Escape") text.focus();
    if (step) event.preventDefault();
  });
}

// Without a connection the browser would leave the page, and what is attached with it.
async function send(form, event) {
  const lost = form.querySelector("[data-lost]");
  if (form.dataset.asked === "reached") return void sessionStorage.setItem("sent", kept(form));
  event.preventDefault();
  if (form.dataset.asked) return;
  form.dataset.asked = "yes";
  lost.hidden = true;
  try {
    await fetch(import.meta.url, { method: "HEAD", cache: "no-store" });
    form.dataset.asked = "reached";
    form.requestSubmit(event.submitter);
  } catch {
    lost.hidden = false;
  } finally {
    delete form.dataset.asked;
  }
}

let asked = 0;
async function suggest(form, text) {
  const list = form.querySelector(".g-suggested");
  const found = /@([\p{L}\p{N}][\p{L}\p{N}.'-]*)$/u.exec(text.value.slice(0, text.selectionStart));
  if (!found || found[1].length < 2) return void (list.hidden = true);
  const turn = ++asked;
  try {
    const answer = await fetch(`${form.dataset.people}?q=${encodeURIComponent(found[1])}`);
    if (turn !== asked) return;
    list.hidden = !answer.ok;
    if (answer.ok) list.innerHTML = await answer.text(); // our own server's, escaped by its templates
  } catch {
    list.hidden = true; // the name can be typed in full
  }
}

function choose(button, text) {
  if (!button) return;
  const until = text.selectionStart;
  const begin = text.value.lastIndexOf("@", until - 1);
  text.setRangeText(`@${button.dataset.name} `, begin, until, "end");
  button.parentElement.hidden = true;
  text.focus();
  text.dispatchEvent(new Event("input"));
}
