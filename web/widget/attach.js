// Owns what is added to a text before it goes: pictures and files chosen,
// pasted or dropped are checked, made small enough, and kept on the server as
// part of the draft, where a reload finds them again. Loaded when somebody
// adds one, or when one is there.
// @ts-check
import { ask } from "./ask.js";
import { t } from "./lang.js";
import { source } from "./media.js";
import { alert, announce } from "./nav.js";
import { newID } from "./outbox.js";
import { sizeWords } from "./sizes.js";

/** What one text carries, as the platform and the server count it. */
export const MOST = 10;
export const ROOM = 1_500_000;
/** A picture up to this size is sent as it is. */
const SMALL = 400_000;
/** Longest side and quality, tried in turn until a picture fits. @type {[number, number][]} */
const TRIES = [[2048, 0.85], [1600, 0.8], [1280, 0.75], [1024, 0.7], [800, 0.6]];

const TYPES = new Set(
  "image/jpeg image/png image/bmp image/gif image/tiff image/svg+xml video/3gpp video/mp4 video/mpeg video/msvideo video/x-msvideo video/avi audio/mpeg audio/mp3 text/vcard text/x-vcard text/directory application/zip application/x-zip-compressed application/gzip application/x-gzip application/rtf text/rtf".split(" "),
);
const ENDS = /\.(jpe?g|png|bmp|gif|tiff?|svg|3gp|mp4|mpe?g|avi|mp3|vcf|vcard|zip|gz|rtf)$/i;

/**
 * @typedef {{id: string, name: string, type: string, size: number, url: string, body?: Blob, ready: Promise<void>, gone?: boolean, refused?: boolean, offered?: boolean}} Added
 * size is 0 until it is known how much of a file is sent; ready is when the server has it
 */

/** Whether texts carry a file as it is. @param {{name: string, type: string}} file */
export const carried = ({ name, type }) => TYPES.has(type) || ((!type || type === "application/octet-stream") && ENDS.test(name));

/** The name of a picture that was made a JPEG. @param {string} name */
export const jpegName = (name) => `${name.replace(/\.[^.]*$/, "") || "picture"}.jpg`;

/** Why a file can never go with a text; "" where it may, perhaps smaller. @param {File} file */
export function unfit(file) {
  const { name, type } = file;
  const picture = /^image\/(?!svg)/.test(type);
  if (!file.size) return t("“{0}” is empty.", name);
  if (type === "application/pdf" || /\.pdf$/i.test(name)) return t("“{0}” is a PDF, which phone services do not carry in texts. Send a picture of it, or a link to it.", name);
  if (!picture && !carried(file)) return t("“{0}” cannot go with a text. Pictures, videos, MP3, contact cards, ZIP and RTF can.", name);
  return picture || file.size <= ROOM ? "" : tooLarge(file);
}

/** @param {File} file */
const tooLarge = ({ name, size }) => t("“{0}” has {1}. A text carries 1.5 MB of pictures and files in all.", name, sizeWords(size));

/**
 * What is sent in place of a file: itself, or a smaller picture. Throws a
 * sentence where nothing that fits can be made of it.
 * @param {File} file @param {number} room
 * @returns {Promise<{body: Blob, name: string, type: string}>}
 */
export async function fit(file, room) {
  const { name, type } = file;
  const why = unfit(file);
  if (why) throw new Error(why);
  const picture = /^image\/(?!svg)/.test(type);
  const asItIs = carried(file) && file.size <= room;
  if (asItIs && (!picture || type === "image/gif" || file.size <= SMALL)) return { body: file, name, type };
  const smaller = picture && (await shrink(file, room));
  if (smaller && !(asItIs && smaller.size >= file.size)) return { body: smaller, name: jpegName(name), type: smaller.type };
  if (asItIs) return { body: file, name, type };
  if (!carried(file)) throw new Error(t("“{0}” cannot go with a text, and your browser cannot make it a picture that can.", name));
  throw new Error(tooLarge(file));
}

/** @param {File} file @param {number} room @returns {Promise<Blob | null>} */
async function shrink(file, room) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap) return null;
  for (const [side, quality] of TRIES) {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    paint.fillStyle = "#fff"; // a JPEG has no transparency, and black is no paper
    paint.fillRect(0, 0, canvas.width, canvas.height);
    paint.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob && blob.size <= room) return blob;
  }
  return null;
}

/** What a file is shown as. @param {string} type */
export const kind = (type) =>
  /^image\/(jpeg|png|gif|bmp|webp)$/.test(type) ? "picture" : /vcard|directory/.test(type) ? "card" : /^(video|audio)\//.test(type) ? "play" : "file";

