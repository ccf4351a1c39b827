import type { Uuid } from '../../base/id.ts';
import type { Random } from '../../base/random.ts';
import type { AccountDraft, TransferDraft } from '../port.ts';

const ZERO = '00000000-0000-0000-0000-000000000000';
const ONES = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const ASSETS = ['EUR/2', 'USD/2', 'JPY/0'];
/** How many of the last transfers commands like to come back to. */
const RECENT = 60;
const ROOF = 10n ** 38n - 1n;

/** Makes accounts and chains of transfers that often fit, often collide and are sometimes nonsense. */
export type Commands = { account(): AccountDraft; chain(): TransferDraft[] };

/** Commands from a seed: the same seed makes the same commands, as long as it is asked in the same order. */
export function createCommands(random: Random): Commands {
  const accounts: AccountDraft[] = [];
  const recent: TransferDraft[] = [];
  let made = 0;
  const uuid = (space: string): Uuid => `${space}-${(++made).toString(16).padStart(12, '0')}`;
  const context = { random, accounts, recent, uuid };
  return {
    account() {
      const limit = random.int(0, 3);
      const draft: AccountDraft = {
        id: uuid('0a000000-0000-7000-8000'),
        name: `account ${made}`,
        kind: random.pick(['asset', 'liability', 'equity', 'income', 'expense']),
        asset: random.pick(ASSETS),
        debitsMustNotExceedCredits: limit === 0,
        creditsMustNotExceedDebits: limit === 1,
        managedBy: random.chance(0.25) ? 'settlement' : undefined,
      };
      accounts.push(draft);
      return draft;
    },
    chain() {
      const length = random.weighted([1, 2, 3, 5], [80, 12, 5, 3]);
      return Array.from({ length }, () => keep(context, oddly(context, ordinary(context))));
    },
  };
}

type Context = { random: Random; accounts: AccountDraft[]; recent: TransferDraft[]; uuid(space: string): Uuid };

function keep({ recent, random }: Context, draft: TransferDraft): TransferDraft {
  if (recent.length < RECENT) recent.push(draft);
  else recent[random.int(0, RECENT - 1)] = draft;
  return draft;
}

function ordinary(context: Context): TransferDraft {
  const { random, recent } = context;
  if (recent.length > 0 && random.chance(0.04)) return { ...random.pick(recent) };
  const pending = recent.filter((t) => t.kind === 'pending');
  if (pending.length > 0 && random.chance(0.3)) return settlement(context, random.pick(pending));
  const debit = random.pick(context.accounts);
  const credit = random.pick(context.accounts.filter((a) => a.asset === debit.asset));
  const kind = random.chance(0.3) ? 'pending' : 'posted';
  return {
    id: context.uuid('07000000-0000-7000-8000'),
    kind,
    debitAccountId: debit.id,
    creditAccountId: credit.id,
    asset: debit.asset,
    units: BigInt(random.int(0, 200)),
    ...(kind === 'pending' && random.chance(0.5) && { timeoutMs: random.int(1, 3_000) }),
    ...(random.chance(0.1) && { balancing: random.pick(['debit', 'credit', 'both'] as const) }),
    ...(random.chance(0.2) && { reference: `REF-${random.int(1, 9)}` }),
    ...(random.chance(0.1) && { metadata: { k: String(random.int(1, 3)), 'ключ "': 'värde\\' } }),
    ...(random.chance(0.1) && { effectiveOn: `2026-01-0${random.int(1, 9)}` }),
  };
}

function settlement({ random, uuid }: Context, pending: TransferDraft): TransferDraft {
  const blank = random.chance(0.4);
  const units = random.weighted([pending.units, 0n, pending.units / 2n, pending.units < ROOF ? pending.units + 1n : ROOF], [5, 3, 3, 1]);
  return {
    id: uuid('07000000-0000-7000-8000'),
    kind: random.chance(0.6) ? 'post' : 'void',
    debitAccountId: blank ? '' : pending.debitAccountId,
    creditAccountId: blank ? '' : pending.creditAccountId,
    asset: blank ? '' : pending.asset,
    units,
    pendingId: pending.id,
    ...(random.chance(0.2) && { reference: `REF-${random.int(1, 9)}` }),
  };
}

/** Bends one field of one draft in eight. */
function oddly({ random, accounts, recent }: Context, draft: TransferDraft): TransferDraft {
  if (!random.chance(0.12)) return draft;
  const twist = random.pick<Partial<TransferDraft>>([
    { id: random.pick([ZERO, ONES, random.pick([...recent, draft]).id]) },
    {
      debitAccountId: random.pick([
        ZERO,
        ONES,
        draft.creditAccountId || ZERO,
        random.pick(accounts).id,
        '0a000000-0000-7000-8000-ffffffffffff',
      ]),
    },
    { creditAccountId: random.pick([ZERO, ONES, random.pick(accounts).id, '0a000000-0000-7000-8000-ffffffffffff']) },
    { asset: random.pick(ASSETS) },
    { units: random.pick([0n, ROOF, 6n * 10n ** 37n, draft.units / 2n + 1n]) },
    { timeoutMs: random.pick([1, 9_000_000_000_000_000]) },
    { balancing: random.pick(['debit', 'credit', 'both'] as const) },
    { pendingId: random.pick([ZERO, ONES, draft.id, random.pick([...recent, draft]).id, undefined]) },
    { kind: random.pick(['posted', 'pending', 'post', 'void'] as const) },
    { reference: random.pick([undefined, 'REF-X']) },
    { metadata: { k: 'other' } },
    { effectiveOn: '2026-02-28' },
  ]);
  const bent = { ...draft, ...twist };
  const settles = bent.kind === 'post' || bent.kind === 'void';
  return settles
    ? bent
    : { ...bent, debitAccountId: bent.debitAccountId || ZERO, creditAccountId: bent.creditAccountId || ZERO, asset: bent.asset || 'EUR/2' };
}
