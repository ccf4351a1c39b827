import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exchange, GRACE_MS, IDLE_MS, SESSION_MS, sessionExpiry, type Session } from './session.ts';

const start = 1_764_000_000_000;
const opened = (): Session => ({ generation: 1, rotatedAt: start, startedAt: start });

/** A world with one session: what `refresh` does to it, and the token that comes back. */
function world() {
  let session = opened();
  let now = start;
  return {
    wait: (ms: number) => void (now += ms),
    generation: () => session.generation,
    refresh(token: number): number | 'reused' | 'ended' | 'expired' {
      const outcome = exchange(session, token, now);
      if (outcome.result === 'rotated') session = { ...session, generation: outcome.generation, rotatedAt: now };
      if (outcome.result === 'reused') session = { ...session, endedAt: now };
      return 'generation' in outcome ? outcome.generation : outcome.result;
    },
  };
}

test('an honest client goes on for ever, though answers get lost and tabs ask at once', () => {
  const step = fc.record({
    pauseMs: fc.integer({ min: 0, max: IDLE_MS / 100 }),
    asks: fc.integer({ min: 1, max: 5 }),
    apartMs: fc.integer({ min: 0, max: GRACE_MS / 5 }),
    keeps: fc.nat(4),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const { wait, refresh } = world();
      let cookie = 1;
      let sinceStart = 0;
      for (const { pauseMs, asks, apartMs, keeps } of steps) {
        if ((sinceStart += pauseMs + asks * apartMs) > SESSION_MS - 1) break;
        wait(pauseMs);
        const answers: number[] = [];
        for (let i = 0; i < asks; i++) {
          const answer = refresh(cookie);
          expect(answer).toBeTypeOf('number');
          answers.push(answer as number);
          wait(apartMs);
        }
        cookie = answers[keeps % asks]!;
      }
    }),
  );
});

test('of two parties that hold the same token, the second to come after the grace is found out and both are out', () => {
  const turn = fc.record({ thief: fc.boolean(), pauseMs: fc.integer({ min: GRACE_MS + 1, max: IDLE_MS / 50 }) });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 2, maxLength: 40 }), (turns) => {
      const { wait, refresh } = world();
      const held = { thief: 1, owner: 1 };
      let last: 'thief' | 'owner' | undefined;
      for (const { thief, pauseMs } of turns) {
        wait(pauseMs);
        const who = thief ? 'thief' : 'owner';
        const answer = refresh(held[who]);
        if (last !== undefined && last !== who) {
          expect(answer).toBe('reused');
          expect([refresh(held.thief), refresh(held.owner)]).toEqual(['ended', 'ended']);
          return;
        }
        held[who] = answer as number;
        last = who;
      }
    }),
  );
});

test('a thief who copies a token within the grace is found out when both have gone on', () => {
  const { wait, refresh } = world();
  const owner = refresh(1) as number;
  const thief = refresh(1) as number;
  expect(thief).toBe(owner);
  wait(60_000);
  expect(refresh(owner)).toBe(owner + 1);
  wait(GRACE_MS + 1);
  expect(refresh(thief)).toBe('reused');
});

test('every token but the current one and the one just before it is proof of theft, at any time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 3, max: 1_000 }),
      fc.integer({ min: 2, max: 999 }),
      fc.integer({ min: 0, max: IDLE_MS - 1 }),
      (generation, back, afterMs) => {
        const token = Math.max(1, generation - back);
        fc.pre(token < generation - 1);
        expect(exchange({ ...opened(), generation }, token, start + afterMs)).toEqual({ result: 'reused' });
      },
    ),
  );
});

test('an ended session stays ended and an expired one expired, whatever is presented', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (generation, token) => {
      expect(exchange({ ...opened(), generation, endedAt: start }, token, start)).toEqual({ result: 'ended' });
      const expired = { ...opened(), generation };
      expect(exchange(expired, token, sessionExpiry(expired))).toEqual({ result: 'expired' });
    }),
  );
});

test('using a session moves its end, but never beyond thirty days', () => {
  expect(sessionExpiry(opened())).toBe(start + IDLE_MS);
  expect(sessionExpiry({ startedAt: start, rotatedAt: start + 20 * 86_400_000 })).toBe(start + SESSION_MS);
});
