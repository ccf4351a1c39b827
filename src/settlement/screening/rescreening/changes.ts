import type { Uuid } from '../../../base/id.ts';
import type { Db } from '../../../infra/postgres/db.ts';
import { buildChanges } from '../build-index.ts';
import type { ChangedDocument } from '../build-task.ts';
import { openIndex, RULES, type ScreeningIndex } from '../match.ts';
import { findSet } from '../screening-set.ts';
import type { InForce } from '../screening.ts';
import { contentsOfLists, listsVersion, versionsOfLists } from '../store.ts';
import { entryHashesOf } from './store.ts';

/** What has to be matched again. `changed` holds the entries that the lists added or changed; without it, all count. */
export type Changes = { entries: number; changed?: ScreeningIndex };

const entriesIn = (index: ScreeningIndex) => index.entries.at.length - 1;

/**
 * What lists have brought since a set was in force. Everything, when nothing is known of that set or names were matched by
 * other rules then. Undefined when the lists in the database are not those in force here any more.
 */
export async function changesSince(db: Db, tenantId: Uuid, fromSet: number | null, lists: InForce): Promise<Changes | undefined> {
  const all: Changes = { entries: entriesIn(lists.index) };
  const read = await db.read({ tenantId }, async (tx) => {
    const from = fromSet === null ? undefined : await findSet(tx, tenantId, fromSet);
    if (!from || from.rules !== RULES) return undefined;
    return {
      from,
      now: await versionsOfLists(tx, tenantId),
      contents: await contentsOfLists(tx, tenantId),
      hashes: await entryHashesOf(tx, tenantId, from.lists),
    };
  });
  if (!read) return all;
  if (listsVersion(read.now) !== lists.version) return undefined;
  const encoder = new TextEncoder();
  const documents: ChangedDocument[] = [];
  for (const { id, version, purpose } of read.now) {
    const had = read.from.lists.find((list) => list.id === id && list.purpose === purpose);
    if (had?.version === version) continue;
    const before = had && read.hashes.get(id);
    if (had && !before) return all;
    const { content, format } = read.contents.find((one) => one.id === id)!;
    documents.push({ id, format, before, document: encoder.encode(content) });
  }
  const changed = openIndex(await buildChanges(documents));
  return { entries: entriesIn(changed), changed };
}
