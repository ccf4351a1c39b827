import grpc from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCustodyAccount, openRail, setPayoutAccount } from '../../../test/support/custody.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { metadataOf, openSettlementGrpc, reasonOf, type Reply, type SettlementGrpc } from '../../../test/support/settlement-grpc.ts';
import { toWireId } from '../../base/id.ts';
import { operations } from '../contract.ts';
import { DEFAULT_POLICY } from '../liquidity/route.ts';
import { setPolicy } from '../liquidity/manage-policy.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { settlementApi } from './plan.ts';

let house: TestHouse;
let served: SettlementGrpc;
let banks: [Bank, Bank, Bank];
let operator: grpc.Metadata;
const deps = () => house.settlement.deps;
const call: SettlementGrpc['call'] = (...args) => served.call(...args);
const wire = (bank: Bank) => toWireId('mem', bank.id);
const as = async (bank: Bank) => metadataOf(await served.keyOf(['payments:read', 'payments:write', 'settlement:read'], bank.id));
const once = async () => metadataOf(await served.keyOf(), { 'idempotency-key': randomUUID() });

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['GRAAFIHH', 'GRBBNOKK', 'GRCCDEFF'], { 'EUR/2': 10n ** 6n, 'SEK/2': 0n })) as typeof banks;
  served = await openSettlementGrpc(house, { units: 100_000 });
  operator = metadataOf(await served.keyOf());
}, 60_000);
afterAll(async () => {
  await served.close();
  await house.close();
});

/** Files and documents have no place in messages. */
const OVER_HTTP = ['get_settlement_request', 'get_window_file', 'get_window_part', 'get_set_off_file', 'get_set_off_part'];

describe('every method', () => {
  const methods = settlementApi.services.flatMap(({ name, methods: all }) =>
    all.filter(({ streamed }) => !streamed).map((method) => [`${name}.${method.name}`, name, method.name] as const),
  );

  test('of windows, queue, set-off, rails and recalls is there, but for files', () => {
    const served = new Set(methods.map(([, , method]) => method));
    const names = settlementApi.services.flatMap((service) => service.methods.map(({ operation }) => operation.name));
    const roots = /^\/v1\/(windows|window-groups|queue|set-off|rails|instructions|recalls)(\/|$)/;
    const missing = operations
      .filter(({ name, path }) => roots.test(path) && !names.includes(name))
      .map(({ name }) => name.replace('settlement.', ''));
    expect(missing.toSorted()).toEqual(OVER_HTTP.toSorted());
    expect(served.size).toBe(methods.length);
  });

  test.each(methods)('%s is refused without its scope', async (_, service, method) => {
    const refused = call(service, method, {}, metadataOf(await served.keyOf(['screening:read'])));
    await expect(refused).rejects.toMatchObject({ code: grpc.status.PERMISSION_DENIED });
    expect(await reasonOf(refused)).toBe('request.scope_missing');
  });
});

describe('set-off over gRPC', () => {
  const owed = (debtor: Bank, creditor: Bank, reference: string) => ({
    obligations: [{ debtor: debtor.bic, creditor: creditor.bic, asset: 'EUR/2', units: '500', reference }],
  });

  test('is brought in and confirmed by each bank itself, and cleared by the operator once', async () => {
    const [a, b] = banks;
    for (const [debtor, creditor, reference] of [
      [a, b, 'G-1'],
      [b, a, 'G-2'],
    ] as const) {
      const { items } = await call('SetOffService', 'SubmitObligations', owed(debtor, creditor, reference), await as(creditor));
      const [{ id }] = items as [{ id: string }];
      const refused = call('SetOffService', 'AnswerObligation', { id, answer: 'confirm' }, operator);
      await expect(refused).rejects.toMatchObject({ code: grpc.status.PERMISSION_DENIED });
      expect(await reasonOf(refused)).toBe('settlement.obligation_foreign');
      const confirmed = await call('SetOffService', 'AnswerObligation', { id, answer: 'confirm' }, await as(debtor));
      expect(confirmed).toMatchObject({ state: 'confirmed', submittedAs: 'creditor', debtorAgrees: true });
    }
    const preview = await call('SetOffService', 'PreviewSetOff', { asset: 'EUR/2' }, operator);
    expect(preview).toMatchObject({ obligations: 2, cleared: '1000' });
    const keyed = await once();
    const input = { asset: 'EUR/2', inputHash: preview['inputHash'] };
    const round = await call('SetOffService', 'RunSetOff', input, keyed);
    expect(await call('SetOffService', 'RunSetOff', input, keyed)).toEqual(round);
    const other = call('SetOffService', 'RunSetOff', { asset: 'SEK/2' }, keyed);
    await expect(other).rejects.toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
    expect(await call('SetOffService', 'GetSetOffRound', { id: round['id'] }, await as(a))).toMatchObject({ cleared: '500' });
    const { items } = await call('SetOffService', 'ListObligations', { state: 'discharged' }, await as(a));
    expect(items).toHaveLength(2);
    const { items: none } = await call('SetOffService', 'ListObligations', {}, await as(banks[2]));
    expect(none ?? []).toEqual([]);
  });

  test('of a bank is not the operator’s to run, nor another bank’s to see', async () => {
    const [a, b, c] = banks;
    const refused = call('SetOffService', 'RunSetOff', { asset: 'EUR/2' }, await as(a));
    await expect(refused).rejects.toMatchObject({ code: grpc.status.PERMISSION_DENIED });
    expect(await reasonOf(refused)).toBe('request.scope_missing');
    const { items } = await call('SetOffService', 'SubmitObligations', owed(a, b, 'G-3'), await as(a));
    const [{ id }] = items as [{ id: string }];
    await expect(call('SetOffService', 'GetObligation', { id }, await as(c))).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    expect(await call('SetOffService', 'WithdrawObligation', { id }, await as(a))).toMatchObject({ withdrawnAs: 'debtor' });
  });
});

