/** Times are looked for in so many of the last lines: behind them there may be traces of many lines. */
const LINES = 200;
const ISO = String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})? ?(?:Z|[+-]\d{2}:?\d{2})`;
/** At the beginning of a line, perhaps in brackets, or under a name that loggers give it; only where it names its zone. */
const WRITTEN = new RegExp(String.raw`^[[(]?(${ISO})|"(?:time|timestamp|@timestamp|ts|date)":\s*"(${ISO})"`);
const COUNTED = /"(?:time|timestamp|@timestamp|ts)":\s*(\d{10}(?:\.\d{1,9})?|\d{13})(?=[,}\s])/;

/** The newest time that the last lines of a log say they were written at, in milliseconds; undefined where none does. */
export function newestTime(lines: readonly string[]): number | undefined {
  const times = lines.slice(-LINES).flatMap((line) => timeOf(line.slice(0, 4_096)) ?? []);
  return times.length === 0 ? undefined : times.reduce((newest, time) => Math.max(newest, time));
}

function timeOf(line: string): number | undefined {
  const written = WRITTEN.exec(line);
  if (written) {
    const ms = Date.parse((written[1] ?? written[2])!.replace(' ', 'T').replace(',', '.').replace(' ', ''));
    return Number.isNaN(ms) ? undefined : ms;
  }
  const counted = COUNTED.exec(line)?.[1];
  return counted === undefined ? undefined : Number(counted) * (counted.length === 13 ? 1 : 1_000);
}
