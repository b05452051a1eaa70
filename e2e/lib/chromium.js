// Chromium as a person has it: its own profile, pop-ups only inside a click,
// storage of third parties partitioned, third-party cookies as the test says.
//
// Drivers soften a browser by default, and a sign-in that works only in a
// softened browser is broken. So two of the driver's switches are taken out by
// their exact text, and the running process is looked at to see that they are.
//
// Where neither windows nor cookies are what a test is about, the engine alone
// does (chromium-headless-shell): the same pages at half the work.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** @typedef {'blocked' | 'allowed' | 'refused'} CookieMode */

/**
 * blocked: third-party cookies are blocked, which is what this Chromium does on
 * its own. allowed: they are let through. refused: the widget's site may keep
 * nothing at all, not even storage.
 * @type {Record<CookieMode, object>}
 */
const preferences = {
  blocked: { profile: { cookie_controls_mode: 1, block_third_party_cookies: true } },
  allowed: { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } },
  refused: {
    profile: {
      cookie_controls_mode: 1,
      block_third_party_cookies: true,
      content_settings: { exceptions: { cookies: { 'localhost,*': { setting: 2 } } } },
    },
  },
};

/** The engine without the browser round it. */
const shell = 'chromium-headless-shell';

/** Switches that would lie about pop-ups and about timers in hidden tabs. */
const droppedSwitches = [
  '--disable-popup-blocking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-back-forward-cache',
];

/** What the browser draws round the page, in pages of its own that nobody sees here. */
const unseen = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];

/** The driver's list of disabled features, read from the driver: it differs with each version. */
const driverFeatures = (() => {
  const source = readFileSync(path.join(path.dirname(createRequire(import.meta.url).resolve('playwright-core')), 'lib/coreBundle.js'), 'utf8');
  const list = /disabledFeatures = \[([\s\S]*?)\]\.filter\(Boolean\)/.exec(source)?.[1] ?? '';
  return [...list.replaceAll(/^\s*\/\/.*$/gm, '').matchAll(/"(\w+)"/g)].map((m) => m[1]);
})();

/**
 * @param {boolean} [engine] the engine alone, if it is there and OFFHOOK_BROWSER is not «whole»
 * @returns {string} the browser that is installed
 */
export function executable(engine = false) {
  if (engine && process.env.OFFHOOK_BROWSER !== 'whole') {
    const found = installed([shell]);
    if (found) return found;
  }
  const found = installed(['chromium', 'chromium-browser', 'google-chrome']);
  if (!found) throw new Error('no Chromium in PATH: scripts/test installs it');
  return found;
}

/** @param {string[]} names @returns {string | undefined} the first that is in PATH */
function installed(names) {
  for (const dir of (process.env.PATH ?? '').split(':')) {
    for (const name of names) {
      if (existsSync(path.join(dir, name))) return path.join(dir, name);
    }
  }
}

/**
 * Opens a browser with a fresh profile: one person at one computer.
 * With a microphone, pages that ask for it get the sound of that WAV file, as
 * if the person had allowed it long ago.
 * With `engine` there is no browser round the page: nothing blocks windows and
 * third-party cookies are kept. Where cookies are asked for it is whole, because
 * they are a matter of its settings.
 * @param {{engine?: boolean, cookies?: CookieMode, colorScheme?: 'light' | 'dark', viewport?: {width: number, height: number}, locale?: string, microphone?: string}} [options]
 */
export async function openBrowser({ engine = false, cookies, colorScheme = 'light', viewport = { width: 1280, height: 800 }, locale = 'en-US', microphone } = {}) {
  const profile = mkdtempSync(path.join(tmpdir(), 'offhook-profile-'));
  mkdirSync(path.join(profile, 'Default'));
  writeFileSync(path.join(profile, 'Default', 'Preferences'), JSON.stringify(preferences[cookies ?? 'blocked']));
  const executablePath = executable(engine && !cookies);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    colorScheme,
    viewport,
    locale,
    timezoneId: 'Europe/Zurich',
    ignoreDefaultArgs: [...droppedSwitches, `--disable-features=${driverFeatures.join(',')}`],
    args: [
      `--disable-features=${[...driverFeatures.filter((name) => name !== 'ThirdPartyStoragePartitioning'), ...unseen].join(',')}`,
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      // The engine has nobody to ask: what a page may do is what the driver says.
      ...(microphone && path.basename(executablePath) === shell ? ['--use-fake-ui-for-media-stream'] : []),
      ...(microphone ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`] : []),
    ],
  });
  if (microphone) await context.grantPermissions(['microphone']);
  const close = context.close.bind(context);
  context.close = async () => {
    await close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    assertHonest(profile);
  } catch (err) {
    await context.close();
    throw err;
  }
  context.setDefaultTimeout(30_000);
  return context;
}

/**
 * Reads the command line that really runs.
 * @param {string} profile
 */
function assertHonest(profile) {
  const line = browserCommandLine(profile);
  for (const lie of ['--disable-popup-blocking', 'ThirdPartyStoragePartitioning', '--disable-background-timer-throttling']) {
    if (line.some((arg) => arg.includes(lie))) throw new Error(`Chromium runs with ${lie}: the driver's switches have changed`);
  }
}

/** @param {string} profile */
function browserCommandLine(profile) {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let line;
    try {
      line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    } catch {
      continue; // ended between the two reads
    }
    if (line.includes(`--user-data-dir=${profile}`) && !line.some((arg) => arg.startsWith('--type='))) return line;
  }
  throw new Error(`no browser runs on ${profile}`);
}
