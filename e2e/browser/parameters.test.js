// What the parameters of the phone's address do, as a page that uses them and
// its user see it. Those of sign-in and of the page's link with the phone have
// their tests there.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Host } from '../lib/host.js';
import { Person, Tab } from '../lib/person.js';
import { asked, register, serve } from '../lib/service.js';

/** @type {Demo} */
let demo;
/** @type {Host} */
let host;
/** @type {import('node:http').Server} */
let assets;
let assetOrigin = '';
/** The picture that the sheet names was asked for. @type {() => void} */
let pictured;
const picture = new Promise((resolve) => (pictured = () => resolve(undefined)));
let clientId = '';

before(async () => {
  demo = await Demo.start();
  clientId = demo.facts.apps[0].clientId;
  host = await Host.start(demo);
  // It knows nothing of resource policies, as servers of pictures and sheets do.
  assets = createServer((req, res) => {
    const sheet = req.url?.endsWith('.css');
    if (req.url === '/logo.svg') pictured();
    res.setHeader('Content-Type', sheet ? 'text/css' : 'image/svg+xml');
    res.end(sheet ? '.signin { outline: 7px solid rgb(1, 2, 3); background: url(/logo.svg); }' : '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="3"/>');
  });
  await new Promise((resolve) => assets.listen(0, '127.0.0.4', () => resolve(undefined)));
  assetOrigin = `http://127.0.0.4:${/** @type {import('node:net').AddressInfo} */ (assets.address()).port}`;
  await host.allow(clientId, '--origin', demo.facts.host.url, '--asset-origin', assetOrigin);
});
after(async () => {
  assets.closeAllConnections();
  assets.close();
  host.close();
  await demo.close();
});

/**
 * A page with the phone, by script, or as a frame with what follows its address.
 * @param {(person: Person, tab: Tab) => Promise<void>} use
 * @param {string} parameters @param {{user?: string, frame?: boolean} & Parameters<typeof Person.open>[1]} [how]
 */
async function phone(parameters, use, { user, frame, ...options } = {}) {
  const person = await Person.open(demo, { engine: true, ...options });
  const address = (/** @type {string} */ file) => `${demo.facts.widget.url}/${file}?clientId=${clientId}${parameters}`;
  const tag = frame ? `<iframe id="rc-widget-adapter-frame" width="400" height="600" src="${address('app.html')}"></iframe>` : `<script src="${address('adapter.js')}"></script>`;
  host.put('/', tag);
  host.put('/own.html', `<script>window.__ON_RC_POPUP_WINDOW = 1;</script><script src="${demo.facts.widget.url}/adapter.js"></script>`);
  try {
    const page = await person.context.newPage();
    await page.goto(`${host.origin}/`);
    const tab = await new Tab(page).started();
    if (user) await person.enter(tab, await demo.user(user));
    await use(person, tab);
  } finally {
    await person.close();
  }
}

it('stylesUri: the page\'s own look comes from an asset origin, with its pictures, and from nowhere else', async () => {
  await phone(`&stylesUri=${encodeURIComponent(`${assetOrigin}/phone.css`)}`, async (person, tab) => {
    const panel = tab.phone.locator('.signin');
    assert.equal(await panel.evaluate((e) => getComputedStyle(e).outlineWidth), '7px');
    await picture;
    assert.deepEqual(person.console.filter((line) => /Content Security Policy|NotSameOrigin|ERR_BLOCKED/.test(line)), []);
  });
  await phone(`&stylesUri=${encodeURIComponent('https://evil.example/phone.css')}`, async (person) => {
    assert.ok(person.console.some((line) => line.includes('offhook embed add” with --asset-origin https://evil.example')), person.console.join('\n'));
    assert.deepEqual(person.urls.filter((url) => url.includes('evil.example/')), []);
  });
});

