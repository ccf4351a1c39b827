/** One sample of a Prometheus text page, and the families that it declares. */
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number };
export type MetricsPage = { types: ReadonlyMap<string, string>; help: ReadonlySet<string>; samples: readonly Sample[]; unreadable: number };

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*(?:#.*)?$/;
const LABEL = /([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?\s*/y;

/** Reads the text format of Prometheus (version 0.0.4, and the parts of OpenMetrics that look the same). */
export function readMetrics(text: string): MetricsPage {
  const types = new Map<string, string>();
  const help = new Set<string>();
  const samples: Sample[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    const declared = /^#\s+(TYPE|HELP)\s+(\S+)\s*(.*)$/.exec(line);
    if (declared?.[1] === 'TYPE') types.set(declared[2]!, declared[3]!.trim());
    else if (declared) help.add(declared[2]!);
    else if (line.trim() !== '' && !line.startsWith('#')) {
      const sample = sampleOf(line.trim());
      if (sample) samples.push(sample);
      else unreadable += 1;
    }
  }
  return { types, help, samples, unreadable };
}

function sampleOf(line: string): Sample | undefined {
  const found = SAMPLE.exec(line);
  const labels = found && labelsOf(found[2] ?? '');
  const value = found ? numberOf(found[3]!) : undefined;
  return found && labels && value !== undefined ? { name: found[1]!, labels, value } : undefined;
}

function labelsOf(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.trimEnd().length) {
    const found = LABEL.exec(text);
    if (!found) return undefined;
    labels[found[1]!] = found[2]!.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
  }
  return labels;
}

function numberOf(text: string): number | undefined {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isNaN(value) ? undefined : value;
}
