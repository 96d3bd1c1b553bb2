// The model: loads the GLB, gives it plain materials in the file's colours, and knows its parts.
import { Box3, EdgesGeometry, LineBasicMaterial, LineSegments, Mesh, MeshLambertMaterial, DoubleSide, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { acceleratedRaycast, computeBoundsTree } from "three-mesh-bvh";

const EDGES_UP_TO = 600_000; // triangles; beyond, drawing the edges costs more than they tell
Mesh.prototype.raycast = acceleratedRaycast;

export async function load(address, stage) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const { scene, parser } = await new GLTFLoader().parseAsync(await answer.arrayBuffer(), "");
  return new Model(scene, parser, stage);
}

export class Model {
  constructor(root, parser, stage) {
    this.root = root;
    this.parser = parser;
    this.stage = stage;
    this.meshes = [];
    this.triangles = 0;
    this.clipping = [];
    this.plain = stage.colour("view-part");
    root.traverse((node) => node.isMesh && this.take(node));
  }

  take(mesh) {
    const old = mesh.material;
    const plain = old.color && !old.map && old.color.r > 0.99 && old.color.g > 0.99 && old.color.b > 0.99;
    mesh.material = new MeshLambertMaterial({
      color: plain && !mesh.geometry.attributes.color ? this.plain : old.color,
      vertexColors: Boolean(mesh.geometry.attributes.color),
      map: old.map ?? null,
      transparent: old.opacity < 1,
      opacity: old.opacity,
      side: DoubleSide,
      clippingPlanes: [],
      polygonOffset: true,
      polygonOffsetFactor: 1,
      polygonOffsetUnits: 1,
    });
    if (!mesh.geometry.attributes.normal) mesh.geometry.computeVertexNormals();
    mesh.userData.own = mesh.material.color.clone();
    mesh.userData.opacity = mesh.material.opacity;
    mesh.userData.map = mesh.material.map;
    this.triangles += (mesh.geometry.index ?? mesh.geometry.attributes.position).count / 3;
    this.meshes.push(mesh);
  }

  // Edges come after the first picture, a mesh at a time, so that the page never stands still.
  async drawEdges() {
    if (this.triangles > EDGES_UP_TO) return;
    const known = new Map();
    const material = new LineBasicMaterial({ color: this.stage.colour("view-edge"), clippingPlanes: [] });
    this.edgeMaterial = material;
    for (const mesh of this.meshes) {
      let edges = known.get(mesh.geometry);
      if (!edges) known.set(mesh.geometry, (edges = new EdgesGeometry(mesh.geometry, 28)));
      const lines = new LineSegments(edges, material);
      lines.raycast = () => {};
      mesh.add(lines);
      mesh.userData.edges = edges;
      await new Promise((next) => setTimeout(next));
    }
    this.clip(this.clipping);
    this.stage.draw();
  }

  clip(planes) {
    this.clipping = planes;
    for (const mesh of this.meshes) mesh.material.clippingPlanes = planes;
    if (this.edgeMaterial) this.edgeMaterial.clippingPlanes = planes;
    this.stage.draw();
  }

  // What a ray hits first among what can be seen: {mesh, point, face, faceIndex} or undefined.
  hit(raycaster) {
    const seen = this.meshes.filter((mesh) => visible(mesh));
    for (const mesh of seen) if (!mesh.geometry.boundsTree) computeBoundsTree.call(mesh.geometry);
    return raycaster
      .intersectObjects(seen, false)
      .find((found) => this.clipping.every((plane) => plane.distanceToPoint(found.point) >= 0));
  }

  explode(amount) {
    this.exploded = amount;
    const middle = this.stage.box.getCenter(new Vector3());
    for (const mesh of this.meshes) {
      const home = (mesh.userData.home ??= mesh.position.clone());
      const away = (mesh.userData.away ??= this.outward(mesh, middle));
      mesh.position.copy(home).addScaledVector(away, amount);
    }
    this.root.updateMatrixWorld(true);
    this.stage.draw();
  }

  // How far a part stands from its place, as long as the parts stand apart.
  shift(mesh) {
    if (!this.exploded || !mesh?.userData.away) return new Vector3();
    const { away, home } = mesh.userData;
    const [there, at] = [home.clone().addScaledVector(away, this.exploded), home.clone()].map((point) => mesh.parent.localToWorld(point));
    return there.sub(at);
  }

  outward(mesh, middle) {
    const centre = new Box3().setFromObject(mesh).getCenter(new Vector3()).sub(middle);
    const parent = mesh.parent.matrixWorld.clone().invert();
    return centre.transformDirection(parent).multiplyScalar(centre.length() ? this.reach(mesh, middle) : 0);
  }

  reach(mesh, middle) {
    const scale = new Vector3().setFromMatrixScale(mesh.parent.matrixWorld).x || 1;
    return (new Box3().setFromObject(mesh).getCenter(new Vector3()).distanceTo(middle) * 1.4) / scale;
  }

  // Give a part its own looks, or one colour all over.
  paint(mesh, color) {
    const { material, userData, geometry } = mesh;
    const [vertexColors, map] = [!color && Boolean(geometry.attributes.color), color ? null : userData.map];
    material.needsUpdate ||= material.vertexColors !== vertexColors || material.map !== map;
    Object.assign(material, { vertexColors, map });
    material.color.copy(color ?? userData.own);
  }

  // Let light through a part as far as its opacity says.
  veil({ material }, opacity) {
    Object.assign(material, { opacity, transparent: opacity < 1, depthWrite: opacity === 1, needsUpdate: true });
  }

  // Which face of the boundary representation a triangle belongs to, where the file tells.
  async faceOf(mesh, triangle) {
    const told = mesh.geometry.userData.gltfExtensions?.TM_brep_faces;
    if (!told) return null;
    const indices = await this.parser.getDependency("accessor", told.faceIndices);
    return { number: indices.getX(triangle), indices, facts: told.faces[indices.getX(triangle)] };
  }
}

export const visible = (node) => {
  for (let one = node; one; one = one.parent) if (!one.visible) return false;
  return true;
};
