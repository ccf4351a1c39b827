import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { canonicalJson } from '../base/canonical-json.ts';
import type { Uuid } from '../base/id.ts';
import { seal, unseal } from '../base/seal.ts';
import type { Secret } from '../base/secret.ts';
import type { Clock } from '../base/time.ts';
import type { Db, Tx } from '../infra/postgres/db.ts';
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
};

const signedBytes = ({ accountId, name, roles }: Account, content: Uint8Array): Buffer =>
  Buffer.from(canonicalJson({ accountId, name, roles: [...roles], content: createHash('sha256').update(content).digest('hex') }));

/**
 * Signs with the installation's key, which lies in the database sealed under the master key; the first signature makes it.
 * `verify` accepts only keys that this installation has made, whatever key a signature brings along.
 */
export function housePeople(deps: Deps, tenantId: Uuid): HousePeople {
  let known: { id: string; key: KeyObject } | undefined;
  const publicKeys = new Map<string, KeyObject>();
  /** Keys never change, so one that was read once is not asked for again. */
  const publicKeyOf = async (id: string): Promise<KeyObject | undefined> => {
    if (!publicKeys.has(id))
      for (const row of await deps.db.read({ tenantId }, selectKeys))
        publicKeys.set(row.id, createPublicKey({ key: row.publicKey, format: 'der', type: 'spki' }));
    return publicKeys.get(id);
  };
  return {
    signerFor: (account) => ({
      ...account,
      async sign(content) {
        known ??= await signingKey(deps, tenantId);
        const value = sign(null, signedBytes(account, content), known.key).toString('base64');
        const { accountId, name, roles } = account;
        return { accountId, name, roles: [...roles], algorithm: ALGORITHM, publicKey: known.id, value };
      },
    }),
    async verify(signature, content) {
      if (signature.algorithm !== ALGORITHM) return false;
      const key = await publicKeyOf(signature.publicKey);
      return key !== undefined && verify(null, signedBytes(signature, content), key, Buffer.from(signature.value, 'base64'));
    },
  };
}

/** The newest key that this master key opens; makes one when there is none. */
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

/** A key that another master key sealed still verifies, but cannot sign. */
function opened(rows: readonly KeyRow[], masterKey: Secret<Uint8Array>): { id: string; key: KeyObject } | undefined {
  for (const { id, sealedPrivate } of rows) {
    const der = unseal(sealedPrivate, id, masterKey);
    if (der) return { id, key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
  }
  return undefined;
}
