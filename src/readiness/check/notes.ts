import { redact } from './redact.ts';

/** What a check saw while it looked, in its order. */
export type Notes = {
  /** Keeps a text: masked at once, and cut where it is long. */
  note(text: string): void;
  /** All of them; undefined where nothing was seen. */
  all(): string | undefined;
};

const MOST_CHARACTERS = 16 * 1024;
/** Looked at for credentials before it is cut, so that none is cut into a piece that is not known as one. */
const MARGIN_CHARACTERS = 8_192;
const MOST_IN_ALL = 256 * 1024;

/** Notes of one check. What it saw is there also when it is stopped, throws, or cannot tell what it means. */
export function takeNotes(hide: (text: string) => string = (same) => same): Notes {
  const notes: string[] = [];
  let characters = 0;
  let left = 0;
  return {
    note(text) {
      if (characters > MOST_IN_ALL) return void (left += 1);
      const kept = masked(text, hide);
      notes.push(kept);
      characters += kept.length;
    },
    all: () => (notes.length === 0 ? undefined : [...notes, ...(left > 0 ? [`… cut: ${left} more notes are not kept`] : [])].join('\n')),
  };
}

function masked(text: string, hide: (text: string) => string): string {
  try {
    return cut(text, hide);
  } catch {
    return '[not shown]';
  }
}

function cut(text: string, hide: (text: string) => string): string {
  const clean = redact(hide(text.slice(0, MOST_CHARACTERS + MARGIN_CHARACTERS)));
  if (clean.length <= MOST_CHARACTERS && text.length <= MOST_CHARACTERS + MARGIN_CHARACTERS) return clean;
  return `${clean.slice(0, MOST_CHARACTERS)}\n… cut: ${MOST_CHARACTERS} of ${text.length} characters are kept`;
}

/** The first lines of a list, and how many more there are. */
export function firstLines(lines: readonly string[], most = 200): string {
  return lines.length <= most ? lines.join('\n') : [...lines.slice(0, most), `… cut: ${lines.length - most} more`].join('\n');
}
