import { createHash } from 'node:crypto';
import { AppError } from '../../base/error.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { SettlementDeps } from '../deps.ts';
import type { RailAdapter, RailAnswer } from './adapter.ts';
import { railDocumentSetAside } from './contract.ts';
import { standingDocuments, writeDocument, type DocumentRow } from './document-store.ts';
import { backoffMs } from './instruction.ts';
import { holdsRail, type RailRow } from './rail-store.ts';
import type { RailDocument, RailTransport } from './transport.ts';

/** What a rail's statements are given to; false when it is no statement. */
export type TakeStatement = (tenantId: Uuid, rail: RailRow, document: RailDocument) => Promise<boolean>;

export type DocumentDeps = Pick<SettlementDeps, 'db' | 'clock' | 'log' | 'outbox' | 'metrics'> & {
  transport: RailTransport;
  takeStatement?: TakeStatement | undefined;
};

/** Who holds a rail: instructions are written only while nobody else has taken it over. */
export type Holding = { tenantId: Uuid; rail: RailRow; epoch: bigint };

/** Somebody else has taken the rail over; whoever meets it stops and writes nothing. */
export class RailLost extends Error {}

/** Errors: `RailLost`. */
export async function requireRail(tx: Tx, { tenantId, rail, epoch }: Holding): Promise<void> {
  if (!(await holdsRail(tx, tenantId, rail.id, epoch))) throw new RailLost(`${rail.id} was taken over`);
}

/** How answers are read, and what is done with each. */
type Answering = { adapter: RailAdapter; apply: (answer: RailAnswer) => Promise<void> };

/** A document that fails for no fault of its own is tried again, 10 s later and then twice as long each time: five minutes in all. */
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 5_000;

/**
 * Takes what a rail has put down, each document by itself: one that cannot be taken holds up neither the others nor what is sent. A
 * document is put away after all in it is written, so that a crash has it taken again.
 * Errors: `RailLost`.
 */
export async function takeDocuments(deps: DocumentDeps, holding: Holding, answering: Answering, signal: AbortSignal): Promise<void> {
  const { tenantId, rail } = holding;
  const trouble = (what: string, document?: string) => (error: unknown) => {
    if (error instanceof RailLost) throw error;
    deps.log.error(what, { tenantId, rail: rail.id, ...(document !== undefined && { document }), error });
    return undefined;
  };
  const documents = await deps.transport.documents(tenantId, rail).catch(trouble('the documents of a rail cannot be listed'));
  if (!documents || documents.length === 0) return;
  const standing = await deps.db.read({ tenantId }, (tx) => standingDocuments(tx, tenantId, rail.id));
  for (const document of documents) {
    if (signal.aborted) return;
    const before = standing.get(document.name);
    if (before && before.nextAt > deps.clock.now()) continue;
    await handle(deps, holding, { document, before, answering }).catch(trouble('a document of a rail stays where it is', document.name));
  }
}

type Handling = { document: RailDocument; before: DocumentRow | undefined; answering: Answering };

async function handle(deps: DocumentDeps, holding: Holding, { document, before: standing, answering }: Handling): Promise<void> {
  const { tenantId, rail } = holding;
  const before = standing && (await unlessReplaced(deps, holding, { document, standing }));
  const fault = await takeDocument(deps, holding, document, answering)
    .then(async (isKnown): Promise<Fault | undefined> => {
      if (!isKnown) return { code: 'settlement.rail_document_unknown', detail: 'It is neither a statement nor an answer.', isFinal: true };
      await deps.transport.putAway(tenantId, rail, document.name, 'done');
      return undefined;
    })
    .catch((error: unknown) => faultOf(deps, holding, { document, error }));
  if (fault) return failed(deps, holding, { document, before, fault });
  if (before) await write(deps, holding, { ...before, state: 'taken', changedAt: deps.clock.now() });
}

/**
 * What was set aside and is not known to be in `refused`, if it is what lies there still. It may have been moved right before a crash,
 * or written over by its bank: what has come under its name since is a document of its own, and so is what people put back.
 */
async function unlessReplaced(
  deps: DocumentDeps,
  holding: Holding,
  { document, standing }: { document: RailDocument; standing: DocumentRow },
): Promise<DocumentRow | undefined> {
  if (standing.state !== 'set_aside' || isOf(standing, await digestOf(document))) return standing;
  await write(deps, holding, { ...standing, state: 'replaced', changedAt: deps.clock.now() });
  return undefined;
}

