// How the frame stands on a page that places it itself: what the page says of
// it is remembered in this browser and given back at the next start.
// @ts-check
import { recall, remember } from "./memory.js";

/** @typedef {import("./inbound.js").Message} Message */
/** @typedef {{tell(message: Message): void}} Link */

const NAME = "standing";

/** Of a frame that nobody has said anything of. */
const FIRST = {
  size: { width: 300, height: 500 },
  minimized: false,
  closed: false,
  position: { translateX: 0, translateY: 0, minTranslateX: 0, minTranslateY: 0 },
};

/** @returns {typeof FIRST} */
function state() {
  try {
    return { ...FIRST, ...JSON.parse(recall(NAME) || "{}") };
  } catch {
    return FIRST;
  }
}

/** Tells the page, once. @param {Link} link */
export function begin(link) {
  const at = state();
  link.tell({ type: "rc-adapter-pushAdapterState", ...at });
  link.tell({ type: "rc-adapter-syncSize", size: at.size });
}

/** The named numbers of an object that are numbers. @param {any} from @param {string[]} names */
const numbers = (from, names) => Object.fromEntries(names.filter((n) => Number.isFinite(from?.[n])).map((n) => [n, from[n]]));

/** Takes rc-adapter-syncClosed and its like. @param {Message} m @param {Link} link */
export function take({ type, closed, minimized, size, position }, link) {
  const at = state();
  if (type === "rc-adapter-syncClosed") at.closed = closed;
  if (type === "rc-adapter-syncMinimized") at.minimized = minimized;
  if (type === "rc-adapter-syncSize") at.size = { ...at.size, ...numbers(size, Object.keys(FIRST.size)) };
  if (type === "rc-adapter-syncPosition") at.position = { ...at.position, ...numbers(position, Object.keys(FIRST.position)) };
  remember(NAME, JSON.stringify(at));
  if (type === "rc-adapter-syncSize") link.tell({ type, size: at.size });
}
