// The search box of the top bar: arrows walk through what is suggested, Enter opens it or searches, Esc closes.
"use strict";

(() => {
  const box = document.querySelector("#q[role=combobox]");
  if (!box) return;
  const list = document.querySelector("#suggestions");
  const options = () => [...list.querySelectorAll("a[role=option]")];
  let at = -1;

  const choose = (place) => {
    at = place;
    options().forEach((option, n) => option.setAttribute("aria-selected", n === at));
    const chosen = options()[at];
    if (chosen) {
      box.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else box.removeAttribute("aria-activedescendant");
  };
  const show = (open) => {
    list.hidden = !open || !list.children.length;
    box.setAttribute("aria-expanded", !list.hidden);
    choose(-1);
  };

  list.addEventListener("htmx:afterSwap", () => show(document.activeElement === box));
  box.addEventListener("focus", () => show(true));
  box.addEventListener("blur", () => setTimeout(() => show(false), 150)); // a click on the list comes first
  box.addEventListener("keydown", (event) => {
    const last = options().length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      show(false);
    } else if (event.key === "Escape") {
      box.blur();
    } else if (event.key === "Enter" && !list.hidden && options()[at]) {
      event.preventDefault();
      options()[at].click();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key) && last >= 0) {
      event.preventDefault();
      if (list.hidden) show(true);
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      choose(next > last ? -1 : next < -1 ? last : next); // between the last and the first stands what was typed
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
})();
