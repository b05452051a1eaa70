// Opens the phone in a window of its own (enablePopup), once: the window
// answers when it is asked, and tabs of one page ask each other, because a tab
// cannot find the window that another one has opened. Loaded by more.js.
// @ts-check

/** @typedef {import("./more.js").Page} Page */

/** How long a window or another tab may take to say that it is there. */
const PATIENCE = 800;
/** The names that must not stand in another address. */
const SECRETS = ["clientSecret", "appSecret", "jwt", "authorizationCode", "authorizationCodeVerifier", "ticket"];

/** @param {Page} page @param {string} [uri] the page's own for it */
export default function popup(page, uri) {
  const { api, key, signal } = page;
  const address = addressOf(api.contentFrameEl.src, uri);
  const name = key === "rc-widget-adapter" ? "RCPopupWindow" : `RCPopupWindow-${key}`;
  /** @type {Window | null} */
  let mine = null;
  const tabs = new BroadcastChannel(`${key}-popup`);
  signal.addEventListener("abort", () => tabs.close());
  tabs.addEventListener("message", async ({ data }) => {
    if (data === "there?" && (await answers(mine, address.origin))) tabs.postMessage("here");
  });

  // Its strip in the phone here: whoever has opened a window may show and close it.
  page.hear((data) => {
    if (data.type !== "offhook-window-notify") return;
    if (!mine || mine.closed) mine = window.open("", name); // this page was loaded anew
    if (data.act === "show") mine?.focus();
    else mine?.close();
  });

  const elsewhere = () => heard((done) => {
    const hear = (/** @type {MessageEvent} */ { data }) => data === "here" && done();
    tabs.addEventListener("message", hear);
    tabs.postMessage("there?");
    return () => tabs.removeEventListener("message", hear);
  });

  return {
    /** @param {boolean} [front] */
    async there(front) {
      const here = await answers(mine, address.origin);
      if (here && front) mine?.focus();
      return here || (await elsewhere());
    },

    async open() {
      if (await answers(mine, address.origin)) mine?.focus();
      else if (!(await elsewhere())) await this.show();
      api.setMinimized(true);
      return true;
    },

    async show() {
      // Without an address, a window of that name that is there stays as it is.
      mine = window.open("", name, "popup,width=300,height=535");
      if (!mine) throw new Error("The browser did not open the window. It opens windows right after a click only.");
      if (!fresh(mine) && (await answers(mine, address.origin))) return mine.focus();
      mine.location.replace(address.href);
    },

    /** A button for it in the phone's header. */
    header() {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "min" });
      button.setAttribute("aria-label", "Open in a window of its own");
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 24 24");
      svg.setAttribute("aria-hidden", "true");
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", "M15 4h5v5M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4");
      svg.append(path);
      button.append(svg);
      button.addEventListener("click", () => this.open().catch((e) => console.warn(e.message)));
      api.container.shadowRoot.querySelector(".grip").after(button);
    },
  };
}

/** @param {string} frame @param {string} [uri] */
function addressOf(frame, uri) {
  const own = uri && URL.canParse(uri, location.href) ? new URL(uri, location.href) : null;
  const url = own && /^https?:$/.test(own.protocol) ? own : new URL("popup.html", frame);
  for (const [name, value] of new URL(frame).searchParams) {
    if (![...SECRETS, "fromAdapter"].includes(name)) url.searchParams.set(name, value);
  }
  // The phone's own window knows by it who may sign it in.
  if (url.origin === new URL(frame).origin) url.searchParams.set("fromPopup", location.origin);
  return url;
}

/** Whether a window holds no page yet. Another origin's cannot be looked into. @param {Window} w */
function fresh(w) {
  try {
    return w.location.href === "about:blank";
  } catch {
    return false;
  }
}

/** Whether a window says that the phone is in it. @param {Window | null} w @param {string} origin */
async function answers(w, origin) {
  if (!w || w.closed) return false;
  return heard((done) => {
    const hear = (/** @type {MessageEvent} */ e) => e.source === w && e.data?.type === "offhook-popup-here" && done();
    addEventListener("message", hear);
    w.postMessage({ type: "offhook-popup-ping" }, origin);
    return () => removeEventListener("message", hear);
  });
}

/**
 * Whether something is heard in time.
 * @param {(done: () => void) => () => void} listen begins, and returns what ends it
 * @returns {Promise<boolean>}
 */
function heard(listen) {
  return new Promise((resolve) => {
    const end = listen(() => over(true));
    const timer = setTimeout(() => over(false), PATIENCE);
    /** @param {boolean} found */
    function over(found) {
      clearTimeout(timer);
      end();
      resolve(found);
    }
  });
}
