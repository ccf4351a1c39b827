import { describe, expect, test } from 'vitest';
import {
  bindingOf,
  bindingsOf,
  checked,
  checklistOf,
  finished,
  itemOf,
  NOW,
  runOf,
  subjectOfTest,
  testPeople,
} from '../../../test/support/readiness.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { manualClock } from '../../base/time.ts';
import { keyCounted } from '../key-times.ts';
import { openFileStore } from './file-store.ts';
import { signedContent } from './leaf.ts';
import type { LogHead, RecordBody } from './record.ts';
import { soundLog } from './trusted.ts';

const DAY_MS = 86_400_000;
const people = testPeople();
const ada = people.signer('Ada', 'QA Lead');
const subject = subjectOfTest(checklistOf([itemOf('a')]), bindingsOf(bindingOf('a', checked())));
const run = finished(runOf(subject, { a: 'fail' }));

async function signed(fields: { signedAt?: string; log?: LogHead } = {}): Promise<RecordBody> {
  const draft = { kind: 'signed' as const, lineId: 'a', role: 'QA Lead', subject, statement: 'Tried it', ...fields };
  return { ...draft, signature: await ada.sign(signedContent('release', draft)) };
}

describe('when an entry was made', () => {
  test('is not before anything that stands before it, whatever it says itself, also in the log of another checklist', async () => {
    const clock = manualClock(NOW);
    const store = openFileStore(temporaryFolder(), { clock });
    await store.append('release', await signed());
    clock.set(NOW + 10 * DAY_MS);
    await store.append('other', run);
    // Whoever holds the former key writes into the log as of the time when it still counted.
    clock.set(NOW + 1);
    await store.append('release', await signed({ signedAt: new Date(NOW).toISOString() }));
    const former = {
      ...people,
      keyHeld: async (_: unknown, made: Parameters<typeof keyCounted>[1]) => keyCounted({ until: NOW + DAY_MS }, made),
    };
    const { trusted, lapsed, made } = await soundLog(store, 'release', former);
    expect([...trusted]).toEqual([0]);
    expect([...lapsed]).toEqual([1]);
    expect(made[1]).toEqual({ at: NOW + 10 * DAY_MS, place: 2, claimedAt: NOW });
  });
});

describe('a log that is not the one that was signed over', () => {
  test('is refused: entries before a signature were taken out and the rest counted anew', async () => {
    const [clock, before, after] = [manualClock(NOW), temporaryFolder(), temporaryFolder()];
    const whole = openFileStore(before, { clock });
    for (const body of [run, await signed(), run]) await whole.append('release', body);
    const head = await whole.root();
    await whole.append('release', await signed({ log: head }));
    expect((await soundLog(whole, 'release', people)).trusted.size).toBe(2);
    const cut = openFileStore(after, { clock });
    for (const body of [run, run, await signed({ log: head })]) await cut.append('release', body);
    await expect(soundLog(cut, 'release', people)).rejects.toMatchObject({ code: 'readiness.log_damaged' });
  });

  test('is not, by a word of somebody whose signature is none', async () => {
    const store = openFileStore(temporaryFolder(), { clock: manualClock(NOW) });
    const forged = await testPeople().signer('Ada', 'QA Lead').sign(new Uint8Array());
    const body = { ...(await signed({ log: { size: 9, root: 'f'.repeat(64) } })), signature: forged } as RecordBody;
    await store.append('release', body);
    expect((await soundLog(store, 'release', people)).trusted.size).toBe(0);
  });
});
