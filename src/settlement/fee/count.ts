import type { Uuid } from '../../base/id.ts';
import { dayOf, type LocalDate, type Millis } from '../../base/time.ts';
import type { FinalExchange } from '../fx/finals.ts';
import type { Leg } from '../gridlock/bundle.ts';
import type { FinalPayment } from '../report/finals.ts';
import { feeOfValue, type Usage } from './fee.ts';
import { firstDayOf, monthOf, nextMonth, type Month } from './month.ts';
import { scheduleOn, type Schedule } from './schedule.ts';

/** Usage of one item of a schedule by a participant on a day. */
export type UsageRow = { participantId: Uuid; asset: string; day: LocalDate; scheduleId: Uuid; item: string } & Usage;

/**
 * Counts payments and exchanges that became final into usage, each once. The debtor's bank pays for a payment; both banks have
 * taken part in its window; every bank of an exchange pays for it. What became final in a month that is closed counts as of the
 * first day of the next.
 */
export class Counter {
  readonly #schedules: readonly Schedule[];
  readonly #closed: Month | undefined;
  readonly #rows = new Map<string, UsageRow>();
  readonly #inWindow = new Set<string>();
  #window: Uuid | null = null;

  constructor(schedules: readonly Schedule[], closed: Month | undefined) {
    this.#schedules = schedules;
    this.#closed = closed;
  }

  /** Payments of one window come one after the other. */
  add(payment: FinalPayment): void {
    const { debtorAgentId, creditorAgentId, asset, units, windowId } = payment;
    const day = this.#dayOf(payment.settledAt);
    const schedule = scheduleOn(this.#schedules, { participantId: debtorAgentId, asset, day });
    for (const item of schedule?.content.items ?? []) {
      if (item.kind === 'per_payment')
        this.#count(debtorAgentId, asset, { day, schedule: schedule!, item: item.item, value: units, units: 0n });
      if (item.kind === 'per_value') {
        this.#count(debtorAgentId, asset, { day, schedule: schedule!, item: item.item, value: units, units: feeOfValue(units, item) });
      }
    }
    if (windowId !== this.#window) this.#inWindow.clear();
    this.#window = windowId;
    if (windowId !== null) for (const bank of [debtorAgentId, creditorAgentId]) this.#takePart(bank, payment, day);
  }

  addExchange({ legs, settledAt }: FinalExchange): void {
    const day = this.#dayOf(settledAt);
    for (const { bank, assets } of sidesOf(legs)) this.#payExchange(bank, assets, day);
  }

  rows(): UsageRow[] {
    return [...this.#rows.values()];
  }

  #dayOf(settledAt: Millis): LocalDate {
    const day = dayOf(settledAt);
    return this.#closed !== undefined && monthOf(day) <= this.#closed ? firstDayOf(nextMonth(this.#closed)) : day;
  }

  #takePart(bank: Uuid, payment: FinalPayment, day: LocalDate): void {
    const key = `${bank} ${payment.asset}`;
    if (this.#inWindow.has(key)) return;
    this.#inWindow.add(key);
    const schedule = scheduleOn(this.#schedules, { participantId: bank, asset: payment.asset, day });
    for (const item of schedule?.content.items ?? []) {
      if (item.kind === 'per_window') this.#count(bank, payment.asset, { day, schedule: schedule!, item: item.item, value: 0n, units: 0n });
    }
  }

  /** The first of its currencies that has a price for exchanges is the one in which a bank pays, so that it never pays twice. */
  #payExchange(bank: Uuid, assets: readonly string[], day: LocalDate): void {
    for (const asset of assets) {
      const schedule = scheduleOn(this.#schedules, { participantId: bank, asset, day });
      const items = schedule?.content.items.filter(({ kind }) => kind === 'per_exchange') ?? [];
      for (const { item } of items) this.#count(bank, asset, { day, schedule: schedule!, item, value: 0n, units: 0n });
      if (items.length > 0) return;
    }
  }

  #count(
    participantId: Uuid,
    asset: string,
    { day, schedule, item, value, units }: { day: LocalDate; schedule: Schedule; item: string; value: bigint; units: bigint },
  ): void {
    const key = `${participantId} ${asset} ${day} ${schedule.id} ${item}`;
    const row = this.#rows.get(key);
    if (row) {
      row.count += 1n;
      row.value += value;
      row.units += units;
    } else this.#rows.set(key, { participantId, asset, day, scheduleId: schedule.id, item, count: 1n, value, units });
  }
}

/** Each bank of an exchange with the currencies in which it paid, then those in which it was paid. There is none that does not pay. */
function sidesOf(legs: readonly Leg[]): { bank: Uuid; assets: string[] }[] {
  return [...new Set(legs.map(({ debtor }) => debtor))].map((bank) => {
    const own = [...legs.filter(({ debtor }) => debtor === bank), ...legs.filter(({ creditor }) => creditor === bank)];
    return { bank, assets: [...new Set(own.map(({ asset }) => asset))] };
  });
}