it('disableMessages: there are no texts in the phone, and the page hears of none', async () => {
  const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
  await phone('&disableMessages=false', async (person, tab) => {
    await person.enter(tab, ada);
    await tab.phone.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    assert.equal(await tab.phone.locator('[data-tab="/messages"]').isVisible(), false);
    const status = await tab.hears('rc-login-status-notify', '"loggedIn":true');
    assert.equal(status.features.sms, false);
    await (await Api.as(demo, ben)).text(ada, 'Nobody reads this');
    await tab.post({ type: 'rc-adapter-update-features-flags' });
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/messages' });
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts' });
    await tab.hears('rc-route-changed-notify', '/contacts');
    assert.equal(await tab.phone.locator('[data-tab="/messages"]').isVisible(), false, 'a page\'s flags give back what flags took');
    assert.deepEqual((await tab.heard()).filter((m) => /rc-(inbound-message|message-updated)-notify/.test(m.data?.type)), []);
  });
});

it('disableReadText takes the texts away as well, and an empty value does in a frame, not by script', async () => {
  await phone('&disableReadText', async (_, tab) => {
    await tab.phone.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    assert.equal(await tab.phone.locator('[data-tab="/messages"]').isVisible(), false);
  }, { user: 'Ada Archer', frame: true });
  await phone('&disableReadText=', async (_, tab) => {
    await tab.phone.locator('[data-tab="/messages"]').waitFor();
  }, { user: 'Ada Archer' });
});

it('disableContacts: the tab is gone, and nobody gets there', async () => {
  await phone('&disableContacts=1', async (_, tab) => {
    await tab.phone.locator('[data-tab="/messages"]').waitFor();
    assert.equal(await tab.phone.locator('[data-tab="/contacts"]').isVisible(), false);
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/settings' });
    await tab.phone.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
    await tab.post({ type: 'rc-adapter-navigate-to', path: '/contacts' });
    await tab.phone.getByRole('searchbox').first().waitFor();
    assert.equal(await tab.phone.getByRole('heading', { name: 'Contacts', exact: true }).isVisible(), false);
  }, { user: 'Ada Archer' });
});

it('parameters in the fragment count, and more than those of the query', async () => {
  await phone('&prefix=query#prefix=fragment&disableMessages', async (_, tab) => {
    await tab.phone.locator('body[data-prefix=fragment]').waitFor(); // it is loaded twice
    const frame = await tab.frame();
    assert.equal(await frame.evaluate(() => document.body.dataset.without), 'text');
    assert.equal(new URL(frame.url()).hash, '');
  }, { frame: true });
});

