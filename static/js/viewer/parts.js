// The part tree, by the ARIA tree pattern: one node in the tab order, arrows move, hide and isolate by keys.
import { visible } from "./model.js";

const make = (tag, properties = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};
const icon = (sprite, name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon-s");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#i-${name}`);
  svg.append(use);
  return svg;
};
const label = (node) => (node.name || "part").replace(/_\d+$/, "").replaceAll("_", " ");

export class Parts {
  constructor(host, model, stage, sprite) {
    Object.assign(this, { host, model, stage, sprite, rows: new Map(), chosen: null });
    let top = model.root;
    while (!top.isMesh && top.children.length === 1) top = top.children[0];
    this.list = make("ul", { role: "tree", className: "g-tree" });
    this.list.setAttribute("aria-label", "Parts");
    this.grow(this.list, top, 1);
    host.append(this.list);
    const first = this.list.querySelector("[role=treeitem]");
    if (first) first.tabIndex = 0;
    host.addEventListener("keydown", (event) => this.key(event));
  }

  grow(list, node, level) {
    const below = node.children.filter((child) => child.isMesh || child.children.length || child.isGroup);
    const row = make("li", { role: "treeitem", tabIndex: -1 });
    row.setAttribute("aria-level", level);
    row.setAttribute("aria-selected", "false");
    const eye = make("button", { type: "button", className: "eye", tabIndex: -1 }, icon(this.sprite, "eye"));
    eye.setAttribute("aria-label", `Hide ${label(node)}`);
    const name = make("span", { className: "clip", textContent: label(node) });
    const line = make("div", { className: `node d${Math.min(level - 1, 6)}` }, this.twist(below.length), name, eye);
    row.append(line);
    line.addEventListener("click", () => this.choose(node));
    eye.addEventListener("click", (event) => (event.stopPropagation(), this.hide(node)));
    this.rows.set(node, row);
    row.part = node;
    list.append(row);
    if (!below.length) return;
    const group = make("ul", { role: "group" });
    row.setAttribute("aria-expanded", level < 3);
    group.hidden = level >= 3;
    row.append(group);
    line.firstChild.addEventListener("click", (event) => (event.stopPropagation(), this.unfold(row)));
    below.forEach((child) => this.grow(group, child, level + 1));
  }

  twist(has) {
    return has ? make("span", { className: "tw" }, icon(this.sprite, "down")) : make("span", { className: "tw" });
  }

  unfold(row, open = row.getAttribute("aria-expanded") !== "true") {
    if (!row.hasAttribute("aria-expanded")) return false;
    row.setAttribute("aria-expanded", open);
    row.querySelector(":scope > ul").hidden = !open;
    return true;
  }

  choose(node) {
    this.chosen = this.chosen === node ? null : node;
    this.paint();
    for (const [part, row] of this.rows) {
      const is = part === this.chosen;
      row.setAttribute("aria-selected", is);
      row.firstChild.classList.toggle("sel", is);
      if (is) this.reveal(row);
    }
    this.stage.draw();
  }

  // What is chosen has the accent, what a markup colours its colour, everything else its own looks.
  paint() {
    const accent = this.stage.colour("accent");
    for (const mesh of this.model.meshes) this.model.paint(mesh, this.chosen && within(mesh, this.chosen) ? accent : mesh.userData.tint);
    this.stage.draw();
  }

  reveal(row) {
    for (let above = row.parentElement.closest("[role=treeitem]"); above; above = above.parentElement.closest("[role=treeitem]"))
      this.unfold(above, true);
    this.rove(row, false);
    row.scrollIntoView({ block: "nearest" });
  }

  rove(row, focus = true) {
    this.list.querySelectorAll("[tabindex='0']").forEach((one) => (one.tabIndex = -1));
    row.tabIndex = 0;
    if (focus) row.focus();
  }

  hide(node = this.chosen) {
    if (!node) return;
    node.visible = !node.visible;
    this.mark();
  }

  isolate(node = this.chosen) {
    if (!node) return this.all();
    const alone = this.model.meshes.every((mesh) => within(mesh, node) || !visible(mesh));
    if (alone) return this.all();
    this.all(false);
    this.model.meshes.forEach((mesh) => within(mesh, node) || (mesh.visible = false));
    this.mark();
  }

  all(mark = true) {
    this.model.root.traverse((node) => (node.visible = true));
    if (mark) this.mark();
  }

  fade() {
    const now = this.model.meshes.filter((mesh) => !this.chosen || within(mesh, this.chosen));
    const clear = now.some((mesh) => mesh.material.opacity < mesh.userData.opacity);
    now.forEach((mesh) => this.model.veil(mesh, clear ? mesh.userData.opacity : 0.25));
    this.stage.draw();
  }

  mark() {
    for (const [node, row] of this.rows) {
      const shown = node.isMesh ? visible(node) : node.visible && this.model.meshes.some((mesh) => within(mesh, node) && visible(mesh));
      row.firstChild.classList.toggle("hid", !shown);
      const eye = row.querySelector(":scope > .node > .eye");
      eye.setAttribute("aria-label", `${shown ? "Hide" : "Show"} ${label(node)}`);
      eye.replaceChildren(icon(this.sprite, shown ? "eye" : "eyeoff"));
    }
    this.stage.draw();
  }

  key(event) {
    const row = event.target.closest("[role=treeitem]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = [...this.list.querySelectorAll("[role=treeitem]")].filter((one) => one.offsetParent);
    const at = shown.indexOf(row);
    const acts = {
      ArrowDown: () => shown[at + 1] && this.rove(shown[at + 1]),
      ArrowUp: () => shown[at - 1] && this.rove(shown[at - 1]),
      ArrowRight: () => (row.getAttribute("aria-expanded") === "false" ? this.unfold(row, true) : shown[at + 1] && this.rove(shown[at + 1])),
      ArrowLeft: () => {
        if (row.getAttribute("aria-expanded") === "true") return this.unfold(row, false);
        const above = row.parentElement.closest("[role=treeitem]");
        if (above) this.rove(above);
      },
      Home: () => this.rove(shown[0]),
      End: () => this.rove(shown.at(-1)),
      Enter: () => this.choose(row.part),
      " ": () => this.choose(row.part),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }
}

export const within = (node, above) => {
  for (let one = node; one; one = one.parent) if (one === above) return true;
  return false;
};
