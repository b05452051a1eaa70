// How else the phone can stand on its page: docked at the edge (newAdapterUI),
// or filling a window that was opened for it. Loaded by more.js.
// @ts-check

/** @typedef {import("./more.js").Page} Page */

/** @param {Page} page @param {string} css */
function wear({ api }, css) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const root = api.container.shadowRoot;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return root;
}

/** Minimized, the phone is a tab at the edge that opens to its name. @param {Page} page */
export function dock(page) {
  const root = wear(page, `
:host(.min){transform:none!important;bottom:25vh}
:host(.min.right){right:0}:host(.min.left){left:0}
.pill{justify-content:flex-start;gap:9px;width:35px;height:60px;padding:0 8px;overflow:hidden;border-radius:12px 0 0 12px;transition:width .16s}
:host(.left) .pill{border-radius:0 12px 12px 0}
.pill:hover,.pill:focus-visible{width:140px;transform:none}
.pill svg{width:19px;height:19px}
.pill .label{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:1.4}
.pill .badge{position:absolute;top:4px;left:19px;right:auto;box-shadow:none}
@media(prefers-reduced-motion:reduce){.pill{transition:none}}`);
  const label = document.createElement("span");
  label.className = "label";
  const say = () => (label.textContent = page.api.contentFrameEl.title);
  say();
  page.hear(({ type }) => type === "offhook-frame-notify" && say());
  root.querySelector(".pill").append(label);
}

/** The phone fills the window that was opened for it. @param {Page} page */
export function fill(page) {
  wear(page, `
:host{inset:0!important;transform:none!important}
.panel{position:fixed;inset:0!important;width:auto!important;height:auto!important;max-width:none!important;max-height:none!important;border-radius:0!important;box-shadow:none}
.bar,.pill{display:none}`);
  page.api.setMinimized(false);
  page.hear(({ type }) => type === "offhook-frame-notify" && (document.title = page.api.contentFrameEl.title));
  // Whoever has this window's handle may know that the phone is here, and so
  // may pages of the same origin.
  addEventListener("message", ({ source, origin, data }) => {
    if (data?.type === "offhook-popup-ping") /** @type {Window} */ (source)?.postMessage({ type: "offhook-popup-here" }, origin);
  }, { signal: page.signal });
  const tabs = new BroadcastChannel(`${page.key}-popup`);
  tabs.addEventListener("message", ({ data }) => data === "there?" && tabs.postMessage("here"));
  page.signal.addEventListener("abort", () => tabs.close());
}