const isOf = ({ digest }: DocumentRow, found: Buffer | null): boolean => (digest && found ? digest.equals(found) : digest === found);

/** Null for what cannot be read. */
async function digestOf(document: RailDocument): Promise<Buffer | null> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of document.read()) hash.update(bytes);
    return hash.digest();
  } catch {
    return null;
  }
}

/** Why a document was not taken; final when trying it again cannot help. */
type Fault = { code: string; detail: string; isFinal: boolean };

function faultOf(deps: DocumentDeps, { tenantId, rail }: Holding, { document, error }: { document: RailDocument; error: unknown }): Fault {
  if (error instanceof RailLost) throw error;
  if (error instanceof AppError && error.status < 500) return { code: error.code, detail: error.message, isFinal: true };
  deps.log.error('a document of a rail could not be taken', { tenantId, rail: rail.id, document: document.name, error });
  return { code: error instanceof AppError ? error.code : 'internal', detail: 'It could not be taken; the log says why.', isFinal: false };
}

/** Notes a failure. A document for which trying goes on no longer is set aside: kept, named and told of. */
async function failed(
  deps: DocumentDeps,
  holding: Holding,
  { document, before: standing, fault }: { document: RailDocument; before: DocumentRow | undefined; fault: Fault },
): Promise<void> {
  const { code, detail, isFinal } = fault;
  const at = deps.clock.now();
  const { name } = document;
  const digest = await digestOf(document);
  // Tries are of one document, not of its name.
  const before = standing && isOf(standing, digest) ? standing : undefined;
  const attempts = (before?.attempts ?? 0) + 1;
  const isKnown = before?.state === 'set_aside';
  const isOver = isFinal || isKnown || attempts >= MOST_ATTEMPTS;
  const row: DocumentRow = {
    id: standing?.id ?? newId(at),
    railId: holding.rail.id,
    name,
    keptAs: null,
    state: isOver ? 'set_aside' : 'failing',
    digest,
    attempts,
    nextAt: at + backoffMs(attempts, FIRST_WAIT_MS),
    code,
    detail: detail.slice(0, 1_000),
    failedAt: before?.failedAt ?? at,
    changedAt: at,
  };
  await write(deps, holding, row, isOver && !isKnown);
  if (!isOver) return;
  if (isKnown) return keep(deps, holding, row);
  deps.metrics.railDocumentSetAside(code);
  deps.log.warn('a document of a rail was set aside', { tenantId: holding.tenantId, rail: row.railId, document: name, code });
  await keep(deps, holding, row);
}

/** Puts a document that is set aside where it is out of the way. */
async function keep(deps: DocumentDeps, holding: Holding, row: DocumentRow): Promise<void> {
  const at = deps.clock.now();
  const keptAs = await deps.transport.putAway(holding.tenantId, holding.rail, row.name, 'refused').catch((error: unknown) => {
    deps.log.error('a document of a rail cannot be moved', { tenantId: holding.tenantId, rail: row.railId, document: row.name, error });
    return null;
  });
  await write(deps, holding, { ...row, keptAs, nextAt: at + backoffMs(row.attempts, FIRST_WAIT_MS) }, false);
}

/** Writes it under the fence; when it is news that it is set aside, an event tells so. */
async function write(deps: DocumentDeps, holding: Holding, row: DocumentRow, isNews = false): Promise<void> {
  const { tenantId } = holding;
  await deps.db.write({ tenantId }, async (tx) => {
    await requireRail(tx, holding);
    await writeDocument(tx, tenantId, row);
    if (!isNews) return;
    const { railId, name: document, code, detail, changedAt: at } = row;
    const { type, version } = railDocumentSetAside;
    await deps.outbox.append(tx, [
      { id: newId(at), tenantId, type, version, subject: railId, at, data: { railId, document, code, detail } },
    ]);
  });
}

/** No status report is longer; statements may be. */
const MOST_BYTES = 32 << 20;

/** False when nothing can be made of it. */
async function takeDocument(
  deps: DocumentDeps,
  { tenantId, rail }: Holding,
  document: RailDocument,
  { adapter, apply }: Answering,
): Promise<boolean> {
  if (await deps.takeStatement?.(tenantId, rail, document)) return true;
  if (document.bytes > MOST_BYTES) return false;
  const bytes = Buffer.concat(await Array.fromAsync(document.read()));
  const answers = adapter.fromReply({ kind: 'document', name: document.name, bytes });
  for (const answer of answers ?? []) await apply(answer);
  return answers !== undefined;
}
