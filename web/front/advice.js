// Says in sentences what is wrong with what somebody has chosen on the front
// page. What there is to know of each parameter comes from the server's
// description.
// @ts-check

/** @typedef {import("./snippet.js").Form} Form */
/** @typedef {{with: string, sentence: string}} Clash */
/** @typedef {{name: string, label: string, entry: string, script: boolean, needs: string, clashes: Clash[]}} Described */
/** @typedef {{name: string, wrong: boolean, sentence: string}} Advice wrong: the phone would not work, or somebody could be harmed */

/** Texts that sign somebody in, by what they look like. */
const SECRETS = [
  { looks: /^eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*$/, what: "a JWT" },
  { looks: /^OHEK_/, what: "an embed key of this server" },
];

/** @param {string} name @param {string} sentence @param {boolean} [wrong] @returns {Advice} */
const say = (name, sentence, wrong = false) => ({ name, wrong, sentence });

/**
 * @param {Described[]} described @param {Map<string, string>} values @param {Form} form
 * @returns {Advice[]} what is wrong first
 */
export function advise(described, values, form) {
  const all = described.flatMap((d) => {
    const value = values.get(d.name);
    return value ? [...about(d, value, values, form)] : [];
  });
  return [...all.filter((a) => a.wrong), ...all.filter((a) => !a.wrong)];
}

/** @param {Described} d @param {string} value @param {Map<string, string>} values @param {Form} form */
function* about(d, value, values, form) {
  for (const { looks, what } of SECRETS) {
    if (looks.test(value)) yield say(d.name, `${d.name} looks like ${what}, which must never stand in a page. Take it out, and register it with the server instead.`, true);
  }
  if (d.script && form === "frame") yield say(d.name, `${d.name} is read by adapter.js, so it is left out of a bare frame.`);
  if (d.needs && !has(values, d.needs)) yield say(d.name, `${d.name} does nothing without ${d.needs}.`);
  for (const clash of d.clashes) {
    if (values.get(clash.with)) yield say(d.name, `${d.name}: ${clash.sentence}`);
  }
  if (d.entry === "number" && !/^\d+$/.test(value)) yield say(d.name, `${d.name} must be a whole number.`, true);
  if (d.entry === "url" && !address(value)) yield say(d.name, `${d.name} must be an address, such as https://crm.example.com/page.html.`, true);
}

/** Whether what a parameter needs is there. @param {Map<string, string>} values @param {string} needs name or name=value */
function has(values, needs) {
  const [name, value] = needs.split("=");
  return value === undefined ? Boolean(values.get(name)) : values.get(name) === value;
}

/** @param {string} value */
function address(value) {
  return URL.canParse(value, "https://phone.invalid/app.html") && !/\s/.test(value);
}
