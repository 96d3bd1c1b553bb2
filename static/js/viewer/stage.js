// The stage: renderer, two cameras, light, colours of the theme. Draws only when something has changed.
import {
  Box3,
  Color,
  DirectionalLight,
  HemisphereLight,
  OrthographicCamera,
  PerspectiveCamera,
  Plane,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

const VIEWS = {
  1: ["Front", [0, -1, 0]],
  2: ["Back", [0, 1, 0]],
  3: ["Left", [-1, 0, 0]],
  4: ["Right", [1, 0, 0]],
  5: ["Top", [0, 0, 1]],
  6: ["Bottom", [0, 0, -1]],
  7: ["Isometric", [1, -1.15, 0.85]],
};
const TURN = 0.12; // radians a key press turns the view

export class Stage {
  constructor(host, up) {
    this.host = host;
    this.up = up === "y" ? new Vector3(0, 1, 0) : new Vector3(0, 0, 1);
    this.scene = new Scene();
    this.renderer = new WebGLRenderer({ antialias: true, alpha: true, powerPreference: "high-performance" });
    this.renderer.localClippingEnabled = true;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    host.append(this.renderer.domElement);
    this.canvas = this.renderer.domElement;
    this.plane = new Plane(new Vector3(0, 0, -1), 0);
    this.perspective = new PerspectiveCamera(35, 1, 0.01, 1000);
    this.parallel = new OrthographicCamera(-1, 1, 1, -1, 0.01, 1000);
    for (const camera of [this.perspective, this.parallel]) {
      camera.up.copy(this.up);
      const light = new DirectionalLight(0xffffff, 1.7);
      light.position.set(-0.4, 0.7, 1);
      camera.add(light, light.target);
      light.target.position.set(0, 0, -1);
      this.scene.add(camera);
    }
    this.scene.add(new HemisphereLight(0xffffff, 0x8894a0, 1.5));
    this.listeners = [];
    this.use(this.parallel);
    new ResizeObserver(() => this.resize()).observe(host);
    this.resize();
  }

  use(camera) {
    const before = this.controls;
    const target = before ? before.target.clone() : new Vector3();
    if (this.camera) this.copyView(this.camera, camera, target);
    before?.dispose();
    this.camera = camera;
    this.controls = new OrbitControls(camera, this.canvas);
    this.controls.target.copy(target);
    this.controls.zoomToCursor = true;
    this.controls.addEventListener("change", () => this.draw());
    this.controls.update();
    this.resize();
  }

  copyView(from, to, target) {
    const away = from.position.clone().sub(target);
    const height = Math.tan((this.perspective.fov * Math.PI) / 360);
    if (to === this.parallel) {
      this.extent = away.length() * height;
      to.zoom = 1;
    } else away.setLength(this.extent / this.parallel.zoom / height);
    to.position.copy(target).add(away);
    to.quaternion.copy(from.quaternion);
    this.frame();
  }

  togglePerspective() {
    this.use(this.camera === this.parallel ? this.perspective : this.parallel);
    return this.camera === this.perspective;
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.perspective.aspect = width / height;
    this.perspective.updateProjectionMatrix();
    this.frame();
    this.draw();
  }

  frame() {
    const aspect = this.host.clientWidth / Math.max(this.host.clientHeight, 1);
    const half = this.extent ?? 1;
    Object.assign(this.parallel, { left: -half * aspect, right: half * aspect, top: half, bottom: -half });
    this.parallel.updateProjectionMatrix();
  }

  show(object) {
    this.object = object;
    this.scene.add(object);
    object.updateMatrixWorld(true);
    this.box = new Box3().setFromObject(object);
    this.radius = Math.max(this.box.getSize(new Vector3()).length() / 2, 1e-6);
    for (const camera of [this.perspective, this.parallel]) {
      camera.near = this.radius / 200;
      camera.far = this.radius * 60;
    }
    this.look(7);
  }

  look(number) {
    const [x, y, z] = VIEWS[number][1];
    const away = this.up.y ? new Vector3(x, z, -y) : new Vector3(x, y, z);
    this.place(this.box.getCenter(new Vector3()), away, this.radius);
    return VIEWS[number][0];
  }

  fit(box = this.box) {
    const away = this.camera.position.clone().sub(this.controls.target);
    const radius = box.getSize(new Vector3()).length() / 2 || this.radius;
    this.place(box.getCenter(new Vector3()), away, radius);
  }

  place(target, away, radius) {
    const aspect = Math.min((this.host.clientWidth || 1) / (this.host.clientHeight || 1), 1); // one that is hidden has no size
    this.extent = (radius * 1.02) / aspect;
    const far = this.extent / Math.tan((this.perspective.fov * Math.PI) / 360);
    away.normalize();
    const front = this.up.y ? new Vector3(0, 0, 1) : new Vector3(0, -1, 0);
    if (Math.abs(away.dot(this.up)) > 0.999) away.addScaledVector(front, 0.0012); // from above, the front is below
    this.camera.position.copy(target).addScaledVector(away, Math.max(far, radius * 3));
    this.camera.zoom = 1;
    this.controls.target.copy(target);
    this.frame();
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.draw();
  }

  turn(across, along) {
    const away = this.camera.position.clone().sub(this.controls.target);
    const side = new Vector3().crossVectors(this.up, away).normalize();
    away.applyAxisAngle(this.up, across * TURN);
    const tilted = away.clone().applyAxisAngle(side, along * TURN);
    if (tilted.angleTo(this.up) > 0.02 && tilted.angleTo(this.up) < Math.PI - 0.02) away.copy(tilted);
    this.camera.position.copy(this.controls.target).add(away);
    this.controls.update();
    this.draw();
  }

  pan(across, along) {
    const step = (this.extent / this.camera.zoom) * 0.1;
    const move = new Vector3(across * step, along * step, 0).applyQuaternion(this.camera.quaternion);
    this.camera.position.add(move);
    this.controls.target.add(move);
    this.controls.update();
    this.draw();
  }

  zoom(factor) {
    if (this.camera === this.parallel) this.camera.zoom *= factor;
    else this.camera.position.lerp(this.controls.target, 1 - 1 / factor);
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.draw();
  }

  draw() {
    if (this.asked || this.ended) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.renderer.render(this.scene, this.camera);
      this.listeners.forEach((tell) => tell());
    });
  }

  afterDrawing(tell) {
    this.listeners.push(tell);
  }

  // Where a point of the model stands on the page, in pixels of the host.
  onPage(point) {
    const at = point.clone().project(this.camera);
    return { x: ((at.x + 1) / 2) * this.host.clientWidth, y: ((1 - at.y) / 2) * this.host.clientHeight, behind: at.z > 1 };
  }

  picture() {
    this.renderer.render(this.scene, this.camera);
    return new Promise((done) => this.canvas.toBlob(done, "image/png"));
  }

  // What is seen, as a small picture on the colour behind it.
  small(width) {
    this.renderer.render(this.scene, this.camera);
    const sheet = document.createElement("canvas");
    sheet.width = Math.min(width, this.canvas.width);
    sheet.height = Math.max(1, Math.round((sheet.width * this.canvas.height) / this.canvas.width));
    const pen = sheet.getContext("2d");
    pen.fillStyle = `#${this.colour("view-b").getHexString()}`;
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.drawImage(this.canvas, 0, 0, sheet.width, sheet.height);
    return new Promise((done) => sheet.toBlob(done, "image/png"));
  }

  // Stand where a markup was made and look as it did, by its lens.
  stand({ position, direction, up, fov, scale }) {
    if (Boolean(fov) !== (this.camera === this.perspective)) this.togglePerspective();
    const from = new Vector3(...position);
    const along = new Vector3(...direction).normalize();
    const far = Math.max(this.box.getCenter(new Vector3()).sub(from).dot(along), this.radius / 10);
    this.camera.position.copy(from);
    this.controls.target.copy(from).addScaledVector(along, far);
    if (Math.abs(along.dot(this.up)) > 1 - 5e-7) this.camera.position.addScaledVector(new Vector3(...up).projectOnPlane(this.up).normalize(), -0.0012 * far); // from above, only this tells what is up
    if (fov) this.camera.fov = fov;
    else {
      this.frame();
      this.camera.zoom = (this.camera.top - this.camera.bottom) / scale;
    }
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.draw();
  }

  colour(name) {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    this.host.append(probe);
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return new Color(`rgb(${red}, ${green}, ${blue})`);
  }

  end() {
    if (this.ended) return;
    this.ended = true;
    cancelAnimationFrame(this.asked);
    this.controls.dispose();
    this.scene.traverse((node) => node.geometry?.dispose());
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.canvas.remove();
  }
}