test('what waits in the queue is listed, moved, cancelled and run over gRPC', async () => {
  const [a, b] = banks;
  await setPolicy(deps(), house.ctx, { policy: { ...DEFAULT_POLICY, withoutCover: 'queue', queueMinutes: 60 } });
  const ids: string[] = [];
  for (const units of [10n ** 8n, 2n * 10n ** 8n])
    ids.push(toWireId('pay', (await sendPayment(deps(), house.ctx, orderOf(a, b, { units }))).id));
  const { items } = (await call('QueueService', 'ListQueue', { asset: 'EUR/2' }, operator)) as { items: Reply[] };
  expect(items.map(({ paymentId }) => paymentId)).toEqual(expect.arrayContaining(ids));
  expect(await call('QueueService', 'MoveQueued', { id: ids[1], priority: 'urgent' }, operator)).toMatchObject({ priority: 'urgent' });
  expect(await call('QueueService', 'CancelQueued', { id: ids[0] }, operator)).toMatchObject({ status: 'rejected' });
  const gone = call('QueueService', 'CancelQueued', { id: ids[0] }, operator);
  expect(await reasonOf(gone)).toBe('settlement.payment_not_queued');
  expect(await call('QueueService', 'RunQueue', {}, operator)).toHaveProperty('looked');
  await call('QueueService', 'CancelQueued', { id: ids[1] }, operator);
  await setPolicy(deps(), house.ctx, { policy: DEFAULT_POLICY });
});

test('a window is put off, cut off, computed anew without a bank, and settled over gRPC', async () => {
  const [a, b, c] = banks;
  const main = { id: 'main', name: 'All', mode: 'by_hand', settles: 'by_hand' } as const;
  await setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, main);
  const put = await call('WindowService', 'ExtendCutOff', { id: 'main', minutes: 15, reason: 'A pay-in is late' }, operator);
  expect(put).toMatchObject({ id: 'main' });
  await sendPayment(deps(), house.ctx, orderOf(a, b, { units: 300n }));
  await sendPayment(deps(), house.ctx, orderOf(b, c, { units: 100n }));
  const { id } = await call('WindowService', 'CloseWindow', {}, operator);
  const exclusion = { id, participantId: wire(c), fate: 'return', reason: 'Moratorium ordered by the court' };
  expect(await reasonOf(call('WindowService', 'ExcludeParticipant', exclusion, await as(a)))).toBe('request.scope_missing');
  expect(await call('WindowService', 'ExcludeParticipant', exclusion, operator)).toMatchObject({ state: 'netted' });
  expect(await call('WindowService', 'SettleNettedWindow', { id }, operator)).toMatchObject({ state: 'settled' });
  const detail = await call('WindowService', 'GetWindow', { id }, operator);
  expect(detail).toMatchObject({ finality: { transfers: expect.anything() }, defaults: [expect.anything()] });
  expect(await call('WindowService', 'GetWindowFlows', { id, asset: 'EUR/2' }, operator)).toMatchObject({
    items: [expect.objectContaining({ units: '300' })],
  });
  const { items } = (await call('WindowService', 'ListWindowGroups', {}, operator)) as { items: Reply[] };
  expect(items.map((group) => group['id'])).toContain('main');
});

test('a payout is asked for once, listed and cancelled over gRPC, and its rail is paused', async () => {
  const [a] = banks;
  await openCustodyAccount(house);
  await openRail(house, 'grpc-rail');
  await setPayoutAccount(house, a.id);
  const payout = { id: wire(a), asset: 'EUR/2', units: '100', reference: 'OUT-1' };
  const unkeyed = call('SettlementService', 'RequestPayout', payout, operator);
  expect(await reasonOf(unkeyed)).toBe('request.key_missing');
  const keyed = await once();
  const asked = await call('SettlementService', 'RequestPayout', payout, keyed);
  expect(await call('SettlementService', 'RequestPayout', payout, keyed)).toEqual(asked);
  const { items } = (await call('SettlementService', 'ListInstructions', {}, operator)) as { items: Reply[] };
  expect(items.map(({ id }) => id)).toEqual([asked['id']]);
  expect(await call('SettlementService', 'GetInstruction', { id: asked['id'] }, await as(a))).toMatchObject({ units: '100' });
  const stranger = call('SettlementService', 'GetInstruction', { id: asked['id'] }, await as(banks[1]));
  await expect(stranger).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
  expect(await call('SettlementService', 'CancelInstruction', { id: asked['id'] }, operator)).toMatchObject({ state: 'cancelled' });
  const paused = await call('SettlementService', 'SetRailState', { id: 'grpc-rail', state: 'paused' }, operator);
  expect(paused).toMatchObject({ id: 'grpc-rail', state: 'paused' });
  expect(await call('SettlementService', 'ListRails', {}, operator)).toMatchObject({ items: [{ id: 'grpc-rail', state: 'paused' }] });
  const { items: recalls } = await call('SettlementService', 'ListRecalls', {}, await as(a));
  expect(recalls ?? []).toEqual([]);
});
