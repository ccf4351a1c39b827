import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { onRefusingLedger } from '../../../test/support/refusing-ledger.ts';
import { fromWireId } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import { getParticipant } from '../participant/read-participants.ts';
import { getPayment, listPayments } from '../payment/read-payments.ts';
import { sendPayment } from '../payment/send-payment.ts';
import { verifyWindow, type Verdict } from '../verify-window/verify.ts';
import { closeWindow, finishWindows } from '../window/close-window.ts';
import { setWindowGroup } from '../window/manage-groups.ts';
import { getWindowFile, getWindowPart } from '../window/read-file.ts';
import { getWindow } from '../window/read-windows.ts';
import { settleNetted } from '../window/settle-netted.ts';
import { verifySettled, windowsCheck } from '../window/verify-settled.ts';
import { recomputeWithout } from './default.ts';
import { excludeParticipant } from './exclude-participant.ts';

const house: TestHouse = await createTestHouse();
afterAll(() => house.close());

let banks: [Bank, Bank, Bank, Bank];
let made = 0;
const deps = () => house.settlement.deps;
const setMain = (settles: 'at_once' | 'by_hand') =>
  setWindowGroup({ ...deps(), windowSeconds: 0 }, house.ctx, { id: 'main', name: 'All', mode: 'by_hand', settles });

beforeEach(async () => {
  const letter = String.fromCharCode(65 + made++);
  const bics = ['AAA', 'BBB', 'CCC', 'DDD'].map((name) => `${letter}${name}DEFF`);
  banks = (await admitBanks(house, bics, { 'EUR/2': 1_000_000n, 'USD/2': 1_000_000n })) as [Bank, Bank, Bank, Bank];
  await setMain('by_hand');
});

test('the windows are not known to hold before one with payments was settled and verified', async () => {
  expect(await windowsCheck(deps()).run()).toEqual({ ok: true, unseen: true, detail: 'no window with payments was verified yet' });
});

const pay = (from: number, to: number, units: bigint, asset = 'EUR/2') =>
  sendPayment(deps(), house.ctx, orderOf(banks[from]!, banks[to]!, { units, asset }));
const exclude = (id: string, bank: number, fate: 'return' | 'carry', ctx = house.ctx) =>
  excludeParticipant(deps(), ctx, { id, participantId: banks[bank]!.id, fate, reason: 'Moratorium ordered by the court' });

async function funds(bank: number) {
  const { accounts } = await getParticipant(deps(), house.ctx, { id: banks[bank]!.id });
  const { available, reserved } = accounts.find(({ asset }) => asset === 'EUR/2')!;
  return { available, reserved };
}

async function verifyFile(id: string): Promise<Verdict> {
  const { output } = await getWindowFile(deps(), house.ctx, { id });
  return verifyWindow(output);
}

/** A netted window of four payments, two of them with the first bank, which then is taken out of it. */
async function nettedWindow() {
  const payments = [await pay(0, 1, 100n), await pay(1, 2, 40n), await pay(2, 0, 70n), await pay(3, 2, 5n, 'USD/2')];
  const window = await closeWindow(deps(), house.ctx);
  expect(window.state).toBe('netted');
  return { window, payments };
}

