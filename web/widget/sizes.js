// Says how large a file is, in the reader's language.
// @ts-check
import { language } from "./lang.js";

/** @param {"byte" | "kilobyte" | "megabyte"} unit @param {number} n @param {number} [digits] after the point */
function say(unit, n, digits = 0) {
  const unitDisplay = unit === "byte" ? "long" : "short";
  return n.toLocaleString(language, { style: "unit", unit, unitDisplay, minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes < 1000) return say("byte", bytes);
  return bytes < 1_000_000 ? say("kilobyte", Math.round(bytes / 1000)) : say("megabyte", bytes / 1_000_000, 1);
}

/** A limit, never more than it is. @param {number} bytes */
export const limitWords = (bytes) => (bytes < 1_000_000 ? say("kilobyte", Math.floor(bytes / 1000)) : say("megabyte", Math.floor(bytes / 1_000_000)));
