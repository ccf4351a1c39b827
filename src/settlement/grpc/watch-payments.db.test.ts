import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Ctx } from '../../base/context.ts';
import { newId, type Uuid } from '../../base/id.ts';
import { createHistory, createOutbox } from '../../infra/outbox/index.ts';
import type { History } from '../../infra/outbox/port.ts';
import { placeEvents } from '../../infra/outbox/store.ts';
import { paymentRecorded } from '../payment/contract.ts';
import { watchPayments } from './watch-payments.ts';

const WAIT = 20_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ modules: [] });
});
afterAll(() => database.drop());

test('a bank that has no payments has those of others looked through once, and hears its next one', async () => {
  const [tenantId, quiet, busy] = [newId(), newId(), newId()];
  const asked: number[] = [];
  const { history, lastSeq } = createHistory(database.db);
  const watched: History = { history: (scope, afterSeq, limit) => (asked.push(afterSeq), history(scope, afterSeq, limit)), lastSeq };
  let ring: (tenantId: string) => void = () => undefined;
  const stopping = new AbortController();
  const onPublished = (heard: typeof ring) => ((ring = heard), () => undefined);
  const payments = watchPayments({ history: watched, onPublished }, { tenantId, memberId: quiet } as Ctx, {}, stopping.signal);
  const publish = async (memberId: Uuid, count: number) => {
    const { type, version } = paymentRecorded;
    const draft = { tenantId, type, version, subject: 'pay', at: 0, data: {}, memberIds: [memberId] };
    await database.db.write({ tenantId }, (tx) =>
      createOutbox().append(
        tx,
        Array.from({ length: count }, () => ({ ...draft, id: newId() })),
      ),
    );
    while ((await placeEvents(database.db, 1_000)) > 0);
    ring(tenantId);
  };

  const first = payments.next();
  await vi.waitFor(() => expect(asked).toContain(0), WAIT);
  await publish(busy, 150);
  // Rung again until it has looked behind them.
  await vi.waitFor(() => (ring(tenantId), expect(asked).toContain(150)), WAIT);
  await publish(quiet, 1);
  expect((await first).value).toMatchObject({ seq: 151, type: paymentRecorded.type });
  stopping.abort();
  await payments.return(undefined);
});
