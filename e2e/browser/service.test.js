// What a host page's own application adds to the phone: its card with the
// authorization button, its settings, its banner. The first is the old
// documents' snippet to the letter.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';
import { asked, register, serve, times } from '../lib/service.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

const snippet = {
  name: 'TestService',
  displayName: 'TestServiceDisplayName',
  info: 'Some description about this service',
  authorizationPath: '/authorize',
  authorizedTitle: 'Unauthorize',
  unauthorizedTitle: 'Authorize',
  authorized: false,
  authorizedAccount: 'test@email.com',
  authorizationLogo: 'data:image/svg+xml,%3Csvg%20xmlns=%27http://www.w3.org/2000/svg%27%20width=%2760%27%20height=%2730%27/%3E',
  showAuthRedDot: true,
};

describe('the authorization button', () => {
  it('asks the page, and shows in every tab what the page says', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      const other = await person.tab();
      await other.signedIn();
      await other.goTo('Settings');
      await serve(tab, { '/authorize': { data: 'ok' } });
      await register(tab, snippet);
      await tab.goTo('Settings');
      await tab.phone.getByRole('heading', { name: 'TestServiceDisplayName' }).waitFor();
      await tab.phone.getByText('Some description about this service').waitFor();
      await tab.phone.getByRole('navigation').getByText('Needs your attention').waitFor({ state: 'attached' });
      await tab.phone.getByRole('button', { name: 'Authorize', exact: true }).click();
      assert.deepEqual(await asked(tab, '/authorize'), { authorized: false });

      await tab.post({ type: 'rc-adapter-update-authorization-status', authorized: true, authorizedAccount: 'test@email.com' });
      for (const at of [tab, other]) {
        await at.phone.getByText('Connected as test@email.com').waitFor();
        await at.phone.getByRole('button', { name: 'Unauthorize', exact: true }).waitFor();
      }
      await tab.phone.locator('[data-service-dot]').waitFor({ state: 'hidden' });
      await tab.phone.getByRole('button', { name: 'Unauthorize', exact: true }).click();
      await asked(tab, '/authorize', '"authorized":true');
    } finally {
      await person.close();
    }
  });

  it('says so when the page does not answer, and can be pressed again', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await person.context.clock.install();
      await serve(tab, {});
      await register(tab, snippet);
      await tab.goTo('Settings');
      const button = tab.phone.getByRole('button', { name: 'Authorize', exact: true });
      await button.click();
      await asked(tab, '/authorize');
      await person.context.clock.runFor(16_000);
      await tab.phone.getByText('TestServiceDisplayName did not answer.').waitFor();
      await serve(tab, { '/authorize': { data: 'ok' } });
      await button.click();
      await tab.phone.getByText('TestServiceDisplayName did not answer.').waitFor({ state: 'hidden' });
      assert.equal(await times(tab, '/authorize'), 2);
    } finally {
      await person.close();
    }
  });

  it('is there when the page registers before anybody has signed in', async () => {
    const person = await Person.open(demo, { engine: true });
    try {
      const tab = await person.tab();
      await register(tab, snippet);
      await person.enter(tab, await demo.user('Ada Archer'));
      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    } finally {
      await person.close();
    }
  });

  it('is registered again by itself when the server has restarted', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await register(tab, snippet);
      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
      await demo.kill();
      await demo.start();
      await tab.phone.getByText('Connected', { exact: true }).waitFor();
      await tab.phone.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
    } finally {
      await person.close();
    }
  });
});

