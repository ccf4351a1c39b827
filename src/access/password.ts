import { hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import { AppError, RetryLater } from '../base/error.ts';
import { fairTurns } from '../infra/fair-turns.ts';
import { wideNetwork } from '../infra/http/network.ts';
import { randomText } from './random-text.ts';

const MIN_LENGTH = 12;
const MIN_DISTINCT = 5;

/** Of the most used passwords (SecLists, 2024), those that are long enough to pass otherwise, and the words they are made of. */
const COMMON = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789123',
  '1234567891011',
  '123123123123',
  '112233445566',
  '098765432109',
  '1q2w3e4r5t6y',
  '1q2w3e4r5t6y7u8i',
  '1qaz2wsx3edc',
  '1qaz2wsx3edc4rfv',
  'qazwsxedcrfv',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiop[]',
  'qwertyuiopasdf',
  'qwertyuiopasdfghjkl',
  'qwerty123456',
  'qwerty1234567',
  'qwertyqwerty',
  'asdfghjkl123',
  'asdfghjklqwe',
  'zxcvbnm12345',
  'abcdefghijkl',
  'abcdefghijklm',
  'abcdefghijklmnop',
  'abcd12345678',
  'abc123456789',
  'a123456789012',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'password2024',
  'password2025',
  'password2026',
  'passw0rd1234',
  'p@ssw0rd1234',
  'p@ssword1234',
  'letmein12345',
  'letmein123456',
  'welcome12345',
  'welcome123456',
  'welcome12024',
  'administrator',
  'administrator1',
  'admin1234567',
  'admin12345678',
  'admin123456789',
  'adminadmin12',
  'adminadminadmin',
  'changeme1234',
  'changemeplease',
  'iloveyou1234',
  'iloveyou12345',
  'ilovemyfamily',
  'iloveyouforever',
  'football1234',
  'baseball1234',
  'basketball12',
  'basketball123',
  'liverpool123',
  'manchester12',
  'manchesterunited',
  'superman1234',
  'spiderman123',
  'starwars1234',
  'dragonball12',
  'princess1234',
  'sunshine1234',
  'trustno1trustno1',
  'thisismypassword',
  'mypassword123',
  'mypassword1234',
  'secretsecret',
  'secret123456',
  'supersecret1',
  'correcthorsebatterystaple',
]);

/** OWASP Password Storage Cheat Sheet, first choice for argon2id: 19 MiB, two passes, one lane. 2 is argon2id. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The same password typed on another keyboard must be the same bytes (NIST SP 800-63B §5.1.1.2). */
const canonical = (password: string): string => password.normalize('NFKC');

/**
 * Refuses passwords that are guessed first. Errors: `access.password_too_short` (under 12 characters),
 * `access.password_too_common` (a well-known one, or fewer than five different characters),
 * `access.password_too_personal` (holds the name in the e-mail address).
 */
export function checkNewPassword(password: string, email: string): void {
  const text = canonical(password);
  const lower = text.toLowerCase();
  if ([...text].length < MIN_LENGTH) {
    throw new AppError('unprocessable', 'access.password_too_short', `A password needs at least ${MIN_LENGTH} characters.`);
  }
  if (COMMON.has(lower) || new Set(lower).size < MIN_DISTINCT) {
    throw new AppError('unprocessable', 'access.password_too_common', 'This password is among the first that are guessed. Choose another.');
  }
  const name = email.slice(0, email.indexOf('@')).toLowerCase();
  if (name.length >= 4 && lower.includes(name)) {
    throw new AppError('unprocessable', 'access.password_too_personal', 'A password must not hold the name in the e-mail address.');
  }
}

/**
 * A hash takes a processor for 20 ms and 19 MiB. Of the four threads on which Node also reads files and looks names up one stays
 * free, and of the processors one for everybody who is in already. At most some seconds of work wait. Who is known has turns
 * apart: strangers may come from more networks than there are places.
 */
const turns = {
  strangers: fairTurns({ atOnce: Math.max(1, Math.min(2, availableParallelism() - 1)), places: 200, busy }),
  known: fairTurns({ atOnce: 1, places: 100, busy }),
};

const BUSY_SECONDS = 2;

function busy(): RetryLater {
  const message = `More passwords are given at this moment than can be looked at. Try again in ${BUSY_SECONDS} s.`;
  return new RetryLater('access.busy', message, BUSY_SECONDS);
}

/** Whose turn it is, and whether it is somebody's whom we know. */
export type Lane = { name: string; isKnown: boolean };

/** Of strangers that of their network, so that no flood of one keeps another waiting; of users their own. */
export const laneOf = (who: { address: string } | { actorId: string }): Lane =>
  'address' in who ? { name: wideNetwork(who.address), isKnown: false } : { name: `actor ${who.actorId}`, isKnown: true };

/** Does work that looks at a password when it is the lane's turn. Errors: `access.busy`, those of the work. */
export function inTurn<T>({ name, isKnown }: Lane, work: () => Promise<T>): Promise<T> {
  return turns[isKnown ? 'known' : 'strangers'].run(name, work);
}

/** The argon2id hash of a password, with its salt and parameters in it. Errors: `access.busy`. */
export async function hashPassword(password: string, lane: Lane): Promise<string> {
  return await inTurn(lane, () => hash(canonical(password), COST));
}

let decoy: Promise<string> | undefined;

/** Whether the password fits the hash. Without a hash (no such user) it works as long and says no. To be asked `inTurn`. */
export async function passwordFits(passwordHash: string | undefined, password: string): Promise<boolean> {
  const compared = passwordHash ?? (await (decoy ??= hash(randomText(32), COST)));
  const fits = await verify(compared, canonical(password));
  return fits && passwordHash !== undefined;
}
