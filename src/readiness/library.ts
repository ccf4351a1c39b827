import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import type { Millis } from '../base/time.ts';
import type { Db, Tx } from '../infra/postgres/db.ts';
import type { Bindings } from './binding/binding.ts';
import type { Checklist } from './checklist/checklist.ts';
import { apart, LARGE_BYTES } from './reading/apart.ts';
import { remember } from './remember.ts';
import { selectChecklists, type ChecklistRow } from './store/checklist-store.ts';
import { recordStoreOf } from './store/record-store.ts';
import type { AccessPort } from '../access/port.ts';
import type { Clock } from '../base/time.ts';

/** A checklist with what decides its lines, as texts and as they were read. */
export type Document = {
  name: string;
  origin: 'product' | 'uploaded';
  source: Uint8Array;
  checklist: Checklist;
  bindingsText: string;
  bindings: Bindings;
  /** SHA-256 of what the bindings say, in hex. */
  bindingsSha256: string;
  uploadedBy?: string;
  uploadedAt?: Millis;
};

/** A checklist that comes with the product. */
export type Supplied = { name: string; source: Uint8Array; bindings: string };

/** The checklists of a tenant: the product's own for the operator, and those that were uploaded. */
export type Library = {
  list(tenantId: Uuid): Promise<Document[]>;
  /** Their names alone, which takes no reading. */
  names(tenantId: Uuid): Promise<string[]>;
  /** For whoever is bound to a member there is none. Errors: `readiness.checklist_not_found`. */
  find(who: { tenantId: Uuid; memberId?: Uuid }, name: string): Promise<Document>;
  /** Whether the name is that of a checklist of the product, whose text nobody replaces. */
  isSupplied(name: string): boolean;
};

type Deps = { db: Db; clock: Clock; access: Pick<AccessPort, 'operatorId'>; supplied: readonly Supplied[] };

/** Documents that are kept in memory as they were read; a large checklist takes a tenth of a second to read. */
const KEPT = 50;

export function createLibrary(deps: Deps): Library {
  const own = new Map(deps.supplied.map((one) => [one.name, one]));
  const read = remember(KEPT, (key) => readDocument(deps, own, JSON.parse(key) as Key));
  const open = async (tenantId: Uuid, name: string, row: ChecklistRow | undefined): Promise<Document> => {
    const { source = null, bindings = null } = row ?? {};
    const document = await read(JSON.stringify([tenantId, name, source, bindings] satisfies Key));
    return { ...document, ...(row && { uploadedBy: row.uploadedBy, uploadedAt: row.uploadedAt }) };
  };
  const rowsOf = (tenantId: Uuid) => deps.db.read({ tenantId }, (tx: Tx) => selectChecklists(tx));
  const namesOf = async (tenantId: Uuid, rows: readonly ChecklistRow[]): Promise<string[]> => {
    const supplied = (await deps.access.operatorId()) === tenantId ? [...own.keys()] : [];
    return [...supplied, ...rows.map(({ name }) => name).filter((name) => !own.has(name))];
  };
  return {
    async list(tenantId) {
      const rows = await rowsOf(tenantId);
      const names = await namesOf(tenantId, rows);
      return await Promise.all(
        names.map((name) =>
          open(
            tenantId,
            name,
            rows.find((row) => row.name === name),
          ),
        ),
      );
    },
    async find({ tenantId, memberId }, name) {
      const rows = memberId === undefined ? await rowsOf(tenantId) : [];
      const names = memberId === undefined ? await namesOf(tenantId, rows) : [];
      if (!names.includes(name)) throw new AppError('not_found', 'readiness.checklist_not_found', `There is no checklist ${name}.`);
      return await open(
        tenantId,
        name,
        rows.find((row) => row.name === name),
      );
    },
    names: async (tenantId) => await namesOf(tenantId, await rowsOf(tenantId)),
    isSupplied: (name) => own.has(name),
  };
}

/** Tenant, name, and the hashes of text and bindings where they are not the product's. */
type Key = [tenantId: Uuid, name: string, source: string | null, bindings: string | null];

async function readDocument(
  deps: Deps,
  own: ReadonlyMap<string, Supplied>,
  [tenantId, name, sourceSha, bindingsSha]: Key,
): Promise<Document> {
  const store = recordStoreOf(deps.db, { tenantId, clock: deps.clock });
  const kept = async (sha256: string) => (await store.evidence(sha256))!.bytes;
  const supplied = own.get(name);
  const source = sourceSha === null ? supplied!.source : await kept(sourceSha);
  const bindingsText = bindingsSha === null ? supplied!.bindings : new TextDecoder().decode(await kept(bindingsSha));
  const large = source.byteLength + bindingsText.length > LARGE_BYTES;
  const read = await apart('read', { name, source: new Uint8Array(source), bindings: bindingsText }, large);
  return { name, origin: supplied ? 'product' : 'uploaded', source, bindingsText, ...read };
}
