// Knows where bytes of texts are shown from: the address itself, or, where
// the browser refuses our cookies and so nothing that a page loads by itself
// is known as its user's, a copy that was asked for through the one door.
// @ts-check
import { held, send } from "./ask.js";

/** So many copies are kept; the oldest are let go. */
const KEPT = 60;
/** @type {Map<string, Promise<string>>} */
const copies = new Map();

/** The address to show something from. @param {string} url @returns {Promise<string>} */
export function source(url) {
  if (!held() || url.startsWith("blob:")) return Promise.resolve(url);
  const known = copies.get(url);
  if (known) return known;
  const copy = fetchCopy(url);
  copies.set(url, copy);
  copy.catch(() => copies.delete(url));
  for (const [old, made] of copies) {
    if (copies.size <= KEPT) break;
    copies.delete(old);
    void made.then((address) => URL.revokeObjectURL(address), () => {});
  }
  return copy;
}

/** @param {string} url */
async function fetchCopy(url) {
  const r = await send(url);
  if (!r.ok) throw new Error((await r.text()).trim());
  return URL.createObjectURL(await r.blob());
}

/** Shows the pictures that wait for their copies. @param {ParentNode} root */
export function hydrate(root) {
  for (const img of root.querySelectorAll("img[data-src]")) {
    if (img instanceof HTMLImageElement && !img.getAttribute("src")) near.observe(img);
  }
}

/** A picture is asked for when it comes near to being seen. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const img = /** @type {HTMLImageElement} */ (target);
      void source(img.dataset.src || "").then((url) => (img.src = url), () => {});
    }
  },
  { rootMargin: "300px" },
);

/** Saves a file whose link alone would not be known as its user's. @param {HTMLAnchorElement} link */
export async function save(link) {
  const a = document.createElement("a");
  a.href = await source(link.href);
  a.download = link.download;
  a.click();
}

// Nobody's copies stay for the next user.
document.addEventListener("oh:session", (e) => {
  if (/** @type {CustomEvent} */ (e).detail?.signedIn) return;
  for (const made of copies.values()) void made.then((address) => URL.revokeObjectURL(address), () => {});
  copies.clear();
});
