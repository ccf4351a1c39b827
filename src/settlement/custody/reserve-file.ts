import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';
import { toWireId, type Uuid } from '../../base/id.ts';
import type { CurrencyReserves } from './reserves.ts';
import { leafNode, levelsOf, pathOf, type Leaf, type SumNode } from './sum-tree.ts';

/** A currency as published; amounts are digits. */
export type PublishedReserves = {
  asset: string;
  outstanding: string;
  operator: string;
  /** Of these, on its way back to senders outside; absent for nothing. */
  suspense?: string;
  custody: string;
  /** Closing balances together; null when a custody account has no statement, or the currency no custody account. */
  statement: string | null;
  statementDay: string | null;
  inTransit: string;
  unmatched: string;
  leaves: number;
  root: string;
};

/** What everyone may see; its canonical JSON is what is hashed. `previous` is the hash of the publication before. */
export type PublishedFile = {
  format: 'rialto.reserves/1';
  proof: { id: string; number: number; publishedAt: string; previous: string | null };
  currencies: PublishedReserves[];
};

type WireStep = { side: 'left' | 'right'; hash: string; units: string };
export type OwnBalance = { asset: string; units: string; leaves: { position: number; salt: string; units: string; path: WireStep[] }[] };

/** The file of one participant: what everyone may see, and the way of its own balances to the roots. */
export type ReserveFile = PublishedFile & { own?: { participantId: string; balances: OwnBalance[] } };

export function publishedOf(currency: CurrencyReserves, root: SumNode, leaves: number): PublishedReserves {
  const { asset, outstanding, operator, suspense, custody, statements } = currency;
  const sum = (of: (one: CurrencyReserves['statements'][number]) => bigint) => statements.reduce((total, one) => total + of(one), 0n);
  const isConfirmed = statements.length > 0 && statements.every(({ closing }) => closing !== null);
  return {
    asset,
    outstanding: outstanding.toString(),
    operator: operator.toString(),
    ...(suspense !== 0n && { suspense: suspense.toString() }),
    custody: custody.toString(),
    statement: isConfirmed ? sum(({ closing }) => closing!).toString() : null,
    statementDay: isConfirmed ? statements.map(({ day }) => day!).sort()[0]! : null,
    inTransit: sum(({ inTransit }) => inTransit).toString(),
    unmatched: sum(({ unmatched }) => unmatched).toString(),
    leaves,
    root: root.hash,
  };
}

/** The file's canonical text and its SHA-256. */
export function sealedFile(file: PublishedFile): { text: string; hash: Buffer } {
  const text = canonicalJson(file);
  return { text, hash: hash('sha256', text, 'buffer') };
}

/** The balances of one participant with their ways to the roots, out of all leaves in order. */
export function ownBalances(participantId: Uuid, leaves: readonly Leaf[]): OwnBalance[] {
  return [...Map.groupBy(leaves, ({ asset }) => asset)].flatMap(([asset, all]) => {
    const own = all.filter((leaf) => leaf.participantId === participantId);
    if (own.length === 0) return [];
    const levels = levelsOf(all.map(leafNode));
    const shown = own.map(({ position, salt, units }) => ({
      position,
      salt: salt.toString('hex'),
      units: units.toString(),
      path: pathOf(levels, position).map((step): WireStep => ({ side: step.side, hash: step.hash, units: step.units.toString() })),
    }));
    return [{ asset, units: own.reduce((sum, { units }) => sum + units, 0n).toString(), leaves: shown }];
  });
}

/** The whole file as text; without a participant it is the published one. */
export function reserveFileText(published: string, own?: { participantId: Uuid; balances: OwnBalance[] }): string {
  if (!own) return published;
  const file = JSON.parse(published) as PublishedFile;
  return canonicalJson({ ...file, own: { participantId: toWireId('mem', own.participantId), balances: own.balances } });
}
