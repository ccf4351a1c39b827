import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import type { Uuid } from '../base/id.ts';
import { seal, unseal } from '../base/seal.ts';
import type { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import type { Db, Tx } from '../infra/postgres/db.ts';
import { keyCounted, type KeyTimes } from './key-times.ts';
import type { People, Signer } from './people.ts';
import type { Signature } from './record/record.ts';
import { insertKey, lockKeys, selectKeys, type KeyRow } from './store/key-store.ts';

/**
 * How the house signs: Ed25519 by the installation's key over the canonical JSON of who signs and the SHA-256 of what.
 * The name tells that the key is the installation's and not the person's, and that the account is part of what is signed.
 */
const ALGORITHM = 'ed25519-installation';

type Account = Pick<Signature, 'accountId' | 'name' | 'roles'>;
type Deps = { db: Db; clock: Clock; masterKey: Secret<Uint8Array> };

/** The accounts behind signatures in a tenant of the house. */
export type HousePeople = People & {
  /** Signs for an account that was asked for its password just now; the caller has made sure of that. */
  signerFor(account: Account): Signer;
  /** Reads the keys with their ends anew. The answer changes whenever one of them does: what was judged by them before is void then. */
  keysNow(): Promise<string>;
};

const signedBytes = ({ accountId, name, roles }: Account, content: Uint8Array): Buffer =>
  Buffer.from(canonicalJson({ accountId, name, roles: [...roles], content: createHash('sha256').update(content).digest('hex') }));

type Known = { key: KeyObject; times: KeyTimes };

/**
 * Signs with the installation's key, which lies in the database sealed under the master key; the first signature makes it.
 * `verify` accepts only keys that this installation has made, whatever key a signature brings along. A key that was ended signs
 * nothing more, and what was signed with it counts by when it was made.
 */
export function housePeople(deps: Deps, tenantId: Uuid): HousePeople {
  let keys = new Map<string, Known>();
  const readKeys = async (): Promise<string> => {
    const rows = await deps.db.read({ tenantId }, selectKeys);
    keys = new Map(rows.map((row) => [row.id, knownOf(row)]));
    return canonicalJson(rows.map(({ id, endedAt, compromisedSince }) => [id, endedAt, compromisedSince]));
  };
  // A key that was read once is not asked for again: its ends are read by `keysNow`, before anything is judged by them.
  const keyOf = async (id: string): Promise<Known | undefined> => {
    if (!keys.has(id)) await readKeys();
    return keys.get(id);
  };
  return {
    signerFor: (account) => ({
      ...account,
      async sign(content) {
        const { id, key } = await signingKey(deps, tenantId);
        const value = sign(null, signedBytes(account, content), key).toString('base64');
        const { accountId, name, roles } = account;
        return { accountId, name, roles: [...roles], algorithm: ALGORITHM, publicKey: id, value };
      },
    }),
    keysNow: readKeys,
    async verify(signature, content) {
      if (signature.algorithm !== ALGORITHM) return false;
      const known = await keyOf(signature.publicKey);
      return known !== undefined && verify(null, signedBytes(signature, content), known.key, Buffer.from(signature.value, 'base64'));
    },
    async keyHeld({ publicKey }, made) {
      const known = await keyOf(publicKey);
      return known !== undefined && keyCounted(known.times, made);
    },
  };
}

/** A key is made just before it signs, in another transaction, so its own beginning bounds nothing that its end does not. */
function knownOf({ publicKey, endedAt, compromisedSince }: KeyRow): Known {
  const times = { ...(endedAt !== null && { until: endedAt }), ...(compromisedSince !== null && { compromisedSince }) };
  return { key: createPublicKey({ key: publicKey, format: 'der', type: 'spki' }), times };
}

/** The newest key that this master key opens and nobody ended; makes one when there is none. */
async function signingKey(deps: Deps, tenantId: Uuid): Promise<{ id: string; key: KeyObject }> {
  const found = opened(await deps.db.read({ tenantId }, selectKeys), deps.masterKey);
  return found ?? (await deps.db.write({ tenantId }, (tx) => makeKey(deps, tenantId, tx)));
}

async function makeKey({ masterKey, clock }: Deps, tenantId: Uuid, tx: Tx): Promise<{ id: string; key: KeyObject }> {
  await lockKeys(tx, tenantId);
  const found = opened(await selectKeys(tx), masterKey);
  if (found) return found;
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const publicDer = publicKey.export({ format: 'der', type: 'spki' });
  const id = publicDer.toString('base64');
  const row = { id, publicKey: publicDer, sealedPrivate: seal(privateKey.export({ format: 'der', type: 'pkcs8' }), id, masterKey) };
  await insertKey(tx, tenantId, row, clock.now());
  return { id, key: privateKey };
}

/** A key that another master key sealed still verifies, but cannot sign; neither can one that was ended. */
function opened(rows: readonly KeyRow[], masterKey: Secret<Uint8Array>): { id: string; key: KeyObject } | undefined {
  for (const { id, sealedPrivate, endedAt } of rows) {
    if (endedAt !== null) continue;
    const der = unseal(sealedPrivate, id, masterKey);
    if (der) return { id, key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }
  return undefined;
}
