import { hash } from 'node:crypto';
import { toWireId, type Uuid } from '../../base/id.ts';
import { rootOfLeaves, textLeafHash } from '../../base/merkle.ts';
import type { LocalDate } from '../../base/time.ts';
import { checkCertificate } from '../set-off/certificate.ts';
import { setOff } from '../set-off/set-off.ts';
import { statementOf } from '../set-off/statement.ts';
import { weightByDueDay } from '../set-off/weights.ts';

/** amount: as much as can be. overdue_first: an overdue obligation counts for more, see `weightByDueDay`. */
export type Ordering = 'amount' | 'overdue_first';

/** An obligation that may take part in a round. */
export type OpenObligation = { id: Uuid; debtor: Uuid; creditor: Uuid; units: bigint; dueDay: LocalDate | null };

/** An obligation in its published place, with what is cleared of it. */
export type Entry = OpenObligation & { weight: number; cleared: bigint };

/** What a participant brings in, and what is cleared of its debts and, exactly as much, of its claims. */
export type Share = { participantId: Uuid; owes: bigint; owed: bigint; cleared: bigint; potential: number };

export type RoundInput = { asset: string; ordering: Ordering; day: LocalDate; open: readonly OpenObligation[] };

/** A round before it is carried out. `inputHash` names what it was computed of, `root` what came out of it. */
export type Plan = Omit<RoundInput, 'open'> & {
  entries: Entry[];
  shares: Share[];
  gross: bigint;
  cleared: bigint;
  /** How many obligations nothing is left of. */
  discharged: number;
  inputHash: string;
  root: Uint8Array;
};

/**
 * Sets off what is open in one currency: as much as can be without anybody's net position changing. Whatever comes out is held
 * against its certificate here, by code that shares nothing with the solver; throws when it does not hold.
 */
export function planRound({ asset, ordering, day, open }: RoundInput): Plan {
  const weighed = open.map((one) => ({ ...one, weight: ordering === 'amount' ? 1 : weightByDueDay(one.dueDay ?? undefined, day) }));
  const ordered = weighed.sort(inPublishedOrder);
  const input = { asset, obligations: ordered.map(({ dueDay, ...one }) => ({ ...one, ...(dueDay !== null && { dueDay }) })) };
  const result = setOff(input);
  const problems = checkCertificate(statementOf(input, result));
  if (problems.length > 0) throw new Error(`A set-off does not hold: ${problems.slice(0, 5).join('; ')}.`);
  const entries = ordered.map((one, i): Entry => ({ ...one, cleared: result.cleared[i]! }));
  return {
    asset,
    ordering,
    day,
    entries,
    shares: sharesOf(entries, new Map(result.potentials.map(({ participantId, potential }) => [participantId, potential]))),
    gross: result.gross,
    cleared: result.clearedTotal,
    discharged: entries.filter(({ units, cleared }) => cleared === units).length,
    inputHash: inputHashOf(asset, entries),
    root: rootOf(asset, entries),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

type Weighed = OpenObligation & { weight: number };

/** By pair, and within a pair in the order in which it is cleared: heaviest, then due first (never due: last), then the lower id. */
function inPublishedOrder(a: Weighed, b: Weighed): number {
  return (
    compare(a.debtor, b.debtor) ||
    compare(a.creditor, b.creditor) ||
    b.weight - a.weight ||
    compare(a.dueDay ?? '~', b.dueDay ?? '~') ||
    compare(a.id, b.id)
  );
}

function sharesOf(entries: readonly Entry[], potentials: ReadonlyMap<Uuid, number>): Share[] {
  const shares = new Map<Uuid, Share>();
  for (const participantId of [...potentials.keys()].sort())
    shares.set(participantId, { participantId, owes: 0n, owed: 0n, cleared: 0n, potential: potentials.get(participantId)! });
  for (const { debtor, creditor, units, cleared } of entries) {
    const [payer, payee] = [shares.get(debtor)!, shares.get(creditor)!];
    payer.owes += units;
    payer.cleared += cleared;
    payee.owed += units;
  }
  return [...shares.values()];
}

function inputHashOf(asset: string, entries: readonly Entry[]): string {
  const lines = entries.map(({ id, units, weight }) => `${id} ${units} ${weight}\n`);
  return hash('sha256', `${asset}\n${lines.join('')}`);
}

/**
 * Leaf hash (RFC 6962) of an obligation with what was cleared of it: over canonical JSON (RFC 8785), ids as participants see
 * them. Written by hand, its keys in their canonical order and nothing to escape: a round may have many.
 */
export function leafOf(asset: string, { id, debtor, creditor, units, dueDay, weight, cleared }: Entry): Buffer {
  const parties = `"creditor":"${toWireId('mem', creditor)}","debtor":"${toWireId('mem', debtor)}"`;
  const due = dueDay === null ? '' : `,"dueDay":"${dueDay}"`;
  const amounts = `"id":"${toWireId('obl', id)}","units":"${units}","weight":${weight}`;
  return textLeafHash(`{"asset":"${asset}","cleared":"${cleared}",${parties}${due},${amounts}}`);
}

/** The leaves of a round one behind the other, 32 bytes each. */
export function leavesOf(asset: string, entries: readonly Entry[]): Uint8Array {
  const leaves = new Uint8Array(entries.length * 32);
  entries.forEach((entry, i) => leaves.set(leafOf(asset, entry), i * 32));
  return leaves;
}

const rootOf = (asset: string, entries: readonly Entry[]) => rootOfLeaves(leavesOf(asset, entries));
