/** One sample of a Prometheus text page, and the families that it declares. `unreadable` are lines that hold no sample. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number };
export type MetricsPage = {
  types: ReadonlyMap<string, string>;
  help: ReadonlySet<string>;
  samples: readonly Sample[];
  unreadable: readonly string[];
};

const NAME = /^[a-zA-Z_:][\w:]*/;
// Whatever a page holds, each letter is looked at a bounded number of times.
const LABEL = /[ \t]{0,8}([a-zA-Z_]\w*)[ \t]{0,8}=[ \t]{0,8}"((?:[^"\\]|\\.)*)"[ \t]{0,8},?/y;
const END = /[ \t]{0,8}\}/y;

/** Reads the text format of Prometheus (version 0.0.4, and the parts of OpenMetrics that look the same). */
export function readMetrics(text: string): MetricsPage {
  const types = new Map<string, string>();
  const help = new Set<string>();
  const samples: Sample[] = [];
  const unreadable: string[] = [];
  for (const line of text.split('\n')) {
    const declared = /^#[ \t]{1,8}(TYPE|HELP)[ \t]{1,8}(\S+)(.*)$/.exec(line);
    if (declared?.[1] === 'TYPE') types.set(declared[2]!, declared[3]!.trim());
    else if (declared) help.add(declared[2]!);
    else if (line.trim() !== '' && !line.startsWith('#')) {
      const sample = sampleOf(line.trim());
      if (sample) samples.push(sample);
      else unreadable.push(line.trim());
    }
  }
  return { types, help, samples, unreadable };
}

function sampleOf(line: string): Sample | undefined {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return undefined;
  const behind = /^[ \t]{0,8}\{/.exec(line.slice(name.length, name.length + 9))?.[0];
  const read = behind ? labelsAt(line, name.length + behind.length) : { labels: {}, next: name.length };
  // Behind the value may stand a time, and behind a # an exemplar.
  const [text, time = '#', more = '#'] = read ? line.slice(read.next).trim().split(/\s+/, 3) : [];
  const value = text === undefined || text === '' ? undefined : numberOf(text);
  const fits = time.startsWith('#') || (/^-?\d+(\.\d+)?$/.test(time) && more.startsWith('#'));
  return read && value !== undefined && fits ? { name, labels: read.labels, value } : undefined;
}

function labelsAt(line: string, from: number): { labels: Record<string, string>; next: number } | undefined {
  const labels: Record<string, string> = {};
  let next = from;
  for (;;) {
    END.lastIndex = next;
    if (END.test(line)) return { labels, next: END.lastIndex };
    LABEL.lastIndex = next;
    const found = LABEL.exec(line);
    if (!found) return undefined;
    labels[found[1]!] = found[2]!.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
    next = LABEL.lastIndex;
  }
}

function numberOf(text: string): number | undefined {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
