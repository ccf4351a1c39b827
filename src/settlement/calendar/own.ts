import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../base/error.ts';
import { problemsOf, type HolidayCalendar } from './holidays.ts';

/** A file that is meant to be a calendar; `unreadable` says why there is no content. */
export type CalendarFile = { name: string } & ({ content: Uint8Array } | { unreadable: string });

/**
 * The calendars of a folder: every `*.json` in it that is not hidden, each in the form of the built-in ones.
 *
 * Errors: `settlement.calendars_unreadable` for a folder that cannot be read, and those of `ownCalendars`.
 */
export async function readCalendarFolder(folder: string): Promise<HolidayCalendar[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new AppError(
      'unprocessable',
      'settlement.calendars_unreadable',
      `The folder of holiday calendars cannot be read (${codeOf(error)}): ${folder}. Name one with *.json files, or none.`,
      error,
    );
  });
  const calendars = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  return ownCalendars(await Promise.all(calendars.map((name) => readOne(folder, name))));
}

async function readOne(folder: string, name: string): Promise<CalendarFile> {
  try {
    return { name, content: await readFile(path.join(folder, name)) };
  } catch (error) {
    return { name, unreadable: codeOf(error) };
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown error';

/**
 * Takes calendars from files. One file that cannot be used refuses them all: half of what an operator meant is not what he meant.
 * Errors: `settlement.calendar_malformed` with all that is wrong with all of them, also when two are of one currency.
 */
export function ownCalendars(files: readonly CalendarFile[]): HolidayCalendar[] {
  const read = files.map((file) => ({ name: file.name, ...takeOne(file) }));
  const problems = read.flatMap(({ name, problems: own }) => own.map((problem) => `${name}: ${problem}`));
  const named = read.filter(({ currency }) => currency !== undefined);
  for (const [currency, same] of Map.groupBy(named, (one) => one.currency)) {
    const [first, ...more] = same.map(({ name }) => name);
    problems.push(...more.map((name) => `${name}: ${currency} has its calendar in ${first} already`));
  }
  if (problems.length === 0) return read.map(({ value }) => value as HolidayCalendar);
  throw new AppError(
    'invalid',
    'settlement.calendar_malformed',
    `The holiday calendars have ${problems.length} problem(s):\n  ${problems.join('\n  ')}`,
  );
}

type Taken = { value?: unknown; currency?: string | undefined; problems: string[] };

function takeOne(file: CalendarFile): Taken {
  if ('unreadable' in file) return { problems: [`it cannot be read (${file.unreadable})`] };
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file.content));
  } catch (error) {
    return { problems: [`it is no JSON: ${(error as Error).message}`] };
  }
  return { value, currency: currencyOf(value), problems: problemsOf(value) };
}

/** The currency that a file names, also when the rest of it is wrong. */
function currencyOf(value: unknown): string | undefined {
  const { currency } = (value ?? {}) as { currency?: unknown };
  return typeof currency === 'string' ? currency : undefined;
}
