import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createTestLedger } from '../../../test/support/ledger.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { headsIn } from '../../infra/heads/folder.ts';
import type { AccountDraft } from '../port.ts';
import { growLogs } from './grow.ts';

test.each([
  ['is half of one', '{'],
  ['is of another shape', '{}'],
  ['is null', 'null'],
  ['cannot be read', undefined],
])("a note of one book that %s stops that book's log and no other, and is told", async (_, text) => {
  const ledger = await createTestLedger();
  onTestFinished(() => ledger.close());
  const { db } = ledger.database;
  const folder = temporaryFolder();
  const heads = await headsIn(folder, new Secret<Uint8Array>(randomBytes(32)));
  const books: [Uuid, Uuid] = [ledger.tenantId, newId()];
  for (const tenantId of books) {
    const draft = (): AccountDraft => ({ id: newId(), name: 'account', kind: 'liability', asset: 'EUR/2', managedBy: undefined });
    const pair = [draft(), draft()] as const;
    await db.write({ tenantId }, async (tx) => (await ledger.port.inTx(tx, tenantId)).openAccounts([...pair]));
    await ledger.port.enact({ tenantId, transfers: [ledger.draft(pair[0].id, pair[1].id)] });
  }
  const logs = join(folder, 'heads', 'ledger');
  const file = join(logs, `${books[0]}.json`);
  mkdirSync(text === undefined ? file : logs, { recursive: true });
  if (text !== undefined) writeFileSync(file, text);
  const grow = growLogs({ db, clock: ledger.clock, heads });
  await expect(grow).rejects.toMatchObject({ code: 'heads.note_damaged', message: expect.stringContaining(file) });
  expect(await ledger.database.admin('select tenant_id as id from ledger.log_head')).toEqual([{ id: books[1] }]);
});