describe("a service's own settings and banner", () => {
  it('are drawn, tell the page of each change, and come back as the page wants them', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await serve(tab, { '/settings': { data: 'ok' }, '/button': { data: 'ok' } });
      const settings = [
        { id: 'pop', type: 'boolean', name: 'Open contact on ring', value: true },
        { id: 'kind', type: 'option', name: 'Record kind', options: [{ id: 'lead', name: 'Lead' }, { id: 'case', name: 'Case' }], value: 'lead' },
        { id: 'more', type: 'section', name: 'Acme options', items: [{ id: 'hint', name: 'hint', type: 'admonition', severity: 'warning', value: 'Needs **admin** rights' }, { id: 'team', name: 'Team', type: 'string', value: '', required: true }] },
        { id: 'run', type: 'button', name: 'Synchronize', buttonLabel: 'Run now' },
      ];
      await register(tab, { name: 'Acme', settingsPath: '/settings', settings, buttonEventPath: '/button' });
      await tab.goTo('Settings');
      await tab.phone.getByRole('switch', { name: 'Open contact on ring' }).click();
      const body = await asked(tab, '/settings', '"pop"');
      assert.deepEqual(body.setting, { ...settings[0], value: false });
      await tab.phone.getByRole('combobox', { name: 'Record kind' }).selectOption('Case');
      await asked(tab, '/settings', '"value":"case"');
      await tab.phone.getByRole('button', { name: 'Run now' }).click();
      assert.deepEqual(await asked(tab, '/button'), { button: { id: 'run', type: 'setting', label: 'Run now', name: 'Synchronize' } });

      await tab.phone.getByRole('link', { name: 'Acme options' }).click();
      const save = tab.phone.getByRole('button', { name: 'Save' });
      assert.ok(await save.isDisabled());
      await tab.phone.getByRole('textbox', { name: 'Team' }).fill('Sales');
      await save.click();
      await asked(tab, '/settings', '"Sales"');
      await tab.phone.getByRole('link', { name: 'Acme options' }).waitFor();

      // To refuse a change, the page sends its list again.
      await tab.post({ type: 'rc-adapter-update-third-party-settings', settings: [settings[0]] });
      await tab.phone.getByRole('link', { name: 'Acme options' }).waitFor({ state: 'detached' });
      assert.ok(await tab.phone.getByRole('switch', { name: 'Open contact on ring' }).isChecked());

      await tab.post({ type: 'rc-adapter-update-customized-banner', banner: { id: 'b', message: 'See the **news**', severity: 'info', action: { label: 'Read' }, closable: true } });
      await tab.phone.getByText('See the news').waitFor();
      await tab.phone.getByRole('button', { name: 'Read' }).click();
      await asked(tab, '/button', '"customizedBanner"');
      await tab.phone.getByRole('button', { name: 'Close' }).click();
      await asked(tab, '/button', '"dismissed":true');
      await tab.phone.getByText('See the news').waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });
});

describe('the toolbar of a text', () => {
  it('has the buttons of the service, whose clicks the page hears', async () => {
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await serve(tab, { '/button': { data: 'ok' } });
      const icon = snippet.authorizationLogo;
      await register(tab, { name: 'Acme', buttonEventPath: '/button', buttons: [{ id: 'tpl', type: 'smsToolbar', label: 'Deal templates', icon }, { id: 'off', type: 'smsToolbar', label: 'Elsewhere', icon: 'https://evil.example/x.png' }] });
      await tab.phone.getByRole('link', { name: 'New message' }).first().click();
      await tab.phone.getByRole('button', { name: 'Deal templates' }).click();
      assert.deepEqual(await asked(tab, '/button'), { button: { id: 'tpl', type: 'smsToolbar', label: 'Deal templates' } });
      await tab.phone.getByRole('button', { name: 'Elsewhere' }).getByText('E', { exact: true }).waitFor();
      assert.ok(person.console.some((line) => /asset origin/.test(line)), 'the developer is told of the picture');
      assert.ok(!person.urls.some((url) => url.includes('evil.example')));
    } finally {
      await person.close();
    }
  });
});

