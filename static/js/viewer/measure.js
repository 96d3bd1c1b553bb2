// Measuring: two points give a distance and an angle of faces, a click on an edge its length, one on a round face its radius.
import { Line3, Matrix3, Raycaster, Triangle, Vector2, Vector3 } from "three";

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
    const corner = this.snap(mesh, hit);
    const edge = corner.exact ? null : this.edgeAt(mesh, hit);
    const normal = hit.face.normal.clone().applyNormalMatrix(new Matrix3().getNormalMatrix(mesh.matrixWorld)).normalize();
    if (this.first) return this.finish(corner.point, normal, mesh);
    if (edge && !event.shiftKey) return this.keep([edge.start, edge.end], `Edge ${this.length(edge.distance())}`, mesh);
    const round = corner.exact ? null : await this.roundness(mesh, hit);
    if (round && !event.shiftKey) return this.keep([round.centre, hit.point], `R ${this.length(round.radius)}, Ø ${this.length(round.radius * 2)}`, mesh);
    this.first = { point: corner.point, normal };
    this.say("Click the second point");
    this.place();
  }

  finish(point, normal, mesh) {
    const { point: from, normal: before } = this.first;
    const angle = Math.round((before.angleTo(normal) * 1800) / Math.PI) / 10;
    const tilted = angle > 0.05 && angle < 179.95 ? `, faces at ${Math.round((180 - angle) * 10) / 10}°` : "";
    this.first = null;
    this.keep([from, point], `${this.length(from.distanceTo(point))}${tilted}`, mesh);
  }

  // `mesh` is the part that was measured, or the one to which.
  keep(points, words, mesh) {
    this.kept.push({ points, words, mesh });
    this.say(words);
    this.stage.draw();
  }

  length(metres) {
    const value = metres * this.facts.scale;
    const digits = Math.abs(value) >= 100 ? 2 : 3;
    return `${value.toFixed(digits)}${this.facts.unit ? ` ${this.facts.unit}` : ""}`;
  }

  // The corner of the hit triangle that is near enough to be meant, else the point itself.
  snap(mesh, hit) {
    const position = mesh.geometry.attributes.position;
    const corners = [hit.face.a, hit.face.b, hit.face.c].map((index) =>
      mesh.localToWorld(new Vector3().fromBufferAttribute(position, index)),
    );
    const near = corners.map((point) => [this.apart(point, hit.at), point]).sort((a, b) => a[0] - b[0])[0];
    return near[0] <= NEAR ? { point: near[1], exact: true } : { point: hit.point, exact: false };
  }

  apart(point, at) {
    const seen = this.stage.onPage(point);
    return Math.hypot(seen.x - at.x, seen.y - at.y);
  }

  edgeAt(mesh, hit) {
    const lines = mesh.userData.edges?.attributes.position;
    if (!lines) return null;
    let best = null;
    let least = Infinity;
    const local = mesh.worldToLocal(hit.point.clone());
    const line = new Line3();
    const close = new Vector3();
    for (let index = 0; index < lines.count; index += 2) {
      line.start.fromBufferAttribute(lines, index);
      line.end.fromBufferAttribute(lines, index + 1);
      const apart = line.closestPointToPoint(local, true, close).distanceToSquared(local);
      if (apart < least) [least, best] = [apart, line.clone()];
    }
    if (!best) return null;
    const nearest = best.closestPointToPoint(local, true, new Vector3());
    if (this.apart(mesh.localToWorld(nearest), hit.at) > NEAR) return null;
    return new Line3(mesh.localToWorld(best.start), mesh.localToWorld(best.end));
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
    const all = this.first ? [...this.kept, { points: [this.first.point], words: "" }] : this.kept;
    for (const { points, words } of all) {
      const seen = points.map((point) => this.stage.onPage(point));
      if (seen.some((point) => point.behind)) continue;
      for (const { x, y } of seen) svg.append(draw("circle", { cx: x, cy: y, r: 4 }));
      if (seen.length < 2) continue;
      const [from, to] = seen;
      svg.append(draw("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y }));
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

// The axis of a round face: at right angles to all its normals.
function mainAxis(normals) {
  const first = normals[0];
  const other = normals.find((normal) => Math.abs(normal.dot(first)) < 0.97);
  if (!other) return null;
  const axis = new Vector3().crossVectors(first, other).normalize();
  return normals.every((normal) => Math.abs(normal.dot(axis)) < 0.05) ? axis : null;
}

// Least squares in the plane across the axis; nothing when the points do not lie on one circle.
function circle(places, axis) {
  const east = new Vector3(1, 0, 0).cross(axis).lengthSq() > 0.1 ? new Vector3(1, 0, 0).cross(axis) : new Vector3(0, 1, 0).cross(axis);
  east.normalize();
  const north = new Vector3().crossVectors(axis, east);
  const origin = places[0];
  const flat = places.map((point) => [point.clone().sub(origin).dot(east), point.clone().sub(origin).dot(north)]);
  const sums = { x: 0, y: 0, xx: 0, yy: 0, xy: 0, xz: 0, yz: 0, z: 0 };
  const number = flat.length;
  for (const [x, y] of flat) {
    const z = x * x + y * y;
    sums.x += x; sums.y += y; sums.xx += x * x; sums.yy += y * y; sums.xy += x * y; sums.xz += x * z; sums.yz += y * z; sums.z += z;
  }
  const a = sums.xx - (sums.x * sums.x) / number;
  const b = sums.xy - (sums.x * sums.y) / number;
  const c = sums.yy - (sums.y * sums.y) / number;
  const d = (sums.xz - (sums.x * sums.z) / number) / 2;
  const e = (sums.yz - (sums.y * sums.z) / number) / 2;
  const under = a * c - b * b;
  if (Math.abs(under) < 1e-24) return null;
  const [u, v] = [(d * c - e * b) / under, (a * e - b * d) / under];
  const radii = flat.map(([x, y]) => Math.hypot(x - u, y - v));
  const radius = radii.reduce((sum, one) => sum + one, 0) / number;
  if (radii.some((one) => Math.abs(one - radius) > radius * 0.03)) return null;
  return { radius, centre: origin.clone().addScaledVector(east, u).addScaledVector(north, v) };
}
