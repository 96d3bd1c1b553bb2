// Runs before the first paint: the chosen theme and density, else the system's.
(() => {
  const root = document.documentElement;
  for (const name of ["theme", "density"]) {
    const value = localStorage.getItem(`gangway-${name}`);
    if (value) root.dataset[name] = value;
  }
})();
