import type { Ctx } from '../../base/context.ts';
import { idFloor, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Db } from '../../infra/postgres/db.ts';
import { namesWith, readState } from './store.ts';
import { searchWords } from './words.ts';

/**
 * Where payments with a name are found: under these keys, and behind this id by looking at each. `seesAll`: whoever asks is
 * shown every payment under them, so that the newest found are the newest shown.
 */
export type FoundNames = { keys: readonly bigint[]; lookFrom: Uuid; seesAll: boolean };

/** With more names than these a search is better done by walking: one in a few payments will have one of them. */
const MOST_NAMES = 500;
const MOST_WORDS = 8;
/** An act is committed within so long after its id was made. */
export const LATE_MS: Millis = 10_000;
const FIRST_ID: Uuid = '00000000-0000-0000-0000-000000000000';

/**
 * The names of parties that have words beginning as those asked for, in any order and script. Read without regard to who
 * asks: the payments under them are shown by who may see them. Undefined when there are too many to be looked up.
 */
export async function findNames(
  db: Pick<Db, 'read'>,
  { tenantId, memberId }: Pick<Ctx, 'tenantId' | 'memberId'>,
  query: string,
): Promise<FoundNames | undefined> {
  const words = searchWords(query).slice(0, MOST_WORDS);
  return await db.read({ tenantId }, async (tx) => {
    const state = await readState(tx, tenantId);
    const lookFrom = !state ? FIRST_ID : state.filled ? idFloor(state.coversUntil) : (state.filledTo ?? FIRST_ID);
    const seesAll = memberId === undefined;
    if (words.length === 0) return { keys: [], lookFrom, seesAll };
    const keys = await namesWith(tx, tenantId, words, MOST_NAMES + 1);
    return keys.length > MOST_NAMES ? undefined : { keys, lookFrom, seesAll };
  });
}
