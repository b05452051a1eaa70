// The page of the ringtone: lets each be heard, and offers the one that the page
// around the phone has brought. What is chosen there is the server's
// (settings.js).
// @ts-check
import { t } from "./lang.js";
import { chosen, loudness, pages, ring } from "./ringtones.js";

const SILENT = t("The browser does not let this page sound yet. Press Play it once more; if it stays silent, look at the sound of this tab and of your computer.");

/** What stands in the list of the settings; nothing where the server knows it. */
export const line = () => (chosen() ? "" : pages());

/** @param {HTMLElement} root */
export function begin(root) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-ringtone-${name}]`));
  const range = /** @type {HTMLInputElement} */ (root.querySelector("[data-pref=ringVolume]"));
  const error = /** @type {HTMLElement} */ (root.querySelector("[data-settings-error]"));
  /** @type {AbortController | null} */
  let playing = null;
  const hush = () => playing?.abort();
  const hear = async () => {
    hush();
    const { signal } = (playing = new AbortController());
    const name = /** @type {HTMLInputElement | null} */ (root.querySelector("[name=ringtone]:checked"))?.value ?? chosen();
    const percent = Number(range.value);
    const heard = name === "none" || percent === 0 || (await ring(name, percent, signal)) || signal.aborted;
    error.textContent = heard ? "" : SILENT;
    error.hidden = heard;
  };
  part("try").addEventListener("click", () => void hear());
  /** What was pressed here, until the server knows. */
  let pressed = "";
  root.addEventListener("change", (e) => {
    if (!(e.target instanceof HTMLInputElement) || !e.target.dataset.pref) return;
    if (e.target.name === "ringtone") pressed = e.target.value;
    void hear();
  });
  // Chosen in another tab, or brought by the page.
  /** @param {Event} [e] */
  const follow = (e) => {
    if (!root.isConnected) return ["oh:preferences", "oh:ringtone"].forEach((type) => document.removeEventListener(type, follow));
    if (e?.type === "oh:preferences") pressed = "";
    part("page").hidden = !pages();
    part("name").textContent = pages();
    const all = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("[name=ringtone]")]);
    const kept = pressed && all.some((o) => o.value === pressed && o.checked) ? pressed : chosen(); // not kept, it is unpressed again
    for (const o of all) o.checked = o.defaultChecked = o.value === kept;
    if (document.activeElement !== range) range.value = String(loudness());
  };
  for (const type of ["oh:preferences", "oh:ringtone"]) document.addEventListener(type, follow);
  for (const type of ["oh:leave", "oh:session"]) document.addEventListener(type, hush, { once: true });
  follow();
}
