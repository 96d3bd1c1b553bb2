// What the triangles of a model tell of its shape: the axis of a round face, a circle through points, a whole edge.
import { Vector3 } from "three";

const TURN = 0.6; // radians between two pieces of one edge: where it turns more there is a corner

// The axis of a round face: at right angles to all its normals.
export function mainAxis(normals) {
  const first = normals[0];
  const other = normals.find((normal) => Math.abs(normal.dot(first)) < 0.97);
  if (!other) return null;
  const axis = new Vector3().crossVectors(first, other).normalize();
  return normals.every((normal) => Math.abs(normal.dot(axis)) < 0.05) ? axis : null;
}

// Least squares in the plane across the axis; nothing when the points do not lie on one circle.
export function circle(places, axis, slack = 0.03) {
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
  if (radii.some((one) => Math.abs(one - radius) > radius * slack)) return null;
  return { radius, centre: origin.clone().addScaledVector(east, u).addScaledVector(north, v) };
}

// --- whole edges: `lines` holds the ends of drawn pieces, two by two ---
const known = new WeakMap();
const end = (lines, at) => new Vector3().fromBufferAttribute(lines, at);
const piece = (at) => at >> 1;

// Where pieces meet: {key of a place: [ends that lie there]}.
function joints(lines) {
  if (known.has(lines)) return known.get(lines);
  const grain = Math.max(1e-12, lines.array.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * 1e-6);
  const key = (at) => [lines.getX(at), lines.getY(at), lines.getZ(at)].map((value) => Math.round(value / grain)).join();
  const found = new Map();
  for (let at = 0; at < lines.count; at++) found.set(key(at), [...(found.get(key(at)) ?? []), at]);
  const told = (at) => found.get(key(at));
  known.set(lines, told);
  return told;
}

// The far end of the one piece that goes on from the end `at` without a corner, if there is one.
function onward(lines, at) {
  const others = joints(lines)(at).filter((other) => piece(other) !== piece(at));
  if (others.length !== 1) return null;
  const far = others[0] ^ 1;
  const before = end(lines, at).sub(end(lines, at ^ 1));
  return before.angleTo(end(lines, far).sub(end(lines, others[0]))) < TURN ? far : null;
}

// The points of the whole edge of which the piece that begins at `at` is a part; of a closed one the first comes last too.
export function follow(lines, at) {
  const points = [end(lines, at), end(lines, at + 1)];
  const seen = new Set([piece(at)]);
  for (const ahead of [true, false]) {
    let tip = ahead ? at + 1 : at;
    while ((tip = onward(lines, tip)) !== null && !seen.has(piece(tip))) {
      seen.add(piece(tip));
      if (ahead) points.push(end(lines, tip));
      else points.unshift(end(lines, tip));
    }
  }
  return points;
}

// How long an edge is, with its circle where it is one or a part of one.
export function measured(points) {
  const chords = points.slice(1).map((point, index) => point.distanceTo(points[index]));
  const straight = chords.reduce((sum, chord) => sum + chord, 0);
  const round = points.length > 3 && roundOf(points, straight);
  if (!round) return { length: straight, round: null };
  const arc = chords.reduce((sum, chord) => sum + 2 * Math.asin(Math.min(1, chord / 2 / round.radius)), 0);
  return { length: arc * round.radius, round };
}

function roundOf(points, length) {
  const third = Math.floor(points.length / 3);
  const [from, by, to] = [points[0], points[third], points[2 * third]];
  const axis = new Vector3().crossVectors(by.clone().sub(from), to.clone().sub(from));
  if (axis.length() < length * length * 1e-4) return null; // as good as straight
  axis.normalize();
  const found = circle(points, axis, 0.01);
  const flat = found && points.every((point) => Math.abs(point.clone().sub(from).dot(axis)) < found.radius * 0.01);
  return flat ? found : null;
}