describe('a participant that is taken out of a window', () => {
  test('with its payments returned: the rest is netted anew, every difference is explained, and its money and that of others is free', async () => {
    const { window, payments } = await nettedWindow();
    const detail = await exclude(window.id, 0, 'return');
    expect(detail.state).toBe('netted');
    const [one] = detail.defaults;
    expect(one).toMatchObject({ participantId: banks[0].id, fate: 'return', obligations: 2, reason: 'Moratorium ordered by the court' });
    expect(
      one!.differences.map(({ bic, asset, before, after, obligations }) => [bic.slice(1, 4), asset, before, after, obligations]),
    ).toEqual([
      ['AAA', 'EUR/2', -30n, 0n, 2],
      ['BBB', 'EUR/2', 60n, -40n, 1],
      ['CCC', 'EUR/2', -30n, 40n, 1],
      ['CCC', 'USD/2', 5n, 5n, 0],
      ['DDD', 'USD/2', -5n, -5n, 0],
    ]);
    for (const i of [0, 2]) {
      const payment = await getPayment(deps(), house.ctx, { id: payments[i]!.id });
      expect(payment).toMatchObject({ status: 'rejected', reason: { code: 'AB04' } });
      expect(payment.timeline.map(({ step }) => step)).toEqual(['received', 'screened', 'reserved', 'returned']);
    }
    expect(await funds(0)).toEqual({ available: 1_000_000n, reserved: 0n });
    expect((await settleNetted(deps(), house.ctx, { id: window.id })).state).toBe('settled');
    expect(await getPayment(deps(), house.ctx, { id: payments[1]!.id })).toMatchObject({ status: 'settled' });
    expect([await funds(0), await funds(1), await funds(2)]).toEqual([
      { available: 1_000_000n, reserved: 0n },
      { available: 999_960n, reserved: 0n },
      { available: 1_000_040n, reserved: 0n },
    ]);
    const { items } = await listPayments(deps(), house.ctx, { windowId: window.id, limit: 10 });
    expect(items.map(({ id }) => id).sort()).toEqual([payments[1]!.id, payments[3]!.id].sort());
    const rejected = await listPayments(deps(), house.ctx, { status: 'rejected', participantId: banks[0].id, limit: 10 });
    expect(rejected.items).toHaveLength(2);
  });

  test('is recomputation: the positions are those of a window in which it never took part', async () => {
    const { window, payments } = await nettedWindow();
    const detail = await exclude(window.id, 0, 'carry');
    const obligations = payments.map((payment) => ({
      id: payment.id,
      debtor: payment.debtorAgent.id,
      creditor: payment.creditorAgent.id,
      asset: payment.asset,
      units: payment.units,
    }));
    const { after } = recomputeWithout({ obligations, defaulted: new Set([banks[0].id]) });
    const bare = detail.positions.map(({ participantId, asset, incoming, outgoing, net }) => ({
      participantId,
      asset,
      incoming,
      outgoing,
      net,
    }));
    const key = (one: { asset: string; participantId: string }) => `${one.asset} ${one.participantId}`;
    expect(bare.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))).toEqual(after.positions);
  });

  test('with its payments carried: they stay reserved, join the next window and settle there', async () => {
    const { window, payments } = await nettedWindow();
    await exclude(window.id, 0, 'carry');
    expect(await getPayment(deps(), house.ctx, { id: payments[0]!.id })).toMatchObject({ status: 'reserved' });
    expect(await funds(0)).toEqual({ available: 999_900n, reserved: 100n });
    await settleNetted(deps(), house.ctx, { id: window.id });
    const next = await closeWindow(deps(), house.ctx);
    expect(next).toMatchObject({ payments: 2, state: 'netted' });
    expect(await getWindow(deps(), house.ctx, { id: next.id })).toMatchObject({ joined: 2, left: 0 });
    await settleNetted(deps(), house.ctx, { id: next.id });
    expect(await getPayment(deps(), house.ctx, { id: payments[0]!.id })).toMatchObject({ status: 'settled', window: { id: next.id } });
    expect(await funds(0)).toEqual({ available: 999_970n, reserved: 0n });
    for (const id of [window.id, next.id]) expect((await verifyFile(id)).checks.filter(({ result }) => result !== 'holds')).toEqual([]);
  });

  test('stands in the published file with its obligations, which count into the root and into nothing else', async () => {
    const { window } = await nettedWindow();
    await exclude(window.id, 0, 'return');
    await settleNetted(deps(), house.ctx, { id: window.id });
    const verdict = await verifyFile(window.id);
    expect(verdict).toMatchObject({ ok: true, obligations: 4, removed: 2 });
    expect(verdict.window!.inputRoot).toBe(window.inputRoot);
    expect(await windowsCheck(deps()).run()).toMatchObject({ ok: true, unseen: true });
    await verifySettled(deps(), house.ctx, new AbortController().signal);
    const verified = await windowsCheck(deps()).run();
    expect(verified).toMatchObject({ ok: true });
    expect(verified.unseen).toBeUndefined();
    expect(await getWindow(deps(), house.ctx, { id: window.id })).toMatchObject({ verified: { ok: true, findings: [] } });
  });

  test('cannot be taken out once pay-out has begun, nor twice, nor from a window in which it has no part', async () => {
    const { window } = await nettedWindow();
    await exclude(window.id, 0, 'return');
    await expect(exclude(window.id, 0, 'return')).rejects.toMatchObject({ code: 'settlement.participant_excluded' });
    const [stranger] = await admitBanks(house, [`${String.fromCharCode(64 + made)}ZZZDEFF`], { 'EUR/2': 1n });
    const of = { id: window.id, participantId: stranger!.id, fate: 'return' as const, reason: 'No part in it' };
    await expect(excludeParticipant(deps(), house.ctx, of)).rejects.toMatchObject({ code: 'settlement.participant_not_in_window' });
    await settleNetted(deps(), house.ctx, { id: window.id });
    await expect(exclude(window.id, 1, 'return')).rejects.toMatchObject({ code: 'settlement.window_final' });
    await expect(exclude(window.id, 1, 'return', house.memberCtx(banks[1].id))).rejects.toMatchObject({ code: 'settlement.operator_only' });
    const open = (await house.database.admin<{ id: string }>(`select id from settlement.netting_window where state = 'open' limit 1`))[0]!;
    await expect(exclude(open.id, 1, 'return')).rejects.toMatchObject({ code: 'settlement.window_not_netted' });
  });

  test('asked for twice under one key is taken out once, also after the window is final', async () => {
    const { window } = await nettedWindow();
    const ctx = house.keyed(`exclude-${window.id}`);
    await exclude(window.id, 0, 'return', ctx);
    await settleNetted(deps(), house.ctx, { id: window.id });
    expect(await exclude(window.id, 0, 'return', ctx)).toMatchObject({ state: 'settled', defaults: [{ obligations: 2 }] });
  });

  test('all of it or nothing: when anything fails the window is as it was', async () => {
    const { window, payments } = await nettedWindow();
    const before = await getWindow(deps(), house.ctx, { id: window.id });
    const broken: SettlementDeps = {
      ...deps(),
      ledger: { ...deps().ledger, inTx: () => Promise.reject(new Error('the process died here')) },
    };
    const of = { id: window.id, participantId: banks[0].id, fate: 'return' as const, reason: 'A default' };
    await expect(excludeParticipant(broken, house.ctx, of)).rejects.toThrow('the process died here');
    expect(await getWindow(deps(), house.ctx, { id: window.id })).toEqual(before);
    expect(await getPayment(deps(), house.ctx, { id: payments[0]!.id })).toMatchObject({ status: 'clearing' });
    await settleNetted(deps(), house.ctx, { id: window.id });
  });

  test('several, until nobody is left: the window is final without a transfer', async () => {
    await pay(0, 1, 10n);
    const window = await closeWindow(deps(), house.ctx);
    await exclude(window.id, 0, 'return');
    await expect(exclude(window.id, 1, 'return')).rejects.toMatchObject({ code: 'settlement.participant_not_in_window' });
    expect(await settleNetted(deps(), house.ctx, { id: window.id })).toMatchObject({ state: 'settled', currencies: [] });
    expect((await verifyFile(window.id)).ok).toBe(true);
  });
});

