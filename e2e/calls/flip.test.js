// A call goes on at another phone of its user: the widget's page offers the
// numbers, the platform rings there, and whoever answers is heard.

import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(async () => {
  assert.doesNotMatch(stage.demo.log(), /rate limited|panic|level=ERROR/);
  await stage.close();
});

const [mine, theirs, third] = voices;

/** A person with our phone. @param {(watch: import('../lib/call.js').Watch) => Promise<unknown>} [prepare] */
async function person(prepare) {
  const user = await stage.demo.user('Una User');
  await prepare?.(await stage.watch(user));
  return stage.handset(user, mine);
}

it('rings another phone of the user, which takes the call over', async () => {
  const mobile = await stage.party('web-phone', third, 'Una Mobile');
  const me = await person((watch) => watch.api.call('POST', '/forwarding-number', {
    phoneNumber: mobile.user.phoneNumber, label: 'Mobile', type: 'Mobile', flipNumber: '2',
  }));
  const far = await stage.party('web-phone', theirs, 'Bob Inner');
  await me.talksTo(far);
  await me.press('Flip');
  await me.live.getByRole('button', { name: 'Mobile' }).click();
  await mobile.told('incoming');
  await me.live.getByText('Answer there, then hang up here.').first().waitFor();
  await Promise.all([me.hears(theirs), far.hears(mine)]); // while it rings
  await mobile.does('answer');
  await me.is('ended');
  await me.live.getByText('The call goes on without you').waitFor();
  await Promise.all([mobile.hears(theirs), far.hears(third)]);
  await far.does('hangup');
  await mobile.told('ended');
});

it('is not offered to who has no such phone, and not for calls to the phone service', async () => {
  const me = await person();
  const far = await stage.party('web-phone', theirs, 'Bob Inner');
  await me.talksTo(far);
  assert.equal(await me.live.getByRole('button', { name: 'Flip' }).count(), 0);
  const [call] = await me.calls();
  assert.equal(await me.act(call.id, 'flip', { to: far.user.phoneNumber }), 'A call can only go on at a phone of your own.');
  await me.press('Hang up');
  await far.told('ended');
  await me.call('*601');
  await me.is('connected');
  await me.live.getByRole('button', { name: 'Hold' }).waitFor();
  assert.equal(await me.live.getByRole('button', { name: /Record|Transfer|Flip/ }).count(), 0);
});
