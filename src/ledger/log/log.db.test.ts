import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../../test/support/ledger.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { codecOf } from '../../base/codec.ts';
import { newId } from '../../base/id.ts';
import { leafHash, rootOfLeaves, verifyConsistency, verifyInclusion } from '../../base/merkle.ts';
import { Transfer as TransferSchema } from '../schema.ts';
import type { OperationDeps } from '../deps.ts';
import { logConsistency, logHead, transferProof } from '../operations/log.ts';
import { findTransfer } from '../store/transfers.ts';
import { transferAnswer } from '../view.ts';
import { growLogs } from './grow.ts';

let ledger: TestLedger;
let deps: OperationDeps;
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const ctx = () => ({ actor: {} as never, tenantId: ledger.tenantId, requestId: 'r' });
/** Sizes at which the log was brought up to date: within a tile, at its end, beyond several. */
const STEPS = [1, 3, 256, 700, 1_500];
const ids: string[] = [];

beforeAll(async () => {
  ledger = await createTestLedger();
  const { port, tenantId, clock, database } = ledger;
  deps = { db: database.db, clock, ledger: port, access: {} as never };
  const [a, b] = await ledger.open({}, {});
  for (const size of STEPS) {
    const drafts = Array.from({ length: size - ids.length }, (_, i) =>
      ledger.draft(a!, b!, {
        kind: i % 3 === 0 ? 'pending' : 'posted',
        reference: `R "${i}"`,
        metadata: { 'z key': 'ö\\', a: '1' },
        effectiveOn: '2026-01-04',
        ...(i % 3 === 0 && { timeoutMs: 99_000 }),
      }),
    );
    ids.push(...drafts.map(({ id }) => id));
    await Promise.all(drafts.map((draft) => port.enact({ tenantId, transfers: [draft] })));
    await growLogs({ db: database.db, clock, heads: ledger.heads });
  }
});
afterAll(() => ledger.close());

const answerOf = async (id: string) =>
  codecOf(TransferSchema).encode(
    transferAnswer((await ledger.database.db.read({ tenantId: ledger.tenantId }, (tx) => findTransfer(tx, ledger.tenantId, id)))!.transfer),
  );

test('a leaf is the canonical JSON of the transfer as the API answers it', async () => {
  for (const id of [ids[0]!, ids[2]!, ids[1_400]!]) {
    const { document, leaf } = await transferProof(deps, ctx(), { id });
    const answer = JSON.parse(JSON.stringify(await answerOf(id))) as object;
    expect(document).toBe(canonicalJson(answer));
    expect(leaf).toBe(Buffer.from(leafHash(Buffer.from(document))).toString('hex'));
  }
});

test('the head is the root over all leaves', async () => {
  const leaves = await Promise.all(
    ids.map(async (id) => leafHash(Buffer.from(canonicalJson(JSON.parse(JSON.stringify(await answerOf(id))))))),
  );
  const head = await logHead(deps, ctx());
  expect(head).toMatchObject({ size: 1_500, root: Buffer.from(rootOfLeaves(Buffer.concat(leaves))).toString('hex') });
});

test('every transfer has a proof of its place that anyone can check', async () => {
  for (const [at, id] of ids.entries()) {
    if (at % 37 !== 0 && ![0, 255, 256, 511, 1_499].includes(at)) continue;
    const { leaf, index, size, root, path } = await transferProof(deps, ctx(), { id });
    const claim = { leaf: bytes(leaf), index, size, root: bytes(root), proof: path.map(bytes) };
    expect([index, verifyInclusion(claim)]).toEqual([at, true]);
    expect(verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 })).toBe(false);
  }
});

test('between any two sizes the log is shown to have only grown', async () => {
  for (const from of [0, 1, 2, 255, 256, 257, 700, 1_024, 1_499, 1_500]) {
    for (const to of [from, 700, 1_025, 1_500].filter((size) => size >= from)) {
      const { fromRoot, toRoot, path } = await logConsistency(deps, ctx(), { from, to });
      expect(
        verifyConsistency({ earlier: from, earlierRoot: bytes(fromRoot), size: to, root: bytes(toRoot), proof: path.map(bytes) }),
      ).toBe(true);
    }
  }
  await expect(logConsistency(deps, ctx(), { from: 1, to: 1_501 })).rejects.toMatchObject({ code: 'ledger.log_range_invalid' });
});

test('a transfer that the log has not come to says so; an unknown one does not exist', async () => {
  const [a, b] = await ledger.open({}, {});
  const draft = ledger.draft(a!, b!);
  await ledger.port.enact({ tenantId: ledger.tenantId, transfers: [draft] });
  await expect(transferProof(deps, ctx(), { id: draft.id })).rejects.toMatchObject({ code: 'ledger.transfer_not_logged' });
  await expect(transferProof(deps, ctx(), { id: newId() })).rejects.toMatchObject({ code: 'ledger.transfer_not_found' });
});
