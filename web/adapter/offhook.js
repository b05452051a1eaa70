// The phone as a module: `import { phone } from "https://…/offhook.js"`. What
// it does is adapter.js, which it loads when the phone is mounted; what its
// members take and give is in offhook.d.ts.
// @ts-check

/** @type {Map<string, Set<(message: any) => void>>} */
const listeners = new Map();
/** @type {Promise<any> | null} */
let mounted = null;

/** What RCAdapterInit knows of a phone that is on the page already. @returns {any} */
const adapter = () => Reflect.get(window, "RCAdapter");

/** @param {MessageEvent} event */
function hear({ source, origin, data }) {
  const frame = adapter()?.contentFrameEl;
  if (!frame || source !== frame.contentWindow || origin !== new URL(frame.src).origin) return;
  for (const type of [data?.type, "*"]) {
    for (const fn of listeners.get(type) ?? []) fn(data);
  }
}

/** @param {any} options */
async function mount(options = {}) {
  const flag = "RC_EMBEDDABLE_ADAPTER_MANUAL_INIT";
  const before = Reflect.get(window, flag);
  // Loaded by a page's own script tag, it would start by itself.
  Reflect.set(window, flag, true);
  try {
    await import(new URL("adapter.js", import.meta.url).href);
  } finally {
    Reflect.set(window, flag, before);
  }
  window.addEventListener("message", hear);
  const { appUrl = new URL("app.html", import.meta.url).href, ...rest } = options;
  return Reflect.get(window, "RCAdapterInit")({ appUrl, options: rest }).ready();
}

const own = {
  /** @param {Record<string, string | boolean>} [options] */
  mount: (options) => (mounted ??= mount(options).catch((e) => {
    mounted = null; // another try may go well
    throw e;
  })),
  /** @param {string} type @param {(message: any) => void} fn */
  on(type, fn) {
    const all = listeners.get(type) ?? new Set();
    listeners.set(type, all.add(fn));
    return () => void all.delete(fn);
  },
  /** @param {string} type @param {object} fields */
  async post(type, fields) {
    await mounted;
    const frame = adapter()?.contentFrameEl;
    if (!frame) throw new Error("Call phone.mount() before phone.post().");
    frame.contentWindow?.postMessage({ ...fields, type }, new URL(frame.src).origin);
  },
  dispose() {
    window.removeEventListener("message", hear);
    mounted = null;
    adapter()?.dispose();
  },
};

/** Every member of RCAdapter; one that is called before mount waits for it. */
export const phone = /** @type {any} */ (
  new Proxy(own, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      if (typeof name !== "string" || name === "then") return undefined;
      const member = adapter()?.[name];
      if (member !== undefined && typeof member !== "function") return member;
      if (["minimized", "closed", "container", "contentFrameEl", "userStatus", "dndStatus"].includes(name)) return undefined;
      return async (/** @type {unknown[]} */ ...args) => {
        if (!mounted && !adapter()) throw new Error(`Call phone.mount() before phone.${name}().`);
        await mounted;
        const method = adapter()?.[name];
        if (typeof method !== "function") throw new Error(`This phone has no ${name}().`);
        return method(...args);
      };
    },
  })
);
