import { exportJWK, exportPKCS8, generateKeyPair, importJWK, importPKCS8, type CryptoKey, type JWK, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../base/error.ts';
import { newId } from '../base/id.ts';
import { seal, unseal } from '../base/seal.ts';
import type { Secret } from '../base/secret.ts';
import type { Clock, Millis } from '../base/time.ts';
import type { Db } from '../infra/postgres/db.ts';
import { nextActivation, retired, signerOf } from './signing-key.ts';
import { deleteSigningKeys, insertSigningKey, lockSigningKeys, selectSigningKeys, type SigningKeyRow } from './store/signing-key.ts';
import type { SigningKey } from './token.ts';

const RELOAD_MS = 10 * 60_000;
/** Tokens with made-up key ids must not make us ask the database each time. */
const RELOAD_FOR_UNKNOWN_MS = 5_000;

type Key = { kid: string; activeFrom: Millis; publicJwk: JWK; publicKey: CryptoKey; privateKey: CryptoKey | undefined };
type PublicJwk = { kty: 'RSA'; use: 'sig'; alg: 'RS256'; kid: string; n: string; e: string };

export type KeyRing = {
  /** The key that signs now; makes the first one. */
  signer(): Promise<SigningKey>;
  /** Finds the public key of a token; for `verifyToken`. */
  find: JWTVerifyGetKey;
  /** The key set to publish. */
  publicKeys(): Promise<PublicJwk[]>;
  /** Makes the next key when it is time, and forgets those that nobody needs. */
  rotate(): Promise<void>;
};

/** RS256 keys shared by all processes through the database, private halves encrypted with the master key. */
export function createKeyRing(deps: { db: Db; clock: Clock; masterKey: Secret<Uint8Array> }): KeyRing {
  const { db, clock, masterKey } = deps;
  let keys: Key[] = [];
  let loadedAt = -Infinity;
  let loading: Promise<void> | undefined;

  async function loadNow(): Promise<void> {
    const rows = await db.read({ role: 'rialto_auth' }, selectSigningKeys);
    keys = await Promise.all(rows.map(async (row) => keys.find((key) => key.kid === row.kid) ?? (await open(row, masterKey))));
    loadedAt = clock.now();
  }

  const load = (): Promise<void> => (loading ??= loadNow().finally(() => (loading = undefined)));
  const usable = (): Key[] => keys.filter((key) => key.privateKey !== undefined);

  async function rotate(): Promise<void> {
    await load();
    const now = clock.now();
    if (nextActivation(usable(), now) === undefined && retired(keys, now).length === 0) return;
    const draft = await newKey(masterKey);
    await db.write({ role: 'rialto_auth' }, async (tx) => {
      await lockSigningKeys(tx);
      const rows = await selectSigningKeys(tx);
      // A key that this master key cannot open still verifies, but cannot sign.
      const ours = rows.filter((row) => unseal(row.sealedPrivate, row.kid, masterKey) !== undefined);
      const activeFrom = nextActivation(ours, clock.now());
      if (activeFrom !== undefined) await insertSigningKey(tx, { ...draft, activeFrom });
      await deleteSigningKeys(
        tx,
        retired(rows, clock.now()).map((row) => row.kid),
      );
    });
    await loadNow();
  }

  async function signer(): Promise<SigningKey> {
    if (clock.now() - loadedAt > RELOAD_MS) await load();
    if (!signerOf(usable(), clock.now())) await rotate();
    const key = signerOf(usable(), clock.now())!;
    return { kid: key.kid, key: key.privateKey! };
  }

  const find: JWTVerifyGetKey = async ({ kid }) => {
    const known = (): CryptoKey | undefined => keys.find((key) => key.kid === kid)?.publicKey;
    if (!known() && clock.now() - loadedAt > RELOAD_FOR_UNKNOWN_MS) await load();
    const key = known();
    if (!key)
      throw new AppError(
        'unauthenticated',
        'access.token_key_unknown',
        'The access token was signed with a key that is not ours, or no longer.',
      );
    return key;
  };

  async function publicKeys(): Promise<PublicJwk[]> {
    if (clock.now() - loadedAt > RELOAD_FOR_UNKNOWN_MS) await load();
    return keys.map(({ kid, publicJwk }) => ({ kty: 'RSA', use: 'sig', alg: 'RS256', kid, n: publicJwk.n!, e: publicJwk.e! }));
  }

  return { signer, find, publicKeys, rotate };
}

async function newKey(masterKey: Secret<Uint8Array>): Promise<Omit<SigningKeyRow, 'activeFrom'>> {
  const kid = newId();
  const pair = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const pem = await exportPKCS8(pair.privateKey);
  return { kid, publicJwk: await exportJWK(pair.publicKey), sealedPrivate: seal(Buffer.from(pem), kid, masterKey) };
}

async function open(row: SigningKeyRow, masterKey: Secret<Uint8Array>): Promise<Key> {
  const pem = unseal(row.sealedPrivate, row.kid, masterKey);
  return {
    kid: row.kid,
    activeFrom: row.activeFrom,
    publicJwk: row.publicJwk,
    publicKey: (await importJWK(row.publicJwk, 'RS256')) as CryptoKey,
    privateKey: pem && (await importPKCS8(pem.toString(), 'RS256')),
  };
}
