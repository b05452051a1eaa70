// What the page of a call says and offers while it goes on.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

const [mine, theirs, third] = voices;

describe('the page of a call', () => {
  it('says what another press on Record does', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Record');
    const stop = me.live.getByRole('button', { name: 'Stop recording', pressed: true });
    await stop.waitFor();
    await stop.click();
    await me.live.getByRole('button', { name: 'Record', exact: true, pressed: false }).waitFor();
    await me.press('Hang up');
    await far.told('ended');
  });

  it('offers people first to pass the call on to, and nobody who is in it', async () => {
    const me = await stage.handset('Una User', mine);
    const [bob, cid] = [await stage.party('web-phone', theirs, 'Bob Inner'), await stage.party('web-phone', third, 'Cid Inner')];
    await me.talksTo(bob);
    await me.press('Hang up');
    await bob.told('ended');
    await me.call('+16505550999'); // does not exist
    await me.is('ended');
    await me.tab.goTo('History');
    for (const who of ['Bob Inner', '(650) 555-0999']) await me.phone.locator('.call-row').filter({ hasText: who }).waitFor();
    await me.talksTo(cid);
    await me.press('Transfer');
    const rows = me.live.locator('#pass-found .option__name');
    await rows.nth(1).waitFor();
    assert.deepEqual((await rows.allInnerTexts()).map((name) => name.replace(/ [A-Z]{2}$/, '')), ['Bob Inner', '(650) 555-0999']); // users of tests have letters after their name
    await rows.first().click();
    await me.live.getByRole('button', { name: 'Transfer', exact: true }).last().click();
    await bob.told('incoming', 2);
    await me.is('ended');
    await cid.does('hangup');
  });

  it('gives the keyboard the name to go on from when the pressed button is gone', async () => {
    const me = await stage.handset('Una User', mine);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.press('Transfer');
    const park = me.live.getByRole('button', { name: 'Park', exact: true });
    await park.focus();
    await park.press('Enter');
    await me.is('ended');
    await me.live.locator('h1:focus').waitFor();
    await far.does('hangup');
  });
});
