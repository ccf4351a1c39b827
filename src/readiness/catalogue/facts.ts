import type { Threshold } from '../checklist/checklist.ts';
import type { LineInPlace } from './traits.ts';

/** What a proposal takes its parameters from: the words and numbers of a line. */
export type Facts = {
  /** The line itself, in lower case. */
  text: string;
  /** Ports that are named, in order. */
  ports: readonly number[];
  /** Paths below an address, such as `/health`, without files. */
  paths: readonly string[];
  /** Names of files, such as `docs/runbook.md`. */
  files: readonly string[];
  /** Names of settings, such as `LOG_LEVEL`. */
  settings: readonly string[];
  /** Whole major versions that are named with a word: `postgresql 16`. */
  version(word: string): number | undefined;
  /** The same with what follows the point: `2.10`. */
  versionText(word: string): string | undefined;
  /** The first threshold in one of the units. */
  limit(...units: string[]): Threshold | undefined;
  /** The first number with `days`, in days. */
  days(): number | undefined;
  has(...words: string[]): boolean;
};

/** Reads the facts of a line; what it demands comes first, then what stands around it. */
export function factsOf({ line, parent }: LineInPlace): Facts {
  const raw = `${line.title} ${line.detail ?? ''}`;
  const text = raw.toLowerCase();
  const around = `${text} ${parent?.title ?? ''} ${line.section.at(-1) ?? ''}`.toLowerCase();
  const words = (pattern: RegExp) => [...raw.matchAll(pattern)].map(([, found]) => found!);
  const files = words(/((?:[\w.-]+\/)*[\w-]+\.(?:md|ya?ml|json|toml|sh|sql|env|conf|txt))\b/g);
  return {
    text,
    ports: words(/\bport\s+(\d{2,5})\b/gi).map(Number),
    paths: words(/(?<![\w.~)])(\/[a-z][\w./-]*)/g).filter((path) => !/\.(md|sh|ya?ml|sql|json)$/.test(path)),
    files,
    settings: words(/\b([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b/g),
    version: (word) => {
      const found = versionOf(raw, word);
      return found === undefined ? undefined : Number.parseInt(found, 10);
    },
    versionText: (word) => versionOf(raw, word),
    limit: (...units) => line.thresholds.find(({ unit }) => units.includes(unit)),
    days: () => {
      const found = /(\d+)[\s-]*days?\b/i.exec(raw)?.[1];
      return found === undefined ? undefined : Number(found);
    },
    has: (...wanted) => wanted.some((word) => around.includes(word)),
  };
}

/** `NATS Server 2.10` → `2.10`; only right behind the word, so that other numbers are not taken for one. */
function versionOf(text: string, word: string): string | undefined {
  return new RegExp(`${word}\\s+(?:server\\s+)?v?(\\d+(?:\\.\\d+)?)(?![\\w%])`, 'i').exec(text)?.[1];
}
