// Words of the page around the phone, for what is drawn here and not by the
// server: they may not turn the words beside them around.
// @ts-check

/** The two characters that force a direction; marks and isolates, which languages need, stay. */
const OVERRIDES = /[\u202d\u202e]/g;

/** @param {string} text */
export const calm = (text) => text.replace(OVERRIDES, "");
