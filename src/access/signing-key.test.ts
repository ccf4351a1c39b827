import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from '../base/secret.ts';
import { seal, unseal } from '../base/seal.ts';
import { ANNOUNCE_MS, nextActivation, retired, ROTATE_MS, signerOf, type KeyTime } from './signing-key.ts';
import { TOKEN_MS } from './token.ts';

const HOUR = 3_600_000;
const start = 1_764_000_000_000;

test('at any time someone signs, every live token can be verified, and a key is known an hour before it signs', () => {
  const pause = fc.integer({ min: 1, max: 30 * HOUR });
  fc.assert(
    fc.property(fc.array(pause, { minLength: 100, maxLength: 200 }), (pauses) => {
      let keys: KeyTime[] = [];
      let now = start;
      let signed: { kid: string; at: number }[] = [];
      for (const pauseMs of pauses) {
        const activeFrom = nextActivation(keys, now);
        if (activeFrom !== undefined) {
          expect(keys.length === 0 ? activeFrom === now : activeFrom - now >= ANNOUNCE_MS).toBe(true);
          keys.push({ kid: `key ${keys.length} at ${now}`, activeFrom });
        }
        const gone = retired(keys, now);
        keys = keys.filter((key) => !gone.includes(key));
        signed = signed.filter(({ at }) => now - at < TOKEN_MS);
        for (const { kid } of signed) expect(keys.map((key) => key.kid)).toContain(kid);
        signed.push({ kid: signerOf(keys, now)!.kid, at: now });
        expect(keys.length).toBeLessThanOrEqual(3);
        now += pauseMs;
      }
    }),
  );
});

test('the next key is made so that the old one signs no longer than it should', () => {
  const keys = [{ kid: 'a', activeFrom: start }];
  expect(nextActivation(keys, start + ROTATE_MS - ANNOUNCE_MS - 1)).toBeUndefined();
  expect(nextActivation(keys, start + ROTATE_MS - ANNOUNCE_MS)).toBe(start + ROTATE_MS);
});

test('what is sealed opens with its master key and name only, and any changed byte is found', () => {
  const [masterKey, other] = [new Secret<Uint8Array>(randomBytes(32)), new Secret<Uint8Array>(randomBytes(32))];
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (plain, at) => {
      const sealed = seal(plain, 'kid', masterKey);
      expect(unseal(sealed, 'kid', masterKey)).toEqual(Buffer.from(plain));
      expect(unseal(sealed, 'other', masterKey)).toBeUndefined();
      expect(unseal(sealed, 'kid', other)).toBeUndefined();
      sealed[at % sealed.length]! ^= 1;
      expect(unseal(sealed, 'kid', masterKey)).toBeUndefined();
    }),
  );
});