describe('do not contact', () => {
  it('asks the page before a text goes out, and fails closed', async () => {
    const ben = await demo.user('Ben Brook');
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await serve(tab, { '/dnc': { data: { result: false } } });
      await register(tab, { name: 'Acme', doNotContactPath: '/dnc' });
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Allowed');
      await tab.bubble('Allowed').waitFor();
      assert.deepEqual(await asked(tab, '/dnc'), { recipients: [{ phoneNumber: ben.phoneNumber, name: ben.name }], actionType: 'sms' });

      await serve(tab, { '/dnc': { data: { result: true, mode: 'restrict', message: 'On the list since May' } } });
      await tab.send('Refused');
      await tab.phone.getByText('On the list since May').waitFor();
      assert.equal(await tab.phone.getByRole('button', { name: 'Send anyway' }).count(), 0);
      await tab.phone.getByRole('button', { name: 'Close' }).click();
      await tab.phone.getByText('Not sent. Acme does not let you text').waitFor();

      await serve(tab, { '/dnc': { data: { result: true, message: 'Only in the morning' } } });
      await tab.send('Warned');
      await tab.phone.getByText('Only in the morning').waitFor();
      await tab.phone.getByRole('button', { name: 'Send anyway' }).click();
      await tab.phone.locator('.msg--mine:not(.msg--sending)').getByText('Warned').waitFor();
      const entries = await demo.audit();
      assert.match(JSON.stringify(entries), /"contact".*Only in the morning/);

      const before = await times(tab, '/dnc');
      const taken = tab.page.waitForResponse((r) => /\/service$/.test(r.url()) && r.request().method() === 'POST');
      await register(tab, { name: 'Acme', doNotContactPath: '' });
      await taken;
      await tab.send('Unasked');
      await tab.bubble('Unasked').waitFor();
      assert.equal(await times(tab, '/dnc'), before);
    } finally {
      await person.close();
    }
  });

  it('asks the user when the page does not answer', async () => {
    const ben = await demo.user('Ben Brook');
    const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
    try {
      await person.context.clock.install();
      await serve(tab, {});
      await register(tab, { name: 'Acme', doNotContactPath: '/dnc' });
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Into silence');
      await asked(tab, '/dnc');
      await person.context.clock.runFor(6_000);
      await tab.phone.getByText('Acme did not say whether you may text').waitFor();
      await tab.phone.getByRole('button', { name: 'Do not send' }).click();
      await tab.phone.getByText('Not sent.').waitFor();
      assert.equal(await tab.composer().inputValue(), 'Into silence');
    } finally {
      await person.close();
    }
  });

  it('asks first after a restart, and keeps what a page said of one user from the next', { timeout: 120_000 }, async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const { person, tab } = await Person.signedIn(demo, ada);
    const service = { name: 'Acme', displayName: 'Acme CRM', doNotContactPath: '/dnc', authorizationPath: '/authorize', authorized: true, authorizedAccount: 'ada@acme.example' };
    try {
      await serve(tab, { '/dnc': { data: { result: false } } });
      await register(tab, service);
      await tab.goTo('Settings');
      await tab.phone.getByText('Connected as ada@acme.example').waitFor();
      await demo.kill();
      await demo.start();
      await tab.page.reload();
      await tab.signedIn();
      await tab.goTo('Messages');
      await tab.compose(ben.phoneNumber, ben.name);
      await tab.send('Before the page has registered');
      await tab.phone.getByText('Acme CRM did not say whether you may text Ben Brook').waitFor();
      await tab.phone.getByRole('button', { name: 'Do not send' }).click();
      await serve(tab, { '/dnc': { data: { result: false } } });
      await register(tab, service);
      await tab.send('After it has');
      await tab.bubble('After it has').waitFor();
      assert.equal(await times(tab, '/dnc'), 1);

      await tab.goTo('Messages');
      await tab.signOut();
      await person.enter(tab, ben);
      await tab.goTo('Settings');
      await tab.phone.getByRole('button', { name: 'Authorize', exact: true }).waitFor();
      assert.equal(await tab.phone.getByText('ada@acme.example').count(), 0);
    } finally {
      await person.close();
    }
  });
});
