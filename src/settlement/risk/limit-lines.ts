import { createHash } from 'node:crypto';
import type { StaticDecode } from 'typebox';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import { codecOf } from '../../base/codec.ts';
import Type from 'typebox';
import type { Participants } from '../participant/directory.ts';
import { LimitLine } from './contract.ts';
import { checkLimitBook, type LimitBook, type Limits } from './limits.ts';

/** Limits as people write them, one line for a participant and currency. */
export type Line = StaticDecode<typeof LimitLine>;

const lines = codecOf(Type.Array(LimitLine));

/** Lines as they are kept, and their version. */
export function toStored(given: readonly Line[]): { content: unknown; version: string } {
  const content = lines.encode(given);
  return { content, version: createHash('sha256').update(canonicalJson(content)).digest('hex') };
}

/** Lines out of what was kept. */
export const fromStored = (content: unknown): Line[] => lines.decode(content) as Line[];

/** The participants that lines name. */
export const namedIn = (given: readonly Line[]): Uuid[] =>
  given
    .flatMap(({ participant, bilateralCaps = [] }) => [participant, ...bilateralCaps.map(({ counterparty }) => counterparty)])
    .filter((id) => id !== '*');

/**
 * The limits by participant and currency. Errors: `settlement.limits_invalid` for a line that stands there twice or caps
 * what cannot be, `settlement.participant_unknown`.
 */
export function bookOf(given: readonly Line[], { byId }: Pick<Participants, 'byId'>): LimitBook {
  const book: Record<string, Record<string, Limits>> = {};
  for (const line of given) {
    const { participant, asset, bilateralCaps, ...limits } = line;
    for (const id of [participant, ...(bilateralCaps ?? []).map(({ counterparty }) => counterparty)]) {
      if (id !== '*' && !byId.has(id)) throw unknown();
    }
    const assets = (book[participant] ??= {});
    if (assets[asset]) throw new AppError('invalid', 'settlement.limits_invalid', `Two lines are about one participant in ${asset}.`);
    assets[asset] = {
      ...limits,
      ...(bilateralCaps && { bilateralCaps: Object.fromEntries(bilateralCaps.map(({ counterparty, cap }) => [counterparty, cap])) }),
    };
  }
  checkLimitBook(book);
  return book;
}

function unknown(): AppError {
  return new AppError('unprocessable', 'settlement.participant_unknown', 'A line names a participant that does not exist.');
}
