// Plays what was recorded of a call or left as voicemail: with a slider, jumps
// of five seconds and speeds, by pointer and by keys. A panel has one player.
// @ts-check
import { ask, frameURL, held } from "./ask.js";
import { direct, release } from "./devices.js";
import { language, t } from "./lang.js";

/** Speeds of a player, in turn. */
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];

/** @param {number} seconds as players write it */
export function minutes(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const rest = String(s % 60).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${rest}` : `${Math.floor(s / 3600)}:${String(Math.floor(s / 60) % 60).padStart(2, "0")}:${rest}`;
}

/** Plays one sound. */
class Player {
  #audio = new Audio();
  #closing = new AbortController();
  #loaded = false;
  #blob = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    root.dataset.ready = "";
    this.button = /** @type {HTMLButtonElement} */ (root.querySelector("[data-play]"));
    this.slider = /** @type {HTMLInputElement} */ (root.querySelector("[data-at]"));
    this.speed = /** @type {HTMLElement} */ (root.querySelector("[data-speed]"));
    const { signal } = this.#closing;
    this.button.addEventListener("click", () => void this.#toggle(), { signal });
    this.slider.addEventListener("input", () => this.#seek(), { signal });
    this.slider.addEventListener("keydown", (e) => this.#step(e), { signal });
    this.speed.addEventListener("click", () => this.#faster(), { signal });
    for (const jump of root.querySelectorAll("[data-jump]")) jump.addEventListener("click", () => this.#jump(Number(/** @type {HTMLElement} */ (jump).dataset.jump)), { signal });
    for (const type of ["timeupdate", "play", "pause", "ended", "loadedmetadata", "durationchange"]) this.#audio.addEventListener(type, () => this.#draw(), { signal });
    this.#audio.addEventListener("error", () => void this.#fail(), { signal });
    this.#audio.preload = "none";
    direct(this.#audio);
  }

  close() {
    this.#closing.abort();
    this.#audio.pause();
    release(this.#audio);
    this.#audio.removeAttribute("src");
    this.#audio.load(); // lets go of the connection
    if (this.#blob) URL.revokeObjectURL(this.#blob);
  }

  async #toggle() {
    if (!this.#audio.paused) return this.#audio.pause();
    this.#say("");
    this.root.setAttribute("aria-busy", "true");
    try {
      await this.#load();
      await this.#audio.play();
    } catch (e) {
      if (!this.#closing.signal.aborted && !this.#audio.error) this.#say(/** @type {Error} */ (e).message);
    }
    this.root.removeAttribute("aria-busy");
  }

  /** The element cannot show a handle: where one stands for the cookie, the whole is fetched. */
  async #load() {
    if (this.#loaded) return;
    const address = this.root.dataset.player ?? "";
    if (held()) {
      const answer = await ask(address.slice(frameURL("").length), { signal: this.#closing.signal });
      if (!answer.ok) throw new Error((await answer.text()).trim());
      this.#blob = URL.createObjectURL(await answer.blob());
    }
    this.#audio.src = this.#blob || address;
    this.#loaded = true;
    if (Number(this.slider.value) > 0) this.#audio.currentTime = Number(this.slider.value);
  }

  /** The slider's own steps are finer than anybody hears. @param {KeyboardEvent} e */
  #step(e) {
    const by = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 15, PageDown: -15 }[e.key];
    if (!by) return;
    e.preventDefault();
    this.#jump(by);
  }

  /** @param {number} by seconds */
  #jump(by) {
    this.slider.value = String(Number(this.slider.value) + by);
    this.#seek();
  }

  /** Plays from where it is; what is played already goes on. */
  play() {
    return this.#audio.paused ? this.#toggle() : Promise.resolve();
  }

  #seek() {
    if (this.#loaded) this.#audio.currentTime = Number(this.slider.value);
    this.#tell(Number(this.slider.value));
  }

  #faster() {
    const next = SPEEDS[(SPEEDS.indexOf(this.#audio.playbackRate) + 1) % SPEEDS.length];
    this.#audio.playbackRate = this.#audio.defaultPlaybackRate = next;
    /** @type {HTMLElement} */ (this.speed.querySelector("[data-rate]")).textContent = `${next.toLocaleString(language)}×`;
  }

  #draw() {
    const { duration, currentTime, paused } = this.#audio;
    if (!paused && !this.root.hasAttribute("data-playing")) this.root.dispatchEvent(new CustomEvent("oh:played", { bubbles: true }));
    this.root.toggleAttribute("data-playing", !paused);
    this.button.setAttribute("aria-label", paused ? t("Play") : t("Pause"));
    if (Number.isFinite(duration) && duration > 0) {
      this.slider.max = String(duration);
      this.root.dataset.length = String(duration);
    }
    this.slider.value = String(currentTime);
    this.#tell(currentTime);
  }

  /** @param {number} seconds */
  #tell(seconds) {
    const length = Number(this.root.dataset.length);
    /** @type {HTMLElement} */ (this.root.querySelector("[data-now]")).textContent = minutes(seconds);
    // Before anything is heard its length says more than what is left of it.
    /** @type {HTMLElement} */ (this.root.querySelector("[data-total]")).textContent = seconds > 0 ? `-${minutes(Math.ceil(length - seconds))}` : minutes(Math.round(length));
    this.slider.setAttribute("aria-valuetext", t("{0} of {1}", minutes(seconds), minutes(Math.round(length))));
  }

  /** The element does not say why; the server does. */
  async #fail() {
    if (!this.#loaded) return;
    this.#loaded = false;
    this.root.removeAttribute("aria-busy");
    const address = (this.root.dataset.player ?? "").slice(frameURL("").length);
    const answer = await ask(address, { headers: { Range: "bytes=0-0" }, signal: this.#closing.signal }).catch(() => null);
    if (this.#closing.signal.aborted) return;
    this.#say(answer && !answer.ok ? (await answer.text()).trim() : t("This cannot be played in this browser."));
  }

  /** @param {string} sentence */
  #say(sentence) {
    const at = /** @type {HTMLElement} */ (this.root.querySelector("[data-failed]"));
    at.textContent = sentence;
    at.hidden = !sentence;
  }
}

/** @type {Player | null} */
let open = null;

/** The player of the panel that is shown, if it has one. */
export const current = () => open;

function close() {
  open?.close();
  open = null;
}

function look() {
  const root = document.querySelector("#panel [data-player]");
  if (open && open.root === root) return;
  close();
  if (root instanceof HTMLElement) open = new Player(root);
}

document.addEventListener("oh:panel", look);
document.addEventListener("oh:leave", close);
document.addEventListener("oh:session", close);
look();
