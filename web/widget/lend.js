// Lends this tab's microphone and loudspeaker to the calls, by one offer and
// its answer. It imports nothing and reads nothing of the page but its root: a
// page that a running call has to come back to begins with it, and the words
// and modules of the rest, which stand in a template, wait until the answer is
// there. Module audio.js goes on with what was begun.
// @ts-check

/** @typedef {"granted" | "prompt" | "denied"} Permission */

/**
 * What a browser lends, so that a test can lend something else.
 * @typedef {{
 *   send(path: string, body: object): Promise<Response>,
 *   peer(): RTCPeerConnection | Promise<RTCPeerConnection>, listen(): Promise<MediaStream>,
 *   allowed(): Promise<Permission>,
 * }} Lender
 */

/** A way to the server, with the place where the microphone goes. @typedef {{peer: RTCPeerConnection, sender: RTCRtpSender, offered: Promise<void>}} Way */

/**
 * A way that was begun before the rest of the page was there. The version is
 * that of the first snapshot that knows of it. Whoever goes on with it calls
 * adopted, and says from then on when the page goes.
 * @typedef {Way & {take: boolean, stream: Promise<MediaStream>, version: Promise<number | null>, adopted(): void}} Begun
 */

const root = globalThis.document?.documentElement;

/** The calls are not for this tab now. */
export class Parted extends Error {
  /** @param {"continue" | "elsewhere"} state */
  constructor(state) {
    super(state);
    this.state = state;
  }
}

/** How long the server may take to answer an offer. */
const PATIENCE = 10_000;
/** How long the rest of the page waits for that. */
const FIRST = 500;

/**
 * The headers and limits of what is sent about sound: a page that goes still
 * says so, and an offer is not waited for without end.
 * @param {string} path @param {object} body @returns {RequestInit & {headers: Record<string, string>}}
 */
export const letter = (path, body) => ({
  method: "POST", keepalive: path === "/audio/leave", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  ...(path === "/audio" && { signal: AbortSignal.timeout(PATIENCE) }),
});

/** Begins a way: its offer waits for no microphone and for no addresses of ours, which the server learns from the first packet. @param {RTCPeerConnection} peer @returns {Way} */
export function open(peer) {
  const { sender } = peer.addTransceiver("audio", { direction: "sendrecv" });
  plain(peer);
  return { peer, sender, offered: peer.setLocalDescription() };
}

/**
 * Offers a way to the server, and takes its answer.
 * @param {Lender} lent @param {Way} way @param {string} tab
 * @param {boolean} take whether to take the microphone from another tab
 * @returns {Promise<number | null>} the version of the first snapshot that knows of it
 */
export async function offer(lent, { peer, offered }, tab, take) {
  await offered;
  const answer = await lent.send("/audio", { tab, sdp: peer.localDescription?.sdp, take });
  if (answer.status === 409 && !take) throw new Parted("elsewhere");
  if (!answer.ok) throw new Error((await answer.text()).trim());
  const { sdp, version } = await answer.json();
  await peer.setRemoteDescription({ type: "answer", sdp });
  return version ?? null;
}

/** Opus and what every telephone speaks, and nothing else. @param {RTCPeerConnection} peer */
function plain(peer) {
  const known = globalThis.RTCRtpReceiver?.getCapabilities?.("audio")?.codecs ?? [];
  const wanted = ["audio/opus", "audio/PCMU", "audio/telephone-event"].flatMap((type) => known.filter((c) => c.mimeType.toLowerCase() === type.toLowerCase()));
  if (wanted.length) peer.getTransceivers()[0].setCodecPreferences?.(wanted);
}

/** @param {string} id of the chosen microphone, "" for the system's */
export function listen(id) {
  // What the page around the phone has asked for.
  const noise = new URLSearchParams(location.search).has("disableNoiseReduction");
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, autoGainControl: true, noiseSuppression: !noise, ...(id && { deviceId: { ideal: id } }) } });
}

/**
 * The servers that pass sound on from networks that let nothing else out, and
 * until when they know us, in ms. There are none where the page names none.
 * @param {{servers: RTCIceServer[], seconds: number}} given
 */