describe('a window that cannot be settled', () => {
  test('says who is in the way, and settles without it once it is taken out', async () => {
    await setMain('at_once');
    const payments = [await pay(0, 1, 100n), await pay(1, 2, 40n)];
    const blocked = onRefusingLedger(deps());
    await expect(closeWindow(blocked, house.ctx)).rejects.toMatchObject({ code: 'settlement.window_blocked' });
    await expect(finishWindows(blocked, house.ctx)).rejects.toMatchObject({ code: 'settlement.window_blocked' });
    const { window } = await getPayment(deps(), house.ctx, { id: payments[0]!.id });
    const stuck = await getWindow(deps(), house.ctx, { id: window!.id });
    expect(stuck).toMatchObject({
      state: 'netted',
      blocked: { participantId: banks[0].id, reason: expect.stringContaining('already_closed') as string },
    });
    const settled = await exclude(window!.id, 0, 'return');
    expect(settled).toMatchObject({ state: 'settled', currencies: [{ asset: 'EUR/2', payments: 1, gross: 40n }] });
    expect(settled.blocked).toBeUndefined();
    expect(await getPayment(deps(), house.ctx, { id: payments[1]!.id })).toMatchObject({ status: 'settled' });
  });

  test('since somebody was taken out of it by halves says so, and stays netted', async () => {
    const { window } = await nettedWindow();
    await exclude(window.id, 0, 'return');
    const stray = `where window_id = '${window.id}' and participant_id = '${banks[0].id}'`;
    await house.database.admin(
      `insert into settlement.position (tenant_id, window_id, asset, participant_id, incoming, outgoing, net)
       select tenant_id, window_id, asset, '${banks[0].id}', 7, 7, 0 from settlement.position where window_id = '${window.id}' limit 1`,
    );
    await expect(settleNetted(deps(), house.ctx, { id: window.id })).rejects.toMatchObject({ code: 'settlement.window_blocked' });
    expect(await getWindow(deps(), house.ctx, { id: window.id })).toMatchObject({
      state: 'netted',
      blocked: { participantId: banks[0].id, reason: expect.stringContaining('taken out') as string },
    });
    await house.database.admin(`delete from settlement.position ${stray}`);
    expect((await settleNetted(deps(), house.ctx, { id: window.id })).state).toBe('settled');
  });
});

