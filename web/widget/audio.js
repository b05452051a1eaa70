// Owns this tab's microphone and loudspeaker in calls. The server owns the
// calls: a tab lends it both by one offer and answer, and a tab that is drawn
// anew lends them anew while the call goes on. Exactly one tab of the user has
// the microphone, which the snapshot names. In a page that a running call has
// to come back to, lend.js has begun already.
//
//   idle ─▶ connecting ─▶ live ◀─▶ listening    no microphone: the sentence says why
//             │   ▲         │└───▶ silent       the browser wants a click before it sounds
//             ▼   └── lost ◀┘                   the way to the server is gone, it tries again
//           continue, elsewhere                 the user's click brings the call here
// @ts-check
import { ask, tab } from "./ask.js";
import { direct, input, release } from "./devices.js";
import { t } from "./lang.js";
import { allowed, begun, letter, listen, offer, open, Parted, peer } from "./lend.js";
import { recallHere, rememberHere } from "./memory.js";

/** @typedef {import("./calls.js").Snapshot} Snapshot */
/** @typedef {"idle" | "connecting" | "live" | "listening" | "silent" | "lost" | "continue" | "elsewhere"} State */

/** How long a way may be broken that often mends itself. */
const MEND = 700;
/** How long the next attempt waits at most. */
const LAST_WAIT = 4_000;
/** A way that does not stand after this is likely never to. */
const REACH = 6_000;
/** Tabs that nobody looks at leave a microphone that is free to the one in front. */
const AFTER_YOU = 400;

/** What is said of a state; of the others the state itself says enough. @type {Partial<Record<State, string>>} */
const WORDS = {
  elsewhere: t("Another tab has the microphone."),
  continue: t("The browser wants a click before it uses the microphone again."),
  silent: t("The browser wants a click before it lets you hear the call."),
  lost: t("The connection of the call is interrupted. It comes back by itself."),
};
const BLOCKED = t("Your network does not let the sound of calls through. Use another network, or ask whoever runs this one; the phone keeps trying.");
const UNPLUGGED = t("The microphone is gone. Connect it again or choose another one.");
const MUTED = t("Your computer has switched the microphone off.");

/** Whether the user speaks in a call, or is about to. @param {Snapshot | null} s */
export const spoken = (s) => Boolean(s?.calls.some((c) => c.state !== "ended" && !c.drop && !(c.direction === "Inbound" && c.state === "ringing")));

/**
 * What a browser lends, so that a test can lend something else.
 * @typedef {import("./lend.js").Lender & {say(state: State, sentence: string): void, hidden(): boolean}} Lent
 */

/** One tab's end of the user's calls. */
export class Sound {
  /** @type {State} */
  state = "idle";
  /** @type {RTCPeerConnection | null} */
  #peer = null;
  /** @type {RTCRtpSender | null} */
  #sender = null;
  /** @type {MediaStream | null} */
  #stream = null;
  /** @type {Promise<MediaStream> | null} */
  #asking = null;
  /** @type {HTMLAudioElement | null} */
  #element = null;
  /** @type {Snapshot | null} */
  #now = null;
  /** Whether a snapshot has named this tab since it attached. */
  #named = false;
  /** The version of the first snapshot that knows of it; below, they are older. @type {number | null} */
  #since = null;
  /** Whether the user has just asked for a call in this tab. */
  #wanted = false;
  #attaching = false;
  #quiet = false;
  #why = "";
  #failures = 0;
  /** Whether the network has let no sound through since this tab tried last. */
  #blocked = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #reaching;
  /** Counts attempts: what comes of an earlier one is dropped. */
  #turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Lent} lent */
  constructor(lent) {
    this.lent = lent;
  }

  /** The microphone while it is open, for who shows how loud it is. */
  get stream() {
    return this.#stream;
  }