export class Tray {
  /** What goes together, with the next text. @type {Set<Added>} */
  #items = new Set();
  /** Files are made small and kept one after the other: in this order they are sent. @type {Promise<unknown>} */
  #queue = Promise.resolve();
  #closed = false;

  /**
   * @param {HTMLFormElement} form @param {{place: string, held(id: string): boolean, changed(): void}} with_ place is the conversation, or "" for the page for a new text; held says of a file that it has been given away
   */
  constructor(form, with_) {
    this.with = with_;
    this.list = /** @type {HTMLElement} */ (form.querySelector("#tray"));
    this.template = /** @type {HTMLTemplateElement} */ (form.querySelector("#tray-template"));
    this.icons = /** @type {HTMLTemplateElement} */ (form.querySelector("#tray-icons"));
    this.field = /** @type {HTMLElement} */ (form.querySelector("textarea"));
    for (const li of [...this.list.querySelectorAll("[data-file]")]) {
      const known = JSON.parse(/** @type {HTMLElement} */ (li).dataset.file || "{}");
      li.remove();
      // What a text has that waits stands in its bubble already.
      if (!with_.held(known.id)) this.#show({ ...known, ready: Promise.resolve() });
    }
    this.#changed();
  }

  get count() {
    return this.#items.size;
  }

  /**
   * Adds files, which go with the next text from now on; what cannot go is
   * said.
   * @param {Iterable<File>} files @param {boolean} [offered] @returns {Promise<unknown>} when all are kept
   */
  add(files, offered = false) {
    for (const file of files) this.#add(file, offered);
    return this.#queue;
  }

  /**
   * Adds what the page around us offers, once. What texts do not carry is
   * left out, and told to the page's developer.
   * @param {{name: string, content: string}[]} list
   */
  offer(list) {
    const { files, refused } = decode(list);
    for (const name of refused) console.warn(`The phone left out the attachment ${name}: it takes data addresses in base64 of the types that docs/host-api.md lists.`);
    return this.add(files, true);
  }

  /** @param {File} file @param {boolean} offered */
  #add(file, offered) {
    const there = [...this.#items].some((i) => i.name === file.name || i.name === jpegName(file.name));
    if (this.#closed || (offered && there)) return;
    const why = unfit(file);
    if (why) return alert(why);
    if (this.count >= MOST) return alert(t("A text carries at most {0} pictures and files.", MOST));
    /** @type {Added} */
    const item = { id: newID(), name: file.name, type: file.type, size: 0, url: URL.createObjectURL(file), ready: Promise.resolve(), offered };
    const together = this.#items;
    const li = this.#show(item);
    /** @type {HTMLElement} */ (li.querySelector("progress")).hidden = false;
    item.ready = this.#queue.then(async () => {
      if (item.gone) return;
      await this.#fit(item, file, together);
      this.#describe(item, li);
      await this.#keep(item, li);
    });
    this.#queue = item.ready.catch((e) => {
      item.refused = true;
      if (!item.gone && this.#items.has(item)) alert(e.message);
      this.#drop(item);
    });
    announce(t("{0} added", item.name));
    this.#changed();
  }

  /** Makes a file small enough for what goes with it. @param {Added} item @param {File} file @param {Set<Added>} together */
  async #fit(item, file, together) {
    let room = ROOM;
    for (const other of together) if (other !== item && !other.gone && !other.refused) room -= other.size;
    const { body, name, type } = await fit(file, room);
    Object.assign(item, { body, name, type, size: body.size });
  }

  /**
   * Gives a file to the server, again until it has it. Throws its sentence
   * when it will not take it.
   * @param {Added} item @param {HTMLElement} li
   */
  async #keep(item, li) {
    const bar = /** @type {HTMLProgressElement} */ (li.querySelector("progress"));
    bar.hidden = false;
    const body = new FormData();
    body.append("id", item.id);
    body.append("conversation", this.with.place);
    body.append("file", new File([/** @type {Blob} */ (item.body)], item.name, { type: item.type }));
    for (let failures = 0; ; failures++) {
      const r = await ask("/panel/files", { method: "POST", body }).catch(() => null);
      if (r?.ok) break;
      if (r && r.status < 500 && r.status !== 429) throw new Error((await r.text()).trim());
      if (item.gone) throw new Error("removed");
      await another(failures);
    }
    bar.hidden = true;
    if (item.gone) void this.#forget(item);
  }

  /** @param {Added} item */
  #forget(item) {
    return ask(`/panel/files/${encodeURIComponent(item.id)}/delete`, { method: "POST" }).catch(() => {});
  }

  /** @param {Added} item @returns {HTMLElement} */
  #show(item) {
    this.#items.add(item);
    const li = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (this.template.content.firstElementChild).cloneNode(true));
    li.id = `f-${item.id}`;
    this.#describe(item, li);
    const shown = /** @type {HTMLElement} */ (li.querySelector(".tray__pic"));
    shown.append(face(item, this.icons));
    li.querySelector("[data-remove]")?.addEventListener("click", () => this.#remove(item));
    this.list.append(li);
    return li;
  }

  /** @param {Added} item @param {HTMLElement} li */
  #describe(item, li) {
    /** @type {HTMLElement} */ (li.querySelector("[data-text]")).textContent = item.name;
    /** @type {HTMLElement} */ (li.querySelector("[data-sub]")).textContent = item.size ? sizeWords(item.size) : "";
    li.querySelector("[data-remove]")?.setAttribute("aria-label", t("Remove {0}", item.name));
  }

  /** @param {Added} item */
  #remove(item) {
    const next = document.getElementById(`f-${item.id}`)?.nextElementSibling ?? this.list.firstElementChild;
    item.gone = true;
    void this.#forget(item);
    this.#drop(item);
    announce(t("{0} removed", item.name));
    const at = next?.isConnected ? next.querySelector("[data-remove]") : null;
    (at instanceof HTMLElement ? at : this.field).focus();
  }

  /** @param {Added} item */
  #drop(item) {
    if (this.#items.delete(item) && item.url.startsWith("blob:")) URL.revokeObjectURL(item.url);
    document.getElementById(`f-${item.id}`)?.remove();
    this.#changed();
  }

  #changed() {
    this.with.changed();
  }

  /** What goes with the text that is sent now. @returns {Added[]} */
  get items() {
    return [...this.#items];
  }

  /** Empties the tray: what was in it has gone with a text. */
  clear() {
    this.#items = new Set();
    this.list.replaceChildren();
    this.#changed();
  }

  /** What the page offered and nobody sent is no draft. */
  close() {
    this.#closed = true;
    for (const item of this.#items) {
      if (!item.offered) continue;
      item.gone = true;
      void this.#forget(item);
    }
  }
}

