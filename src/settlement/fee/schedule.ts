import { codecOf } from '../../base/codec.ts';
import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { LocalDate } from '../../base/time.ts';
import { FeeContent as ContentSchema } from './contract.ts';
import { MINIMUM, type FeeContent, type FeeItem } from './fee.ts';

/** Stands for every participant, and for the operator's own account, where a participant would stand. */
export const EVERYONE = '00000000-0000-0000-0000-000000000000';

/** Prices of a currency from a day on. */
export type Schedule = { id: Uuid; asset: string; participantId: Uuid; version: number; validFrom: LocalDate; content: FeeContent };

const codec = codecOf(ContentSchema);

/** Prices are kept as they were sent. */
export const toWireContent = (content: FeeContent): object => codec.encode(content) as object;
export const fromWireContent = (wire: object): FeeContent => codec.decode(wire) as FeeContent;

/**
 * The schedule of a participant in a currency on a day: its own if it has one that has begun, else everyone's; of several the
 * one that began last, of those the newest version. Undefined when nothing is charged.
 */
export function scheduleOn(
  schedules: readonly Schedule[],
  of: { participantId: Uuid; asset: string; day: LocalDate },
): Schedule | undefined {
  const begun = schedules.filter(({ asset, validFrom }) => asset === of.asset && validFrom <= of.day);
  const latest = (participantId: Uuid) =>
    begun
      .filter((schedule) => schedule.participantId === participantId)
      .reduce<Schedule | undefined>((best, schedule) => (!best || isLater(schedule, best) ? schedule : best), undefined);
  return latest(of.participantId) ?? latest(EVERYONE);
}

const isLater = (a: Schedule, b: Schedule): boolean => (a.validFrom === b.validFrom ? a.version > b.version : a.validFrom > b.validFrom);

/** Holds prices against what their form cannot say. Errors: `settlement.fee_schedule_invalid`. */
export function checkContent({ items }: FeeContent): void {
  const names = items.map(({ item }) => item);
  const twice = names.find((name, i) => name === MINIMUM || names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`The name ${twice} is taken: each item needs one of its own.`);
  for (const item of items) checkItem(item);
}

function checkItem(item: FeeItem): void {
  if (item.kind === 'per_value') {
    const { minUnits = 0n, maxUnits } = item;
    if (maxUnits !== undefined && maxUnits < minUnits) throw invalid(`${item.item}: the most is less than the least.`);
  }
  if (!('tiers' in item)) return;
  const ends = item.tiers.map(({ upTo }) => upTo ?? Infinity);
  const rising = ends.every((end, i) => i === 0 || end > ends[i - 1]!);
  if (!rising || ends.at(-1) !== Infinity) throw invalid(`${item.item}: tiers must rise, and the last has no end.`);
}

function invalid(message: string): AppError {
  return new AppError('invalid', 'settlement.fee_schedule_invalid', message);
}
