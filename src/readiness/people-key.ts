import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, randomBytes, scrypt, sign, type KeyObject } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { canonicalJson } from '../base/canonical-json.ts';
import { AppError } from '../base/error.ts';
import { seal, unseal } from '../base/seal.ts';
import { Secret } from '../base/secret.ts';
import { makeFolder } from '../infra/make-folder.ts';
import { INSTALLATION_ACCOUNT, type Signer } from './people.ts';
import type { Signature } from './record/record.ts';

/** How dear a guess at a passphrase is: scrypt's N (a power of two), r and p. N = 2^17 takes 128 MiB and about half a second. */
export type KeyCost = { n: number; r: number; p: number };

/** A private key on disk: Ed25519, encrypted (AES-256-GCM) under a key that scrypt makes of the passphrase. */
export type SealedKey = { version: 1; account: string; publicKey: string; kdf: { name: 'scrypt'; salt: string } & KeyCost; sealed: string };

const USUAL_COST: KeyCost = { n: 2 ** 17, r: 8, p: 1 };
/** A file that asks for more (N times r, 1 GiB) was made to use up the memory of whoever opens it. */
const MOST_N_TIMES_R = 2 ** 23;
const LEAST_PASSPHRASE = 12;
/** How a signature of a person's own key is told from one of the house. */
export const ALGORITHM = 'ed25519';

/**
 * A new key pair for an account, its private half under the passphrase. Errors: `readiness.passphrase_short` for less than
 * 12 characters.
 */
export async function makeKey(account: string, passphrase: Secret, cost: KeyCost = USUAL_COST): Promise<SealedKey> {
  if ([...passphrase.reveal()].length < LEAST_PASSPHRASE)
    throw new AppError(
      'invalid',
      'readiness.passphrase_short',
      `A passphrase has at least ${LEAST_PASSPHRASE} characters; four random words are a good one.`,
    );
  const pair = generateKeyPairSync('ed25519');
  const publicKey = publicText(pair.publicKey);
  const salt = randomBytes(16).toString('base64');
  const master = await keyOf(passphrase, salt, cost);
  const sealed = seal(pair.privateKey.export({ format: 'der', type: 'pkcs8' }), labelOf(account, publicKey), master).toString('base64');
  return { version: 1, account, publicKey, kdf: { name: 'scrypt', salt, ...cost }, sealed };
}

/** The private key. Errors: `readiness.passphrase_wrong`, `readiness.key_damaged`. */
export async function openKey({ account, publicKey, kdf, sealed }: SealedKey, passphrase: Secret): Promise<KeyObject> {
  const master = await keyOf(passphrase, kdf.salt, kdf);
  const der = unseal(Buffer.from(sealed, 'base64'), labelOf(account, publicKey), master);
  if (!der) throw new AppError('unauthenticated', 'readiness.passphrase_wrong', `This passphrase does not open the key of ${account}.`);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  if (publicText(createPublicKey(key)) !== publicKey) throw damaged(account);
  return key;
}

/** Whoever signs with a private key of their own. `account` is as the file of people has it. */
export function keySigner(account: { accountId: string; name: string; roles: readonly string[] }, privateKey: KeyObject): Signer {
  const { accountId, name, roles } = account;
  const who = { accountId, name, roles: [...roles] };
  const publicKey = publicText(createPublicKey(privateKey));
  return {
    ...who,
    sign: (content) => {
      const value = sign(null, signedBytes(who, content), privateKey).toString('base64');
      return Promise.resolve({ ...who, algorithm: ALGORITHM, publicKey, value });
    },
  };
}

/** What is signed: who signs, in which roles, and the SHA-256 of what. */
export function signedBytes({ accountId, name, roles }: Pick<Signature, 'accountId' | 'name' | 'roles'>, content: Uint8Array): Buffer {
  return Buffer.from(canonicalJson({ accountId, name, roles: [...roles], content: hash('sha256', content) }));
}

/** Where a private key lies in a folder of keys. */
export function keyPath(folder: string, account: string): string {
  return join(folder, `${account}.json`);
}

/** Writes a private key that is not there yet, for this user's eyes only. Errors: `readiness.key_exists`. */
export async function writeKey(path: string, key: SealedKey): Promise<void> {
  await writeNew(path, `${JSON.stringify(key, undefined, 2)}\n`);
}

/** Errors: `readiness.key_missing`, `readiness.key_exposed` when others may read it, `readiness.key_damaged`. */
export async function readKey(path: string, account: string): Promise<SealedKey> {
  const text = await readPrivate(path);
  const key = parsed(text) as Partial<SealedKey> | undefined;
  const { n = 0, r = 0, p = 0, name, salt } = key?.kdf ?? {};
  const sound =
    key?.version === 1 &&
    key.account === account &&
    typeof key.publicKey === 'string' &&
    typeof key.sealed === 'string' &&
    name === 'scrypt' &&
    typeof salt === 'string' &&
    Number.isInteger(Math.log2(n)) &&
    n * r <= MOST_N_TIMES_R &&
    r >= 1 &&
    r <= 16 &&
    p >= 1 &&
    p <= 16;
  if (!sound) throw damaged(account);
  return key as SealedKey;
}

/**
 * The installation's own key, which signs verdicts that no person asked for: made when it is not there. It lies open, for
 * this user's eyes only, since nobody is there to be asked. Errors: `readiness.key_exposed`, `readiness.key_damaged`.
 */
export async function installationSigner(path: string): Promise<{ signer: Signer; publicKey: string }> {
  const text = await readPrivate(path).catch(async (error: AppError) => {
    if (error.code !== 'readiness.key_missing') throw error;
    const made = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    await writeNew(path, made);
    return made;
  });
  const key = privateKeyOf(text);
  if (key?.asymmetricKeyType !== 'ed25519') throw damaged(INSTALLATION_ACCOUNT);
  const signer = keySigner({ accountId: INSTALLATION_ACCOUNT, name: 'Installation', roles: [] }, key);
  return { signer, publicKey: publicText(createPublicKey(key)) };
}

function privateKeyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

async function readPrivate(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32')
      throw new AppError('forbidden', 'readiness.key_exposed', `Others may read the key ${path}. Make it yours alone: chmod 600.`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('not_found', 'readiness.key_missing', `There is no key at ${path}.`, error);
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path), { mode: 0o700 });
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new AppError('conflict', 'readiness.key_exists', `There is a key at ${path} already; it is not written over.`);
  });
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function keyOf(passphrase: Secret, salt: string, { n, r, p }: KeyCost): Promise<Secret<Uint8Array>> {
  const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
  const words = passphrase.reveal().normalize('NFKC');
  return new Secret<Uint8Array>(await derive(words, Buffer.from(salt, 'base64'), 32, { N: n, r, p, maxmem: 256 * n * r }));
}

function labelOf(account: string, publicKey: string): string {
  return `rialto readiness key of ${account} ${publicKey}`;
}

function publicText(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

function damaged(account: string): AppError {
  return new AppError('conflict', 'readiness.key_damaged', `The key of ${account} is not one, or was changed.`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