/** The small picture of a file. @param {Added} item @param {HTMLTemplateElement} icons */
function face(item, icons) {
  const as = kind(item.type);
  if (as !== "picture") {
    const icon = /** @type {HTMLElement} */ (icons.content.querySelector(`[data-icon=${as}]`));
    return icon.cloneNode(true);
  }
  const img = document.createElement("img");
  img.alt = "";
  img.className = "tray__img";
  void source(item.url).then((url) => (img.src = url), () => {});
  return img;
}

/**
 * The files of a text that the server has not taken yet, as they will look.
 * @param {Added[]} items @returns {HTMLElement}
 */
export function shown(items) {
  const box = document.createElement("div");
  box.className = "files";
  box.classList.toggle("files--one", items.length === 1);
  for (const item of items) {
    const at = document.createElement("span");
    if (kind(item.type) === "picture") {
      at.className = "pic pic--unknown";
      const img = document.createElement("img");
      img.className = "pic__img";
      img.alt = t("Picture {0}", item.name);
      void source(item.url).then((url) => (img.src = url), () => {});
      at.append(img);
    } else {
      at.className = "file";
      const name = document.createElement("bdi");
      name.className = "file__name";
      name.textContent = item.name;
      at.append(name);
    }
    box.append(at);
  }
  return box;
}

/** When to offer a file again: at once when the connection is back, else in a while. @param {number} failures */
function another(failures) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("oh:online", done);
      resolve(undefined);
    };
    const timer = setTimeout(done, Math.min(10_000, 500 * 2 ** failures));
    window.addEventListener("online", done);
    document.addEventListener("oh:online", done);
  });
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer> | null} */
function unpack(base64) {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return null; // not what it says
  }
}

/**
 * Files that a page offers, as data addresses, and the names of those that
 * are none or that texts do not carry.
 * @param {{name: string, content: string}[]} offered @returns {{files: File[], refused: string[]}}
 */
export function decode(offered) {
  /** @type {File[]} */
  const files = [];
  /** @type {string[]} */
  const refused = [];
  for (const { name, content } of offered) {
    const found = /^data:([\w.+/-]+)(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/\s]*={0,2})$/.exec(content);
    const type = found?.[1].toLowerCase() ?? "";
    const bytes = found && TYPES.has(type) ? unpack(found[2]) : null;
    if (bytes) files.push(new File([bytes], name, { type }));
    else refused.push(name);
  }
  return { files, refused };
}
