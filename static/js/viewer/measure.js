// Measuring: two points give a distance and an angle of faces, a click on an edge its length, one on a round face its radius.
import { Line3, Matrix3, Raycaster, Triangle, Vector2, Vector3 } from "three";
import { circle, follow, mainAxis, measured } from "./shapes.js";

const NEAR = 9; // pixels within which a click takes a corner or an edge

export class Measure {
  constructor(stage, model, facts, layer, say) {
    Object.assign(this, { stage, model, facts, layer, say, on: false, first: null, kept: [] });
    this.ray = new Raycaster();
    this.ray.firstHitOnly = true;
    stage.afterDrawing(() => this.place());
  }

  toggle() {
    this.on = !this.on;
    if (!this.on) this.first = null;
    this.say(this.on ? "Click a point, an edge or a round face" : "");
    this.stage.host.classList.toggle("measuring", this.on);
    return this.on;
  }

  clear() {
    this.kept = [];
    this.first = null;
    this.place();
  }

  aim(event) {
    const frame = this.stage.canvas.getBoundingClientRect();
    const at = new Vector2(event.clientX - frame.left, event.clientY - frame.top);
    this.ray.setFromCamera(new Vector2((at.x / frame.width) * 2 - 1, 1 - (at.y / frame.height) * 2), this.stage.camera);
    const hit = this.model.hit(this.ray);
    return hit && { ...hit, at };
  }

  async click(event) {
    const hit = this.aim(event);
    if (!hit) return;
    const mesh = hit.object;
    const edge = this.edgeAt(mesh, hit);
    const corner = this.snap(mesh, hit, edge);
    const normal = hit.face.normal.clone().applyNormalMatrix(new Matrix3().getNormalMatrix(mesh.matrixWorld)).normalize();
    if (this.first) return this.finish(corner.point, normal, mesh);
    if (edge && !corner.exact && !event.shiftKey) return this.keepEdge(edge, mesh);
    const round = corner.exact ? null : await this.roundness(mesh, hit);
    if (round && !event.shiftKey) return this.keep([round.centre, hit.point], `R ${this.length(round.radius)}, Ø ${this.length(round.radius * 2)}`, mesh);
    this.first = { point: corner.point, normal, mesh };
    this.say("Click the second point");
    this.place();
  }

  finish(point, normal, mesh) {
    const { point: from, normal: before, mesh: part } = this.first;
    if (this.model.exploded && part !== mesh) return this.say("Put the parts together first: pulled apart, their distance says nothing");
    const angle = Math.round((before.angleTo(normal) * 1800) / Math.PI) / 10;
    const tilted = angle > 0.05 && angle < 179.95 ? `, faces at ${Math.round((180 - angle) * 10) / 10}°` : "";
    this.first = null;
    this.keep([from, point], `${this.length(from.distanceTo(point))}${tilted}`, mesh);
  }

  keepEdge(path, mesh) {
    const { length, round } = measured(path);
    const words = `Edge ${this.length(length)}`;
    if (round) this.keep([round.centre, path[0]], `${words}, R ${this.length(round.radius)}, Ø ${this.length(round.radius * 2)}`, mesh, path);
    else this.keep([path[0], path.at(-1)], words, mesh, path);
  }

  // `mesh` is the part that was measured, or the one to which; `path` what is drawn, the way between the points else.
  keep(points, words, mesh, path = points) {
    this.kept.push({ points, words, mesh, path });
    this.say(words);
    this.stage.draw();
  }

  length(metres) {
    const value = metres * this.facts.scale;
    const digits = Math.abs(value) >= 100 ? 2 : 3;
    return `${value.toFixed(digits)}${this.facts.unit ? ` ${this.facts.unit}` : ""}`;
  }

  // The corner that is near enough to be meant, else the point itself: an end of the edge there, and of a triangle
  // where no edges are known.
  snap(mesh, hit, edge) {
    const position = mesh.geometry.attributes.position;
    const ofTriangle = () =>
      [hit.face.a, hit.face.b, hit.face.c].map((index) => mesh.localToWorld(new Vector3().fromBufferAttribute(position, index)));
    const ends = edge && !edge[0].equals(edge.at(-1)) ? [edge[0], edge.at(-1)] : [];
    const corners = mesh.userData.edges ? ends : ofTriangle();
    const near = corners.find((point) => this.apart(point, hit.at) <= NEAR);
    return near ? { point: near, exact: true } : { point: hit.point, exact: false };
  }

  apart(point, at) {
    const seen = this.stage.onPage(point);
    return Math.hypot(seen.x - at.x, seen.y - at.y);
  }

  // The whole edge near the click, as points; null when none is near enough to be meant.
  edgeAt(mesh, hit) {
    const lines = mesh.userData.edges?.attributes.position;
    if (!lines) return null;
    let best = -1;
    let least = Infinity;
    const local = mesh.worldToLocal(hit.point.clone());
    const line = new Line3();
    const close = new Vector3();
    const nearest = new Vector3();
    for (let index = 0; index < lines.count; index += 2) {
      line.start.fromBufferAttribute(lines, index);
      line.end.fromBufferAttribute(lines, index + 1);
      const apart = line.closestPointToPoint(local, true, close).distanceToSquared(local);
      if (apart >= least) continue;
      [least, best] = [apart, index];
      nearest.copy(close);
    }
    if (best < 0 || this.apart(mesh.localToWorld(nearest), hit.at) > NEAR) return null;
    return follow(lines, best).map((point) => mesh.localToWorld(point));
  }

  // The circle that fits the face under the click: what the file says of it, else its triangles' own shape.
  async roundness(mesh, hit) {
    const face = await this.model.faceOf(mesh, hit.faceIndex);
    if (!face || face.facts?.type === "plane") return null;
    const points = this.pointsOf(mesh, face);
    const axis = mainAxis(points.normals);
    const fitted = axis && circle(points.places, axis);
    if (!fitted) return null;
    const centre = fitted.centre.addScaledVector(axis, mesh.worldToLocal(hit.point.clone()).sub(fitted.centre).dot(axis));
    return { centre: mesh.localToWorld(centre), radius: fitted.radius };
  }

  pointsOf(mesh, face) {
    const { index, attributes } = mesh.geometry;
    const places = [];
    const normals = [];
    const one = new Triangle();
    for (let triangle = 0; triangle < face.indices.count; triangle++) {
      if (face.indices.getX(triangle) !== face.number) continue;
      one.setFromAttributeAndIndices(attributes.position, ...[0, 1, 2].map((corner) => index.getX(triangle * 3 + corner)));
      places.push(one.a.clone(), one.b.clone(), one.c.clone());
      normals.push(one.getNormal(new Vector3()));
    }
    return { places, normals };
  }

  place() {
    const svg = this.layer;
    svg.replaceChildren();
    const all = this.first ? [...this.kept, { points: [this.first.point], path: [this.first.point], words: "" }] : this.kept;
    for (const { points, path, words } of all) {
      const seen = points.map((point) => this.stage.onPage(point));
      if (seen.some((point) => point.behind)) continue;
      for (const { x, y } of seen) svg.append(draw("circle", { cx: x, cy: y, r: 4 }));
      if (path.length < 2) continue;
      const way = path.map((point) => this.stage.onPage(point));
      svg.append(draw("polyline", { points: way.map(({ x, y }) => `${x},${y}`).join(" ") }));
      const [from, to] = seen;
      const text = draw("text", { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 6 });
      text.textContent = words;
      svg.append(text);
    }
  }
}

const draw = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
  return node;
};
