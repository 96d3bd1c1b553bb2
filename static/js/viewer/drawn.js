// What another tool drew into a model: lines, pictures, parts in colours. All of it goes when its markup is left.
import { Color, DoubleSide, Group, Matrix4, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, Texture, Vector3 } from "three";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { LineSegments2 } from "three/addons/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/addons/lines/LineSegmentsGeometry.js";

const THICK = 2.5; // pixels of a line
const PNG = 0x89; // its first byte; the others are JPEG

export class Drawn {
  // `find(names)` tells the meshes that are meant; `say(words)` tells the person.
  constructor(viewer, find) {
    Object.assign(this, { viewer, stage: viewer.stage, model: viewer.model, find, group: null, turn: 0 });
  }

  show({ lines = [], pictures = [], colors = [], chosen = [] }) {
    this.leave();
    for (const { color, parts } of colors) this.tint(this.find(parts), `#${color.slice(-6)}`, color.length > 6 ? parseInt(color.slice(0, 2), 16) / 255 : 1);
    this.tint(this.find(chosen), this.stage.colour("accent"), 1);
    if (colors.length || chosen.length) this.viewer.parts.paint();
    if (!lines.length && !pictures.length) return;
    this.group = new Group();
    this.stage.scene.add(this.group);
    if (lines.length) this.group.add(this.lines(lines));
    pictures.forEach((picture) => this.picture(picture, this.turn));
    this.stage.draw();
  }

  leave() {
    this.turn += 1;
    const tinted = this.model.meshes.filter((mesh) => mesh.userData.tint);
    for (const mesh of tinted) {
      delete mesh.userData.tint;
      this.model.veil(mesh, mesh.userData.opacity);
    }
    if (tinted.length) this.viewer.parts.paint();
    this.group?.removeFromParent();
    this.group?.traverse((node) => [node.geometry, node.material?.map, node.material].forEach((one) => one?.dispose()));
    this.group = null;
    this.stage.draw();
  }

  tint(meshes, color, opacity) {
    for (const mesh of meshes) {
      mesh.userData.tint = new Color(color);
      this.model.veil(mesh, opacity);
    }
  }

  lines(ends) {
    const geometry = new LineSegmentsGeometry().setPositions(ends.flat(2));
    return new LineSegments2(geometry, new LineMaterial({ color: this.stage.colour("focus"), linewidth: THICK }));
  }

  async picture({ address, location, normal, up, height }, turn) {
    const basis = standing(normal, up, location);
    const image = basis && (await load(address));
    if (turn !== this.turn || this.stage.ended) return image?.close();
    if (!image) return this.viewer.say("A picture of this markup cannot be shown");
    const map = Object.assign(new Texture(image), { colorSpace: SRGBColorSpace, needsUpdate: true });
    const geometry = new PlaneGeometry((height * image.width) / image.height, height);
    const plane = new Mesh(geometry, new MeshBasicMaterial({ map, side: DoubleSide, transparent: true, alphaTest: 0.02 }));
    plane.applyMatrix4(basis);
    this.group.add(plane);
    this.stage.draw();
  }
}

// How a picture stands that faces along its normal with its upper edge up, or null when they say nothing of it.
function standing(normal, up, location) {
  const [front, above] = [new Vector3(...normal).normalize(), new Vector3(...up).normalize()];
  const right = new Vector3().crossVectors(above, front);
  if (right.length() < 1e-6) return null;
  right.normalize();
  return new Matrix4().makeBasis(right, new Vector3().crossVectors(front, right), front).setPosition(...location);
}

async function load(address) {
  try {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (!answer.ok) return null;
    const bytes = await answer.arrayBuffer();
    const type = new Uint8Array(bytes)[0] === PNG ? "image/png" : "image/jpeg";
    return await createImageBitmap(new Blob([bytes], { type }), { imageOrientation: "flipY", premultiplyAlpha: "none" });
  } catch {
    return null; // without a network, or no picture: the rest is shown
  }
}
