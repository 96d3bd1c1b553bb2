// Confirming how markups are found, with one key: c takes the one that has the focus, else the first.
document.addEventListener("keydown", (event) => {
  if (event.key !== "c" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const chosen = event.target.closest("[data-carry]") ?? document.querySelector("[data-carry]");
  chosen?.querySelector("form button:enabled")?.click();
});
