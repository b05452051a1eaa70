// The page of the microphone and the loudspeaker: lists them, shows that the
// microphone hears, plays a test sound, and says in plain words why not. It
// lets go of the microphone when the page is left.
// @ts-check
import * as devices from "./devices.js";
import { t } from "./lang.js";
import { allowed, microphone } from "./reasonsaudio.js";
import { play } from "./sounds.js";

const FREE = { on: t("Stop"), off: t("Try the microphone") };
const HEARS = t("Speak: the bar moves while the microphone hears you.");
const SILENT = t("The browser does not let this page sound yet. Press the button once more; if it stays silent, look at the sound of this tab and of your computer.");
const NO_CHOICE = t("This browser does not let a page choose the loudspeaker. Choose it in the settings of your computer.");

const NOT_HERE = t("The page around the phone does not let it choose the loudspeaker. Choose it in the settings of your computer.");

/** One open page. */
class Page {
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {AudioContext | null} */
  #context = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.state = this.#part("state");
    this.input = /** @type {HTMLSelectElement} */ (root.querySelector("[data-audio-in]"));
    this.output = /** @type {HTMLSelectElement} */ (root.querySelector("[data-audio-out]"));
    this.meter = /** @type {HTMLMeterElement} */ (root.querySelector("[data-mic-level]"));
    this.button = /** @type {HTMLElement} */ (root.querySelector("[data-mic-try]"));
    this.button.addEventListener("click", () => void (this.#stream ? this.#stop() : this.#listen()));
    root.querySelector("[data-out-try]")?.addEventListener("click", async () => (this.state.textContent = (await play("marimba", 60)) ? "" : SILENT));
    this.input.addEventListener("change", () => this.#chose("input", this.input));
    this.output.addEventListener("change", () => this.#chose("output", this.output));
    const list = () => (root.isConnected ? void this.#list() : navigator.mediaDevices?.removeEventListener("devicechange", list));
    navigator.mediaDevices?.addEventListener("devicechange", list);
    document.addEventListener("oh:leave", () => this.#stop(), { once: true });
    document.addEventListener("oh:session", () => this.#stop(), { once: true });
    void this.#list();
  }

  /** @param {string} name */
  #part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-audio-${name}]`));
  }

  /** @param {"input" | "output"} way @param {HTMLSelectElement} at */
  #chose(way, at) {
    devices.choose(way, at.value, at.selectedOptions[0]?.textContent ?? "");
    if (way === "input" && this.#stream) void this.#listen();
  }

  async #list() {
    const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.#fill(this.input, all.filter((d) => d.kind === "audioinput"), devices.input());
    const free = "setSinkId" in HTMLMediaElement.prototype && allowed("speaker-selection");
    this.#fill(this.output, free ? all.filter((d) => d.kind === "audiooutput") : [], devices.output());
    if (!free && !this.state.textContent) this.state.textContent = allowed("speaker-selection") ? NO_CHOICE : NOT_HERE;
  }

  /**
   * Browsers name devices once the microphone has been allowed; before, there
   * is nothing to choose.
   * @param {HTMLSelectElement} at @param {MediaDeviceInfo[]} found @param {string} chosen
   */
  #fill(at, found, chosen) {
    const named = found.filter((d) => d.deviceId && d.deviceId !== "default" && d.deviceId !== "communications" && d.label);
    at.replaceChildren(at.options[0], ...named.map((d) => new Option(d.label, d.deviceId, false, d.deviceId === chosen)));
    at.disabled = !named.length;
  }

  async #listen() {
    this.#stop();
    const id = devices.input();
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: id ? { deviceId: { ideal: id } } : true });
    } catch (e) {
      this.state.textContent = await microphone(e);
      return;
    }
    if (!this.root.isConnected) return this.#stop();
    this.state.textContent = HEARS;
    this.#say(FREE.on);
    this.meter.hidden = false;
    void this.#list();
    this.#watch(this.#stream);
  }

  /** @param {MediaStream} stream */
  #watch(stream) {
    const context = (this.#context = new AudioContext());
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    const draw = () => {
      if (this.#context !== context) return;
      if (!this.root.isConnected) return this.#stop();
      analyser.getFloatTimeDomainData(wave);
      const loud = Math.sqrt(wave.reduce((sum, v) => sum + v * v, 0) / wave.length);
      this.meter.value = Math.min(100, Math.round(Math.sqrt(loud) * 160));
      requestAnimationFrame(draw);
    };
    draw();
  }

  #stop() {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    void this.#context?.close();
    this.#stream = this.#context = null;
    this.meter.hidden = true;
    this.meter.value = 0;
    this.#say(FREE.off);
    if (this.state.textContent === HEARS) this.state.textContent = "";
  }

  /** @param {string} words */
  #say(words) {
    const at = this.button.querySelector("[data-text]");
    if (at) at.textContent = words;
  }
}

/** @param {HTMLElement} root */
export const begin = (root) => void new Page(root);