it('appVersion stands in the settings', async () => {
  await phone('&appVersion=2.1&userAgent=Acme%2F2.1', async (_, tab) => {
    await tab.goTo('Settings');
    await tab.phone.getByText(/^2\.1 \(Offhook /).waitFor();
  }, { user: 'Ada Archer' });
});

it('enableAnalytics: the page hears what the user does, and not what they write', async () => {
  const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
  const track = async (/** @type {Tab} */ tab) => (await tab.heard()).filter((m) => m.data?.type === 'rc-analytics-track').map((m) => [m.data.event, m.data.properties]);
  await (await Api.as(demo, ben)).text(ada, 'Say something');
  await phone('&enableAnalytics=1', async (person, tab) => {
    await person.signIn(tab, ada);
    await tab.openConversation('Say something');
    await tab.send('A secret of mine');
    await tab.hears('rc-analytics-track', 'sent successfully');
    await tab.page.setViewportSize({ width: 1280, height: 800 });
    await tab.signOut();
    await tab.hears('rc-analytics-track', 'Logout');
    assert.deepEqual(await track(tab), [['Authentication', {}], ['SMS Attempt', {}], ['SMS: SMS sent successfully', {}], ['Logout', {}]]);
  });
  await phone('', async (person, tab) => {
    await person.enter(tab, ada);
    await tab.signOut();
    assert.deepEqual(await track(tab), []);
  });
});

it('what does nothing says so in the console', async () => {
  await phone('&authProxy=1&enableErrorReport=1&_t=17', async (person) => {
    const said = person.console.filter((line) => line.includes('does nothing in this phone'));
    assert.deepEqual(said.map((line) => /parameter (\w+)/.exec(line)?.[1]), ['authProxy', 'enableErrorReport']);
  });
});

it('newAdapterUI: minimized, the phone is a tab at the edge that opens to its name', async () => {
  for (const side of ['right', 'left']) {
    await phone(`&newAdapterUI=1&defaultDirection=${side}`, async (_, tab) => {
      await tab.page.locator('#rc-widget .pill .label').waitFor({ state: 'attached' });
      await tab.page.evaluate(() => window.RCAdapter.setMinimized(true));
      const pill = tab.page.getByRole('button', { name: /^Open / });
      await pill.waitFor();
      const box = () => pill.evaluate((e) => ({ left: e.getBoundingClientRect().left, right: innerWidth - e.getBoundingClientRect().right }));
      await tab.page.waitForFunction(() => /** @type {HTMLElement} */ (window.RCAdapter.container.shadowRoot?.querySelector('.pill')).offsetWidth === 35);
      assert.equal(Math.round((await box())[side === 'right' ? 'right' : 'left']), 0, 'at the edge');
      await pill.focus();
      await tab.page.keyboard.press('Shift'); // as if one came by keyboard
      await pill.hover();
      await tab.page.waitForFunction(() => /** @type {HTMLElement} */ (window.RCAdapter.container.shadowRoot?.querySelector('.pill')).offsetWidth === 140);
      await pill.click();
      await tab.phone.getByRole('button', { name: 'Sign In', exact: true }).waitFor();
    });
  }
});

it('enablePopup: the phone opens in a window of its own, which it fills, once', async () => {
  await phone('&enablePopup=1&disableContacts=1', async (person, tab) => {
    const button = tab.page.getByRole('button', { name: 'Open in a window of its own' });
    await button.waitFor();
    const opened = person.context.waitForEvent('page');
    await button.click();
    const own = await opened;
    await own.waitForURL(`${demo.facts.widget.url}/popup.html?*`);
    assert.equal(new URL(own.url()).searchParams.get('disableContacts'), '1');
    await new Tab(own).started();
    // A window gets its size after its page has begun.
    await own.waitForFunction(() => {
      const box = document.querySelector('iframe')?.getBoundingClientRect();
      return box?.width === innerWidth && box.height === innerHeight;
    });
    await tab.page.waitForFunction(() => window.RCAdapter.minimized);
    assert.equal(await tab.page.evaluate(() => window.RCAdapter.isWindowPoppedUp()), true);

    // Again, here and in another tab: it is there already.
    await tab.page.evaluate(() => window.RCAdapter.setMinimized(false));
    await button.click();
    await tab.page.waitForFunction(() => window.RCAdapter.minimized);
    const other = await person.context.newPage();
    await other.goto(`${host.origin}/`);
    await other.evaluate(() => window.RCAdapter.ready().then(() => true));
    assert.equal(await other.evaluate(() => window.RCAdapter.isWindowPoppedUp()), true);
    assert.equal(await other.evaluate(() => window.RCAdapter.popupWindow()), true);
    assert.equal(person.context.pages().filter((p) => p.url().includes('/popup.html')).length, 1);
    await own.close();
    assert.equal(await other.evaluate(() => window.RCAdapter.isWindowPoppedUp()), false);
  });
});

it('popupPageUri: a page of the host\'s own shares the sign-in', async () => {
  await phone('&enablePopup=1&popupPageUri=/own.html', async (person, tab) => {
    const opened = person.context.waitForEvent('page');
    await tab.page.getByRole('button', { name: 'Open in a window of its own' }).click();
    const own = await opened;
    await own.waitForURL(`${host.origin}/own.html?*`);
    await new Tab(own).signedIn();
  }, { user: 'Ada Archer' });
});

it('a link to the window of its own, or to the preview, signs nobody in as somebody else', async () => {
  const person = await Person.open(demo, { engine: true });
  try {
    const jwt = (await demo.user('Ben Brook')).jwt ?? 'eyJ.of.somebody';
    for (const path of ['/popup.html', '/configurator/stage']) {
      const page = await person.context.newPage();
      await page.goto(`${demo.facts.widget.url}${path}?clientId=${clientId}&jwt=${jwt}&authorizationCode=c&intake=i&ticket=t&appSecret=s`);
      assert.deepEqual([...new URL(page.url()).searchParams.keys()], ['clientId']);
      await new Tab(page).signedOut();
    }
  } finally {
    await person.close();
  }
});

it('defaultAutoLogMessageEnabled and defaultAutoLogCallEnabled: what is logged is logged by itself, until the user decides', async () => {
  const auto = async (/** @type {string} */ parameters, /** @type {string} */ said) => phone(parameters, async (person, tab) => {
    await register(tab, { name: 'Acme', callLoggerPath: '/call', messageLoggerPath: '/log' });
    await person.enter(tab, await demo.user('Tess Tester'));
    for (const type of ['rc-messageLogger-auto-log-notify', 'rc-callLogger-auto-log-notify']) await tab.hears(type, said);
  });
  await auto('', '"autoLog":false');
  await auto('&defaultAutoLogMessageEnabled=1&defaultAutoLogCallEnabled=1', '"autoLog":true');
});

it('enableTypingTimeTracking: the log of a text says how long it was written at', async () => {
  const ben = await demo.user('Ben Brook');
  const timed = (/** @type {string} */ parameters, /** @type {(ms: any) => boolean} */ fits) => phone(`&defaultAutoLogMessageEnabled=1${parameters}`, async (_, tab) => {
    await serve(tab, { '/log': { data: 'ok' } });
    await register(tab, { name: 'Acme', messageLoggerPath: '/log' });
    await tab.hears('rc-messageLogger-auto-log-notify', '"autoLog":true');
    await tab.compose(ben.phoneNumber, ben.name);
    await tab.send('Written here');
    const { conversation } = await asked(tab, '/log', 'Written here');
    const [message] = conversation.messages;
    assert.ok(fits(message.typingDurationMs), String(message.typingDurationMs));
  }, { user: 'Ada Archer' });
  await timed('&enableTypingTimeTracking=1', (ms) => Number.isInteger(ms) && ms > 0);
  await timed('', (ms) => ms === undefined);
});

it('fromAdapter: a frame that the script has placed does not keep how it stands as well', async () => {
  await phone('', async (_, tab) => {
    await tab.hears('rc-adapter-pushAdapterState');
  }, { frame: true });
  await phone('', async (person, tab) => {
    await person.enter(tab, await demo.user('Ada Archer'));
    await tab.hears('rc-login-status-notify', '"loggedIn":true');
    assert.deepEqual((await tab.heard()).filter((m) => m.data?.type === 'rc-adapter-pushAdapterState'), []);
  });
});

it('enableSmsSettingEvent: the page learns the numbers that texts may be sent from, where it has asked', async () => {
  await phone('&enableSmsSettingEvent=1', async (_, tab) => {
    const { senderNumbers } = await tab.hears('rc-sms-settings-notify');
    assert.ok(senderNumbers.length > 0);
  }, { user: 'Ada Archer' });
  await phone('', async (_, tab) => {
    await tab.hears('rc-login-status-notify', '"loggedIn":true');
    await tab.goTo('Settings');
    await tab.hears('rc-route-changed-notify', '/settings');
    assert.deepEqual((await tab.heard()).filter((m) => m.data?.type === 'rc-sms-settings-notify'), []);
  }, { user: 'Ada Archer' });
});

it('disableMinimize and zIndex: the phone stands as the page wants it', async () => {
  await phone('&disableMinimize=1&zIndex=7', async (_, tab) => {
    assert.equal(await tab.page.getByRole('button', { name: 'Minimize' }).count(), 0);
    assert.equal(await tab.page.locator('#rc-widget').evaluate((e) => getComputedStyle(e).zIndex), '7');
    await tab.page.evaluate(() => window.RCAdapter.setMinimized(true));
    assert.equal(await tab.page.evaluate(() => window.RCAdapter.minimized), false);
  });
});