  /**
   * Follows the calls: lends the tab to them while nobody else does, gives way
   * to a tab that has taken them, and lets go after the last one.
   * @param {Snapshot} now
   */
  take(now) {
    this.#now = now;
    if (!spoken(now)) return this.#wanted ? undefined : this.close();
    const { microphone = "" } = now;
    if (microphone === tab) this.#named = true;
    if (this.#attaching) return;
    if (microphone && microphone !== tab) {
      // What was written before this tab attached says nothing of it.
      if (this.#peer && (this.#since === null ? !this.#named : now.version < this.#since)) return;
      this.#drop();
      this.#release();
      return this.#say("elsewhere");
    }
    if (this.#peer || ((this.state === "continue" || this.state === "lost") && !this.#wanted)) return;
    void this.#attach(microphone === tab || this.#wanted);
  }

  /**
   * Comes back to a call that was running when the page was drawn.
   * @param {boolean} mine whether this tab had the microphone before the reload
   * @param {import("./lend.js").Begun | null} [way] that has been begun for it
   */
  resume(mine, way) {
    return this.#attach(mine, way);
  }

  /**
   * Opens the microphone, which must be begun by the user's click. It throws
   * the sentence that says why there is none.
   */
  async prepare() {
    this.#wanted = true;
    try {
      await this.#open();
    } catch (e) {
      this.#wanted = false;
      throw e;
    }
  }

  /** The call that the microphone was opened for has not come about. */
  unwanted() {
    this.#wanted = false;
    if (!spoken(this.#now)) this.close();
  }

  /** Brings the calls here; must be begun by the user's click. */
  async here() {
    this.#wanted = true;
    this.sounded();
    await this.#open().catch(() => {});
    if (!this.#peer || this.state === "lost") await this.#attach(true);
    this.#wanted = false;
  }

  /** The user has clicked, or the microphone is open: what was silent may sound now. */
  sounded() {
    if (this.#quiet) void this.#element?.play().then(() => this.#heard(false), () => {});
  }

  /** Lets go of everything. */
  close() {
    this.#drop();
    this.#release();
    this.#wanted = this.#quiet = false;
    this.#failures = 0;
    this.#blocked = false;
    this.#why = "";
    this.#say("idle");
  }

  /**
   * The page goes: the server hears it at once, and keeps the far side company
   * when no more comes. What can still be said until then is heard.
   * @param {boolean} kept whether the page may come back as it is
   */
  leave(kept) {
    if (!this.#peer) return;
    void this.lent.send("/audio/leave", { tab }).catch(() => {});
    if (kept) this.#drop();
  }

  /** The page has come back from where browsers keep pages. */
  back() {
    if (this.#now) this.take(this.#now);
  }

  /** The user has chosen another microphone. */
  async choose() {
    if (!this.#stream && this.state !== "listening") return;
    this.#release();
    await this.#open().catch(() => {});
  }

  /** The network is another one: a way that may be dead is not waited for. */
  nudge() {
    if (this.#peer || this.state === "lost") this.#again();
  }

  /**
   * @param {boolean} take whether to take the microphone from another tab
   * @param {import("./lend.js").Begun | null} [way]
   */
  async #attach(take, way) {
    const turn = ++this.#turn;
    clearTimeout(this.#timer);
    this.#attaching = true;
    if (this.#failures || this.#blocked) this.#lost();
    else this.#say("connecting");
    try {
      await (way ? this.#adopt(way, turn) : this.#offer(take, turn));
      this.#failures = 0;
    } catch (e) {
      if (turn === this.#turn) this.#failed(e);
    } finally {
      if (turn === this.#turn) this.#attaching = false;
    }
    if (turn === this.#turn && this.#peer && this.#now) this.take(this.#now); // told meanwhile
  }

  /** @param {boolean} take @param {number} turn */
  async #offer(take, turn) {
    if (!this.#stream && !this.#wanted && (await this.lent.allowed()) === "prompt") throw new Parted("continue");
    if (!take && this.lent.hidden()) await new Promise((go) => setTimeout(go, AFTER_YOU));
    const peer = turn === this.#turn && (await this.lent.peer());
    if (!peer) return;
    if (turn !== this.#turn) return peer.close();
    this.#shut();
    const way = open(peer);
    this.#go(way);
    await this.#answered(offer(this.lent, way, tab, take), turn);
  }

  /** Goes on with a way that was begun before. @param {import("./lend.js").Begun} way @param {number} turn */
  async #adopt(way, turn) {
    way.adopted();
    this.#asking = way.stream.finally(() => (this.#asking = null));
    this.#go(way);
    if (way.peer.remoteDescription) this.#play(new MediaStream([way.peer.getReceivers()[0].track]));
    this.#changed(way.peer);
    await this.#answered(way.version, turn);
  }

  /** @param {import("./lend.js").Way} way */
  #go({ peer, sender }) {
    this.#peer = peer;
    this.#sender = sender;
    this.#named = false;
    this.#since = null;
    peer.ontrack = ({ track, streams }) => this.#play(streams[0] ?? new MediaStream([track]));
    peer.onconnectionstatechange = () => this.#changed(peer);
    void this.#open().catch(() => {});
  }

  /** @param {Promise<number | null>} version @param {number} turn */
  async #answered(version, turn) {
    const since = await version;
    if (turn !== this.#turn) return;
    this.#since = since;
    this.#wanted = false;
    clearTimeout(this.#reaching);
    if (this.#peer?.connectionState !== "connected") this.#reaching = setTimeout(() => this.#unreached(), REACH);
  }

  /** The server has answered, and yet no sound gets to it. Browsers go on for long with a way that leads nowhere: another is tried before. */
  #unreached() {
    this.#blocked = true;
    this.#lost();
    this.#reaching = setTimeout(() => this.#again(), REACH);
  }

  #lost() {
    this.#say("lost", this.#blocked ? BLOCKED : WORDS.lost);
  }

  /** @param {unknown} e */
  #failed(e) {
    this.#shut();
    if (e instanceof Parted) {
      if (e.state === "elsewhere") this.#release();
      return this.#say(e.state);
    }
    this.#retry();
  }

  /** Tries again while there is a call to come back to. */
  #retry() {
    if (!spoken(this.#now) && !this.#wanted) return this.close();
    this.#lost();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), Math.min(LAST_WAIT, 200 * 2 ** this.#failures++));
  }

  #again() {
    if (!spoken(this.#now)) return this.close();
    this.#failures ||= 1;
    const { microphone = "" } = this.#now ?? {};
    if (microphone && microphone !== tab) {
      this.#shut();
      this.#release();
      return this.#say("elsewhere");
    }
    void this.#attach(true);
  }

  /** @param {RTCPeerConnection} peer */
  #changed(peer) {
    if (peer !== this.#peer) return;
    clearTimeout(this.#timer);
    switch (peer.connectionState) {
      case "connected":
        clearTimeout(this.#reaching);
        this.#blocked = false;
        return this.#settle();
      case "disconnected":
        this.#timer = setTimeout(() => this.#again(), MEND);
        return this.#lost();
      case "failed":
      case "closed":
        return this.#retry();
    }
  }

  /** Says how it stands while the way is there. */
  #settle() {
    if (this.#peer?.connectionState !== "connected") return;
    if (this.#quiet) return this.#say("silent");
    if (this.#stream) return this.#say("live");
    if (this.#why) return this.#say("listening", this.#why);
  }

  /** Opens the chosen microphone and puts it into the call. */
  async #open() {
    if (!this.#stream) {
      this.#asking ??= this.lent.listen().finally(() => (this.#asking = null));
      try {
        const stream = await this.#asking;
        this.#stream = stream;
        this.#why = "";
        for (const track of stream.getTracks()) this.#watch(track, stream);
        this.sounded();
      } catch (e) {
        if (e instanceof Parted) throw e; // said by the state
        const { microphone } = await import("./reasonsaudio.js");
        this.#why = await microphone(e);
        this.#settle();
        throw new Error(this.#why);
      }
    }
    // A call may be over before its microphone is open.
    if (!this.#peer && !this.#wanted && !this.#attaching) return this.#release();
    await this.#sender?.replaceTrack(this.#stream.getAudioTracks()[0]).catch(() => {}); // closed meanwhile
    this.#settle();
  }

  /** @param {MediaStreamTrack} track @param {MediaStream} stream */
  #watch(track, stream) {
    const mine = () => this.#stream === stream;
    track.onended = () => mine() && this.#unplugged();
    track.onmute = () => mine() && this.#peer && this.#say("listening", MUTED);
    track.onunmute = () => mine() && this.#settle();
  }

  /** Another microphone may be there. */
  #unplugged() {
    this.#release();
    this.#why = UNPLUGGED;
    this.#settle();
    void this.#open().catch(() => {
      this.#why = UNPLUGGED;
      this.#settle();
    });
  }

  /** A device was connected: perhaps the one that was missed. */
  plugged() {
    if (this.#peer && !this.#stream) void this.#open().catch(() => {});
  }

  /** @param {MediaStream} stream */
  #play(stream) {
    this.#element ??= document.body.appendChild(Object.assign(document.createElement("audio"), { autoplay: true }));
    this.#element.dataset.callSound = "";
    direct(this.#element);
    this.#element.srcObject = stream;
    this.#element.play().then(() => this.#heard(false), (e) => e?.name === "NotAllowedError" && this.#heard(true));
  }

  /** @param {boolean} quiet */
  #heard(quiet) {
    this.#quiet = quiet;
    this.#settle();
  }

  #shut() {
    clearTimeout(this.#reaching);
    const peer = this.#peer;
    this.#peer = this.#sender = null;
    if (!peer) return;
    peer.onconnectionstatechange = peer.ontrack = null;
    peer.close();
  }

  #drop() {
    this.#turn++;
    this.#attaching = false;
    clearTimeout(this.#timer);
    this.#shut();
    if (this.#element) {
      release(this.#element);
      this.#element.srcObject = null;
      this.#element.remove();
      this.#element = null;
    }
  }

  #release() {
    for (const track of this.#stream?.getTracks() ?? []) {
      track.onended = track.onmute = track.onunmute = null;
      track.stop();
    }
    this.#stream = null;
  }

  /** @param {State} state @param {string} [sentence] */
  #say(state, sentence = WORDS[state] ?? "") {
    this.state = state;
    this.lent.say(state, sentence);
  }
}

/** @type {Lent} */
const browser = {
  send: (path, body) => ask(path, letter(path, body)),
  peer: () => peer(ask), allowed, listen: () => listen(input()),
  say(state, sentence) {
    if (document.body.dataset.audio === state && said === sentence) return;
    document.body.dataset.audio = state;
    said = sentence;
    document.dispatchEvent(new CustomEvent("oh:audio", { detail: { state, sentence } }));
  },
  hidden: () => document.hidden,
};
let said = "";

/** This tab's. */
export const sound = new Sound(browser);

/** What is said of its state. */
export const sentence = () => said;

/** Whether this window was opened for the phone. */
const popped = new URLSearchParams(globalThis.location?.search).has("fromPopup");

function begin() {
  addEventListener("pagehide", (e) => {
    sound.leave(e.persisted);
    rememberHere("tab", tab);
  });
  addEventListener("pageshow", (e) => e.persisted && sound.back());
  addEventListener("online", () => sound.nudge());
  addEventListener("click", () => sound.sounded(), { capture: true });
  document.addEventListener("oh:devices", () => void sound.choose());
  document.addEventListener("oh:session", (e) => /** @type {CustomEvent} */ (e).detail?.signedIn || sound.close());
  navigator.mediaDevices?.addEventListener("devicechange", () => sound.plugged());
  if (begun) return void sound.resume(begun.take, begun);
  // Another tab that has the microphone is left alone; the snapshot says when it is gone.
  const { microphone } = document.documentElement.dataset;
  const mine = Boolean(microphone) && microphone === recallHere("tab");
  // Whoever opens the phone in a window of its own means to speak there; its reload is one like any other.
  const moves = Boolean(microphone) && popped && !recallHere("popped");
  if (popped) rememberHere("popped", "1");
  if (microphone === "" || mine || moves) void sound.resume(mine || moves);
}

if (globalThis.document?.body?.dataset) begin();