describe('what a bank gets of a window', () => {
  test('is its own part, each obligation with a proof; the whole file and what concerns others are the operator’s', async () => {
    const { window } = await nettedWindow();
    await exclude(window.id, 0, 'return');
    await settleNetted(deps(), house.ctx, { id: window.id });
    const bank = house.memberCtx(banks[2].id);
    const { output } = await getWindowPart(deps(), bank, { id: window.id });
    const bytes = Buffer.concat(await Array.fromAsync(output));
    const verdict = await verifyWindow([bytes]);
    expect(verdict).toMatchObject({ ok: true, obligations: 3, removed: 1 });
    expect(verdict.window).toMatchObject({ inputRoot: window.inputRoot, obligations: 4 });
    const lines = bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.filter(({ record }) => record === 'currency')).toEqual([]);
    const parties = lines.filter(({ record }) => record === 'position').map(({ participantId }) => fromWireId(participantId as string));
    expect(new Set(parties)).toEqual(new Set([banks[2].id]));
    await expect(getWindowFile(deps(), bank, { id: window.id })).rejects.toMatchObject({ code: 'settlement.operator_only' });
    await expect(getWindowPart(deps(), bank, { id: window.id, participantId: banks[1].id })).rejects.toMatchObject({
      code: 'settlement.participant_not_found',
    });
    await expect(getWindowPart(deps(), house.ctx, { id: window.id })).rejects.toMatchObject({ code: 'settlement.participant_missing' });
    const detail = await getWindow(deps(), bank, { id: window.id });
    expect(detail.defaults[0]).not.toHaveProperty('reason');
    expect(detail.defaults[0]!.differences.map(({ participantId }) => participantId)).toEqual([banks[2].id, banks[2].id]);
    expect(detail).not.toHaveProperty('verified');
  });

  test('is not there before the cut-off; at cut-off the input can be fetched, the result later', async () => {
    await pay(0, 1, 10n);
    const { window } = (await listPayments(deps(), house.ctx, { limit: 1 })).items[0]!;
    await expect(getWindowFile(deps(), house.ctx, { id: window!.id })).rejects.toMatchObject({ code: 'settlement.window_not_published' });
    await closeWindow(deps(), house.ctx);
    const netted = await verifyFile(window!.id);
    expect(netted.ok).toBe(true);
    expect(netted.checks.filter(({ result }) => result === 'not_checked').map(({ id }) => id)).toEqual(['FINAL']);
    await settleNetted(deps(), house.ctx, { id: window!.id });
    const twice = await Promise.all(
      [1, 2].map(async () => Buffer.concat(await Array.fromAsync((await getWindowFile(deps(), house.ctx, { id: window!.id })).output))),
    );
    expect(twice[0]).toEqual(twice[1]);
  });
});
