// One file on its way: its line in the list, its states, and the upload itself.
import { Upload } from "tus-js-client";

const PIECE = 16 * 1024 ** 2; // bytes of one request: where a proxy holds requests back, no more than this is lost
const DELAYS = [0, 1000, 2000]; // milliseconds before another try
const PATIENCE = 15000; // milliseconds before the next round of tries
const one = (selector, root) => root.querySelector(selector);
// The type that is proposed where none names the suffix as its own.
const LIKELY = [["part-3d", "step stp iges igs stl obj 3mf gltf glb brep"], ["drawing", "dxf dwg svg"], ["document", ""]];
const UNITS = ["bytes", "KB", "MB", "GB"];

// Which buttons a state shows.
const SHOWN = {
  ready: ["cancel"], waiting: ["cancel"], sending: ["pause", "cancel"], paused: ["resume", "cancel"],
  broken: ["resume", "cancel"], refused: ["resume", "cancel"], done: [], gone: [],
};

function size(bytes) {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** step).toFixed(step > 1 ? 1 : 0)} ${UNITS[step]}`;
}

export class Row {
  constructor(list, file, name) {
    Object.assign(this, { list, file, name, said: {}, last: false });
    this.line = one("template", list.form).content.firstElementChild.cloneNode(true);
    one("[data-name]", this.line).textContent = name;
    one("[data-size]", this.line).textContent = size(file.size);
    one("progress", this.line).setAttribute("aria-label", `Upload of ${name}`);
    for (const button of this.line.querySelectorAll("button")) {
      button.setAttribute("aria-label", `${button.title} ${name}`);
      button.addEventListener("click", () => this[button.dataset.act]());
    }
    this.fields(name);
    const news = list.form.dataset.items ? "" : list.names.has(name) ? `Next version of ${name}` : "New file";
    this.to("ready", news);
  }

  // A title and a type, where an item is made for the file; the first type that takes its suffix is proposed.
  fields(name) {
    const title = one("[name=title]", this.line);
    if (!title) return;
    const dot = name.lastIndexOf(".");
    const suffix = dot > 0 ? name.slice(dot + 1).toLowerCase() : "";
    title.value = (dot > 0 ? name.slice(0, dot) : name).replace(/[_\s]+/g, " ").trim().slice(0, 120);
    title.setAttribute("aria-label", `Title of the item for ${name}`);
    const kind = one("[name=kind]", this.line);
    kind.setAttribute("aria-label", `Type of the item for ${name}`);
    const options = [...kind.options].filter((option) => !option.dataset.suffixes || option.dataset.suffixes.split(" ").includes(suffix));
    const likely = LIKELY.find(([, suffixes]) => !suffixes || suffixes.split(" ").includes(suffix))[0];
    kind.value = (options.find((option) => option.dataset.suffixes || option.value === likely) ?? options[0] ?? kind.options[0]).value;
  }

  field(name) {
    return one(`[name=${name}]`, this.line).value;
  }

  to(state, words = "") {
    this.state = this.line.dataset.state = state;
    one("[data-state-words]", this.line).textContent = words;
    one("progress", this.line).hidden = ["ready", "refused"].includes(state);
    const buttons = [...this.line.querySelectorAll("button")];
    const held = buttons.includes(document.activeElement);
    buttons.forEach((button) => (button.hidden = !SHOWN[state].includes(button.dataset.act)));
    if (held && document.activeElement.hidden) buttons.find((button) => !button.hidden)?.focus();
    this.line.querySelectorAll("input, select").forEach((field) => (field.disabled = !["ready", "refused"].includes(state)));
  }

  wait(said) {
    this.said = said;
    this.to("waiting", "Waiting");
  }

  async send() {
    this.to("sending", "Starting");
    try {
      this.target ??= await this.list.prepare(this);
    } catch (error) {
      return error instanceof TypeError ? this.broke() : this.stop("refused", error.message); // fetch got no answer
    }
    this.upload ??= await this.made();
    if (this.state === "sending") this.upload.start();
  }

  async made() {
    const upload = new Upload(this.file, {
      endpoint: this.target,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": this.list.token() },
      metadata: { ...this.said, filename: this.name },
      onShouldRetry: (error) => passing(error.originalResponse),
      onProgress: (sent, all) => this.progress(sent, all),
      onSuccess: () => this.done(),
      onError: (error) => this.failed(error.originalResponse),
    });
    const earlier = await upload.findPreviousUploads();
    if (earlier.length) upload.resumeFromPreviousUpload(earlier.at(-1));
    return upload;
  }

  progress(sent, all) {
    if (this.state !== "sending") return;
    one("progress", this.line).value = sent / all;
    const words = sent === all ? "Checking and storing" : `${size(sent)} of ${size(all)}, ${Math.floor((100 * sent) / all)} %`;
    one("[data-state-words]", this.line).textContent = words;
  }

  done() {
    one("progress", this.line).value = 1;
    this.to("done", "Stored");
    this.list.ended(this, `${this.name} is stored.`);
  }

  failed(response) {
    if (passing(response)) this.broke();
    else this.stop("refused", words(response));
  }

  broke() {
    this.stop("broken", "The connection is lost. It goes on by itself once it is back.");
    this.again = setTimeout(() => this.resume(), PATIENCE);
  }

  stop(state, said) {
    this.to(state, said);
    this.list.ended(this, `${this.name}: ${said}`);
  }

  async pause() {
    this.to("paused", `Paused at ${Math.floor(100 * one("progress", this.line).value)} %`);
    await this.upload?.abort();
    this.list.ended(this, `${this.name} is paused.`);
  }

  resume() {
    clearTimeout(this.again);
    if (!["paused", "broken", "refused"].includes(this.state)) return;
    this.to("waiting", "Waiting");
    this.list.pump();
  }

  async cancel() {
    clearTimeout(this.again);
    this.to("gone");
    const next = this.line.nextElementSibling ?? this.line.previousElementSibling;
    (next && one("button:not([hidden])", next) ? one("button:not([hidden])", next) : this.list.start).focus();
    this.line.remove();
    this.list.ended(this, `${this.name} is taken off the list.`);
    await this.upload?.abort(true).catch(() => {}); // what is left on the server ends by itself
  }
}

// Whether trying again may help: no answer, a busy or failing server, or an offset that has moved.
function passing(response) {
  const status = response?.getStatus() ?? 0;
  return status === 0 || status === 423 || (status >= 500 && status !== 507) || (status === 409 && Boolean(response.getHeader("Upload-Offset")));
}

function words(response) {
  const status = response.getStatus();
  if (response.getHeader("Content-Type")?.startsWith("text/plain")) return response.getBody();
  if (status === 404) return "This is not open to you any more, or its time is over.";
  if (status < 400) return "You are signed out. Sign in in another window, then try again.";
  return `The server refused it (${status}). Reload the page and try again.`;
}
