import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestLedger, type TestLedger } from '../../../test/support/ledger.ts';
import type { Uuid } from '../../base/id.ts';
import { seededRandom } from '../../base/random.ts';
import { type Account, sumsOf } from '../account.ts';
import { type BookState, evaluateChain } from '../evaluate.ts';
import { expireHolds } from '../expire-holds.ts';
import { growLogs } from '../log/grow.ts';
import type { AccountDraft, Outcome, TransferDraft } from '../port.ts';
import { TRANSFER_CODES, TRANSIENT_CODES } from '../transfer.ts';
import { verifyLedger } from '../verify/verify.ts';
import { createCommands } from './commands.ts';
import { createModel, type Model } from './model.ts';

const SEED = process.env['RIALTO_SEED'] ?? 'ledger-1';
const COMMANDS = 100_000;
const ROUND = 2_500;

type Told = ReturnType<Model['chain']>;

/** The evaluator on plain maps that are never written anywhere. */
function createMemoryBook() {
  const accounts = new Map<Uuid, Account>();
  const book = { seq: 0n, accounts, transfers: new Map(), holds: new Map(), failed: new Set<Uuid>() } satisfies BookState;
  return {
    book,
    open({ id, asset, debitsMustNotExceedCredits = false, creditsMustNotExceedDebits = false, managedBy }: AccountDraft) {
      const sums = { debitsPosted: 0n, creditsPosted: 0n, debitsPending: 0n, creditsPending: 0n };
      accounts.set(id, {
        id,
        asset,
        debitsLimited: debitsMustNotExceedCredits,
        creditsLimited: creditsMustNotExceedDebits,
        managed: managedBy !== undefined,
        closed: false,
        ...sums,
      });
    },
    chain(drafts: readonly TransferDraft[], at: number, unmanagedOnly: boolean): Told {
      const result = evaluateChain(book, drafts, { atMs: at, unmanagedOnly });
      if (result.ok) return { created: result.transfers.map((t) => t.units) };
      if (TRANSIENT_CODES.has(result.code)) book.failed.add(drafts[result.index]!.id);
      return { failed: result.code, index: result.index };
    },
    expire(at: number) {
      const due = [...book.holds].filter(([, hold]) => hold.state === 'pending' && hold.dueAt !== undefined && hold.dueAt <= at);
      for (const [pendingId] of due) evaluateChain(book, [{ id: `e${pendingId.slice(1)}`, kind: 'expire', pendingId }], { atMs: at });
      return due.length;
    },
  };
}

function told(outcome: Outcome): Told {
  return outcome.result === 'enacted' ? { created: [...outcome.units] } : { failed: outcome.refusal.code, index: outcome.refusal.index };
}

const text = (answer: Told): string => ('created' in answer ? answer.created.join() : `${answer.failed} at ${answer.index}`);

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createTestLedger({ cachedAccounts: 16, maxBatchWeight: 300 });
});
afterAll(() => ledger.close());

test(`the writer, the evaluator and a plain model agree on each of ${COMMANDS} commands (seed ${SEED})`, { timeout: 300_000 }, async () => {
  const random = seededRandom(SEED);
  const commands = createCommands(random.fork('commands'));
  const model = createModel();
  const memory = createMemoryBook();
  const { port, tenantId, clock, database, writers } = ledger;
  const second = ledger.another();

  const open = async (count: number): Promise<void> => {
    const drafts = Array.from({ length: count }, () => commands.account());
    for (const draft of drafts) {
      model.open(draft);
      memory.open(draft);
    }
    await database.db.write({ tenantId }, async (tx) => (await port.inTx(tx, tenantId)).openAccounts(drafts));
  };
  const close = async (): Promise<void> => {
    const id = random.pick(model.accountIds());
    model.close(id);
    memory.book.accounts.get(id)!.closed = true;
    await database.db.write({ tenantId }, async (tx) => (await port.inTx(tx, tenantId)).closeAccount(id));
  };
  const compareBalances = async (): Promise<void> => {
    const ids = model.accountIds();
    const balances = await port.balances(tenantId, ids);
    for (const id of ids) {
      const { debitsPosted, creditsPosted, debitsPending, creditsPending } = balances.get(id)!;
      expect([id, debitsPosted, creditsPosted, debitsPending, creditsPending]).toEqual([id, ...model.balance(id)]);
      expect(sumsOf(memory.book.accounts.get(id)!)).toEqual(balances.get(id));
    }
  };

  await open(24);
  const seen = new Map<string, number>();
  let sent = 0;
  while (sent < COMMANDS) {
    const round: { transfers: TransferDraft[]; unmanagedOnly: boolean }[] = [];
    for (let size = 0; size < ROUND; size += round.at(-1)!.transfers.length) {
      round.push({ transfers: commands.chain(), unmanagedOnly: random.chance(0.2) });
    }
    // Rounds go through either of two processes, so that each finds its memory out of date.
    const through = random.chance(0.7) ? port : second.port;
    const outcomes = await Promise.all(round.map((act) => through.enact({ tenantId, ...act })));
    for (const [i, { transfers: chain, unmanagedOnly }] of round.entries()) {
      sent += chain.length;
      const expected = model.chain(chain, clock.now(), unmanagedOnly);
      const code = 'created' in expected ? 'created' : expected.failed;
      seen.set(code, (seen.get(code) ?? 0) + 1);
      const answers = { writer: told(outcomes[i]!), evaluator: memory.chain(chain, clock.now(), unmanagedOnly) };
      if (text(answers.writer) !== text(expected) || text(answers.evaluator) !== text(expected))
        expect({ command: sent, chain, ...answers }).toEqual({ command: sent, chain, writer: expected, evaluator: expected });
    }
    clock.advance(random.int(0, 1_500));
    if (random.chance(0.5)) {
      await expireHolds({ db: database.db, clock, writers });
      expect(memory.expire(clock.now())).toBe(model.expire(clock.now()));
    }
    if (random.chance(0.3)) await close();
    if (random.chance(0.5)) await open(2);
    await compareBalances();
  }

  const [book] = await database.admin<{ seq: bigint }>('select seq from ledger.book');
  expect(book!.seq).toBe(BigInt(model.transfers()));
  await growLogs({ db: database.db, clock, heads: ledger.heads });
  const report = await database.db.read({ role: 'rialto_verify' }, (tx) => verifyLedger(tx, { accountsAtOnce: 20 }));
  expect(report).toMatchObject({ ok: true, books: [{ transfers: model.transfers(), logged: model.transfers(), problems: 0 }] });
  // The rest of a failed chain is told by the operation, not by the port; some overflows are too rare for every seed.
  const missed = TRANSFER_CODES.filter((code) => !seen.has(code) && code !== 'linked_event_failed' && !code.startsWith('overflows_'));
  expect(missed).toEqual([]);
});