const known = ({ servers, seconds }) => ({ servers, until: Date.now() + seconds * 1000 });
let relays = root?.dataset.relays ? known(JSON.parse(root.dataset.relays)) : { servers: [], until: Infinity };

const connection = () => new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: relays.servers });

/** Makes a connection, with relays that know us still. @param {(path: string) => Promise<Response>} ask */
export async function peer(ask) {
  if (relays.until <= Date.now()) {
    // Without them most networks get through as well.
    const fresh = await ask("/audio/relays").then((r) => (r.ok ? r.json() : null)).catch(() => null);
    if (fresh) relays = known(fresh);
  }
  return connection();
}

/** Whether the microphone may be used without asking. @returns {Promise<Permission>} */
export async function allowed() {
  // A browser that names no microphone here asks by itself.
  const state = await navigator.permissions?.query({ name: /** @type {any} */ ("microphone") }).then((p) => p.state, () => null);
  if (state) return state;
  const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return devices.some((d) => d.kind === "audioinput" && d.label) ? "granted" : "prompt";
}

/** The page's own words are not here yet: these are as memory.js and devices.js keep them. @param {string} key of the frame */
function kept(key) {
  try {
    return { tab: sessionStorage.getItem(`oh-tab-${key}`), input: String(JSON.parse(localStorage.getItem(`oh-audio-input-${key}`) || "{}").id ?? "") };
  } catch {
    return { tab: null, input: "" }; // storage is refused
  }
}

/** Comes back at once to the calls that a page was drawn with. @returns {Begun | null} */
function comeBack() {
  const { key = "", microphone } = root.dataset;
  if (microphone === undefined) return null;
  const { tab: before, input } = kept(key);
  const take = Boolean(microphone) && microphone === before;
  // Another tab that has the microphone is left alone, and one in front goes before this one.
  if ((microphone && !take) || document.hidden) return null;
  const tab = (root.dataset.tab = crypto.randomUUID());
  /** @type {Lender} */
  const lent = {
    peer: connection, allowed, listen: () => listen(input),
    send(path, body) {
      const { headers, ...rest } = letter(path, body);
      return fetch(`/p/${encodeURIComponent(key)}${path}`, { ...rest, headers: { ...headers, "X-Offhook": "1" } });
    },
  };
  return begin(lent, tab, take, key);
}

/** @param {Lender} lent @param {string} tab @param {boolean} take @param {string} key @returns {Begun} */
function begin(lent, tab, take, key) {
  const asked = lent.allowed(); // first, since the browser takes its time
  const way = open(connection());
  const may = asked.then((state) => {
    if (state === "prompt") throw new Parted("continue");
  });
  const stream = may.then(() => lent.listen());
  // The microphone need not wait for who goes on with it.
  stream.then((s) => way.sender.replaceTrack(s.getAudioTracks()[0])).catch(() => {});
  const version = may.then(() => offer(lent, way, tab, take));
  version.catch(() => {}); // audio.js says what is wrong
  const leave = () => {
    void lent.send("/audio/leave", { tab }).catch(() => {});
    try {
      sessionStorage.setItem(`oh-tab-${key}`, tab);
    } catch {
      // refused with third-party cookies: fine
    }
  };
  addEventListener("pagehide", leave);
  return { ...way, take, stream, version, adopted: () => removeEventListener("pagehide", leave) };
}

/** Has the rest of the page begin, which would only be in the way before. @param {Begun | null} way */
async function proceed(way) {
  if (way) await Promise.race([way.version.catch(() => {}), new Promise((late) => setTimeout(late, FIRST))]);
  if (document.readyState === "loading") await new Promise((parsed) => document.addEventListener("DOMContentLoaded", parsed));
  const rest = document.getElementById("rest");
  if (rest) rest.replaceWith(/** @type {HTMLTemplateElement} */ (rest).content);
}

function first() {
  /** @type {Begun | null} */
  let way = null;
  try {
    return (way = comeBack());
  } finally {
    void proceed(way);
  }
}

/** What this page began with, null where no call waits for it. */
export const begun = root?.dataset.key ? first() : null;
