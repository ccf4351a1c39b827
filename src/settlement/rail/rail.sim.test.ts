import { afterAll, beforeAll, expect, test } from 'vitest';
import { approve, openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { entry, statementOf } from '../../../test/support/statement.ts';
import { seededRandom, type Random } from '../../base/random.ts';
import { manualClock } from '../../base/time.ts';
import { getReserves } from '../custody/reserves.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { matchNew } from '../reconciliation/match-entries.ts';
import { proposeBreakReturn } from '../reconciliation/propose-return.ts';
import { readStatement } from '../reconciliation/read-statement.ts';
import { takeStatement } from '../reconciliation/take-statement.ts';
import { getBreak, listBreaks } from '../reconciliation/work-breaks.ts';
import type { RailCall, RailReply } from './adapter.ts';
import { nameOf } from './instruction.ts';
import { allRails } from './rail-store.ts';
import { getInstruction } from './read-instructions.ts';
import { requestPayout } from './request.ts';
import { runRail, takeOver, type RunDeps } from './run-rail.ts';
import { RailLost } from './take-documents.ts';

const clock = manualClock(Date.parse('2026-11-20T10:00:00Z'));
let house: TestHouse;
let bank: Bank;

beforeAll(async () => {
  house = await createTestHouse({ clock });
  [bank] = (await admitBanks(house, ['AAAAFIHH'], { 'EUR/2': 10_000_000n })) as [Bank];
  await openCustodyAccount(house);
  await openRail(house, 'rail');
  await setPayoutAccount(house, bank.id);
});
afterAll(() => house.close());

/** The process dies at this very moment; whatever it was about to write is not written. */
class Death extends Error {}

/**
 * A bank over a bad line. It keeps its word by instruction: it decides once, pays at most once, and repeats its answer. But
 * messages to it are lost, come late or twice, its answers are lost, and now and then our process dies around a call.
 */
function badRail(random: Random) {
  const decided = new Map<string, 'accepted' | 'refused' | 'pending'>();
  const paid: string[] = [];
  const late: string[] = [];
  /** Instructions that were sent, and have not been called absent since. */
  const outstanding = new Set<string>();
  const sentAgainUnasked: string[] = [];
  const arrive = (id: string): string => {
    const before = decided.get(id);
    if (before === 'accepted' || before === 'refused') return before;
    const now = random.weighted(['accepted', 'refused', 'pending'] as const, [6, 2, 2]);
    decided.set(id, now);
    if (now === 'accepted') paid.push(id);
    return now;
  };
  const reply = (id: string, status: string): RailReply => ({ kind: 'http', status: 200, body: JSON.stringify({ id, status }) });
  return {
    decided,
    paid,
    sentAgainUnasked,
    /** What was late arrives, perhaps twice. */
    deliverLate() {
      for (const id of late.splice(0)) {
        if (random.chance(0.3)) late.push(id);
        else arrive(id);
      }
    },
    call(call: RailCall, mayDie: boolean): RailReply {
      if (call.kind !== 'http') throw new Error('not this kind');
      const id = call.idempotencyKey;
      if (mayDie && random.chance(0.12)) throw new Death('before it left');
      if (call.method === 'POST') {
        if (outstanding.has(id)) sentAgainUnasked.push(id);
        outstanding.add(id);
      }
      const fate = random.weighted(['through', 'lost', 'late', 'twice', 'garbled'] as const, [10, 2, 3, 2, 2]);
      if (fate === 'lost') return { kind: 'none', why: 'lost' };
      if (fate === 'late') {
        if (call.method === 'POST') late.push(id);
        return { kind: 'none', why: 'timeout' };
      }
      if (call.method === 'GET' && !decided.has(id)) {
        outstanding.delete(id);
        return reply(id, 'absent');
      }
      const status = arrive(id);
      if (fate === 'twice' && call.method === 'POST') arrive(id);
      if (mayDie && random.chance(0.12)) throw new Death('after it arrived');
      if (random.chance(0.2)) return { kind: 'none', why: 'the answer was lost' };
      return fate === 'garbled' ? { kind: 'http', status: 502, body: '<html>' } : reply(id, status);
    },
  };
}

/** Money that came in from somebody outside and goes back: the instructions, each with its break. */
async function returns(seed: number): Promise<{ id: string; breakId: string }[]> {
  const { deps } = house.settlement;
  const told = [1n, 2n, 3n, 4n].map((units) => entry(units, `OUTSIDE-${seed}-${units}`));
  await takeStatement(deps, house.ctx, readStatement([await statementOf('camt.054', told, { id: `OUTSIDE-${seed}` })]));
  await matchNew(deps, house.ctx);
  const { items } = await listBreaks(deps, house.ctx, { state: 'open', limit: 500 });
  const to = { holder: 'Nordlys AS', number: 'NO9386011117947', agentBic: 'DNBANOKK', code: 'AC01', reason: 'For the simulation' };
  const made = [];
  for (const { id: breakId } of items.filter(({ explanation }) => explanation.includes(`OUTSIDE-${seed}-`))) {
    await approve(house, proposeBreakReturn(deps, house.ctx, { id: breakId, ...to }));
    made.push({ id: (await getBreak(deps, house.ctx, { id: breakId })).instructionId!, breakId });
  }
  return made;
}

const SEEDS = Array.from({ length: 12 }, (_, i) => i + 1);

test.each(SEEDS)(
  'whatever is lost, late or doubled, and whenever the process dies, nothing is paid twice and nothing is lost (seed %i)',
  async (seed) => {
    const random = seededRandom(`rail ${seed}`);
    const line = badRail(random);
    const { deps } = house.settlement;
    const before = await figures();
    let quiet = false;
    const run: RunDeps = {
      ...deps,
      transport: {
        call: async (_tenant, _rail, call) => line.call(call, !quiet),
        documents: async () => [],
        putAway: async (_tenant, _rail, name) => name,
        close: async () => undefined,
      },
    };
    const ids: string[] = [];
    for (let i = 0; i < 12; i++)
      ids.push(
        (await requestPayout(deps, house.ctx, { id: bank.id, asset: 'EUR/2', units: BigInt(100 + i), reference: `S${seed}-${i}` })).id,
      );
    const payouts = ids.length;
    const back = await returns(seed);
    ids.push(...back.map(({ id }) => id));
    const [rail] = await deps.db.read({ tenantId: house.tenantId }, (tx) => allRails(tx, house.tenantId));
    let holding = await takeOver(run, house.tenantId, rail!);
    const states = async () => Promise.all(ids.map(async (id) => (await getInstruction(deps, house.ctx, { id })).state));
    for (let round = 0; round < 120; round++) {
      // In the end the line is good, so that everything comes to an end.
      if (round > 60) quiet = true;
      // Two processes may believe at once that the rail is theirs; the one that took it over first writes nothing any more.
      const older = holding;
      if (random.chance(0.15)) holding = await takeOver(run, house.tenantId, rail!);
      for (const each of older === holding ? [holding] : [older, holding]) {
        await runRail(run, each, new AbortController().signal).catch(async (error: unknown) => {
          if (error instanceof RailLost) return;
          if (!(error instanceof Death)) throw error;
          holding = await takeOver(run, house.tenantId, rail!);
        });
      }
      line.deliverLate();
      clock.advance(random.int(1_000, 1_800_000));
      if (round > 60 && (await states()).every((state) => state === 'accepted' || state === 'refused')) break;
    }
    const final = await states();
    expect(new Set(line.paid).size, 'paid once').toBe(line.paid.length);
    expect(line.sentAgainUnasked, 'sent again only when the rail had said that it never had it').toEqual([]);
    expect(final).toEqual(ids.map((id) => line.decided.get(nameOf(id))));
    const burned = final.slice(0, payouts).reduce((sum, state, i) => sum + (state === 'accepted' ? BigInt(100 + i) : 0n), 0n);
    const after = await figures();
    expect(after).toEqual({
      available: before.available - burned,
      custody: before.custody - burned,
      payingOut: 0n,
      suspense: 0n,
      differences: [0n],
    });
    for (const [i, { breakId }] of back.entries())
      expect((await getBreak(deps, house.ctx, { id: breakId })).state, 'open again when it is not paid').toBe(
        final[payouts + i] === 'accepted' ? 'resolved' : 'open',
      );
  },
);

async function figures() {
  const [euro] = (await getReserves(house.settlement.deps, house.ctx)).items;
  const { accounts } = await getParticipant(house.settlement.deps, house.ctx, bank);
  return {
    available: accounts[0]!.available,
    custody: euro!.custody,
    payingOut: euro!.payingOut,
    suspense: euro!.suspense,
    differences: euro!.statements.map(({ difference }) => difference),
  };
}
