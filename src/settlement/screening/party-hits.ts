import type { Hit, PaymentOrder } from '../payment/payment.ts';
import type { Identifier } from './identifier.ts';
import type { Match } from './match.ts';

/** Who pays or is paid, as far as it is screened. */
export type Screened = Pick<
  PaymentOrder['debtor'],
  'name' | 'bic' | 'lei' | 'nationalId' | 'ultimate' | 'initiator' | 'banks' | 'mentions'
>;
/** Two parties, those of whom they act for, who initiated, the banks on their side, and whoever else a message names. */
export type Parties = Readonly<Record<Hit['party'], Screened>>;

/** How lists are asked. */
export type Look = { name(name: string): readonly Match[]; identifier(identifier: Identifier): readonly Match[] };

const NO_HITS: readonly Hit[] = [];

/** Every match of the names and identifiers of two parties and of all who stand beside them. */
export function partyHits({ debtor, creditor }: Parties, look: Look): readonly Hit[] {
  const [ofDebtor, ofCreditor] = [look.name(debtor.name), look.name(creditor.name)];
  const isPlain = isOnlyNamed(debtor) && isOnlyNamed(creditor);
  if (isPlain && ofDebtor.length === 0 && ofCreditor.length === 0) return NO_HITS;
  return [
    ...ofDebtor.map((match) => hitOf('debtor', match)),
    ...hitsBeside('debtor', debtor, look),
    ...ofCreditor.map((match) => hitOf('creditor', match)),
    ...hitsBeside('creditor', creditor, look),
  ];
}

function isOnlyNamed({ bic, lei, nationalId, ultimate, initiator, banks, mentions }: Screened): boolean {
  return !(bic ?? lei ?? nationalId ?? ultimate ?? initiator ?? banks ?? mentions);
}

/** What is found beside the name of a party; the same name or identifier is asked once, and a hit tells which it was. */
function hitsBeside(party: Hit['party'], of: Screened, look: Look): Hit[] {
  const asked = new Set<string>([of.name]);
  const isNew = (text: string) => !asked.has(text) && asked.add(text);
  const { ultimate, initiator, banks = [], mentions = [] } = of;
  const others: (Numbered & { name?: string })[] = [...[ultimate, initiator].filter((one) => one !== undefined), ...banks, ...mentions];
  const names = others.flatMap(({ name }) => (name !== undefined && isNew(name) ? [name] : []));
  const numbers = [...identifiersOf(of), ...others.flatMap(identifiersOf)];
  return [
    ...names.flatMap((name) => look.name(name).map((match) => ({ ...hitOf(party, match), name }))),
    ...numbers
      .filter(({ kind, value }) => isNew(`${kind} ${value}`))
      .flatMap((identifier) => look.identifier(identifier).map((match) => ({ ...hitOf(party, match), name: identifier.value }))),
  ];
}

type Numbered = Partial<
  Pick<Screened, 'bic' | 'lei' | 'nationalId'> &
    Pick<NonNullable<Screened['ultimate']>, 'ids'> &
    Pick<NonNullable<Screened['banks']>[number], 'clearing' | 'other'>
>;

/** Numbers that a bank gives its customers are on no list. */
const OF_A_BANK = 'CUST';

function identifiersOf({ bic, lei, nationalId, ids = [], clearing, other }: Numbered): Identifier[] {
  const given = [nationalId, clearing?.member, other, ...ids.filter(({ scheme }) => scheme !== OF_A_BANK).map(({ id }) => id)];
  return [
    ...(bic === undefined ? [] : [{ kind: 'bic' as const, value: bic }]),
    ...(lei === undefined ? [] : [{ kind: 'lei' as const, value: lei }]),
    ...given.filter((value) => value !== undefined).map((value) => ({ kind: 'number' as const, value })),
  ];
}

/** A match as it is kept with a payment. */
function hitOf(party: Hit['party'], { listed, listId, entryId, score, explanation }: Match): Hit {
  return { party, listed, listId, entryId, score, explanation: [...explanation] };
}
