// Emergency calls: the address that help is sent to is seen before anybody is
// called, registered where there is none, and changed on the way.

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { colours, objections } from '../lib/axe.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Handset} */ let me;
before(async () => {
  stage = await Stage.open();
  me = await Handset.open(stage.demo, await stage.demo.user('Ada Urgent'), voices[0], { path: '/plain' });
});
after(async () => {
  await me?.close();
  await stage?.close();
});

/** A picture for whoever wants to look at it. @param {string} name */
const picture = async (name) => process.env.OFFHOOK_PICTURES && me.tab.page.screenshot({ path: `${process.env.OFFHOOK_PICTURES}/${name}.png` });

/** Nobody should have to guess what a button says when they need help. */
async function readable() {
  const frame = me.tab.page.frames().find((f) => f.parentFrame());
  assert.ok(frame);
  assert.deepEqual(await objections(frame, { rules: colours }), []);
}

const asked = () => me.phone.getByRole('dialog');

/** Dials what is in the field. @param {string} number */
async function dial(number) {
  await me.dial(number);
  await asked().waitFor();
}

/** Fills the form in that is open. @param {Record<string, string>} parts */
async function write(parts) {
  for (const [label, text] of Object.entries(parts)) await asked().getByLabel(label, { exact: true }).fill(text);
}

const press = (/** @type {string} */ name) => asked().getByRole('button', { name, exact: true }).click();

it('registers an address where there is none, confirms it, and is heard to be a test', { timeout: 300_000 }, async () => {
  await dial('911');
  assert.match(await asked().innerText(), /This phone cannot call 911 yet[^]*call from a mobile phone: that is quickest/);
  await picture('emergency-none');
  await readable();
  await press('Register an address');
  await asked().getByLabel('Who is there').waitFor();
  await picture('emergency-form');
  await write({ 'Who is there': 'Ada Urgent', 'Street and number': '1 Harbor Way', City: 'Belmont' });
  await press('Save address');
  // The platform knows that such an address is not whole.
  await asked().getByText('Your phone service does not know this address.').waitFor();
  await picture('emergency-wrong');
  await readable();
  await write({ 'State or province': 'CA', 'Postal code': '94002' });
  await press('Save address');
  await asked().getByText('Help will be sent to:').waitFor();
  assert.match(await asked().innerText(), /Emergency call to 911[^]*Ada Urgent\s+1 Harbor Way\s+Belmont, CA 94002\s+United States/);
  await picture('emergency-confirm');
  await readable();
  await press('Cancel');
  await me.phone.getByText('Not called.').waitFor();

  await dial('911');
  await press('Call 911');
  await asked().waitFor({ state: 'detached' });
  const call = me.phone.locator('[data-panel=active-call]');
  await call.getByText('Emergency services').first().waitFor();
  await picture('emergency-call');
  await call.getByRole('button', { name: 'Hang up' }).first().click();
  await call.waitFor({ state: 'detached' });
});

it('shows the address in the settings, and changes it', { timeout: 300_000 }, async () => {
  await me.phone.getByRole('navigation').getByRole('link', { name: 'Settings' }).click();
  await me.phone.getByRole('link', { name: /^Calling/ }).click();
  await me.phone.getByRole('button', { name: 'Address for emergency calls' }).click();
  await asked().getByLabel('Street and number').waitFor();
  await write({ 'Street and number': '2 Harbor Way' });
  await picture('emergency-settings');
  await press('Save address');
  await asked().waitFor({ state: 'detached' });
  await dial('933');
  assert.match(await asked().innerText(), /Test of your emergency address[^]*2 Harbor Way/);
  await press('Cancel');
});
