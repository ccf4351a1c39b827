const HEAD = '<!-- Made by `npm run docs` from the contracts and the code. Do not edit. -->';

/** Text as it stands in a cell of a table. */
export const cell = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ');

/** A line of a table. */
export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table of lines that `row` made. */
export const table = (heads: readonly string[], rows: readonly string[]): string =>
  [row(...heads), row(...heads.map(() => '---')), ...rows].join('\n');

/** A generated page; empty parts are left out. */
export const page = (...parts: readonly string[]): string => `${[HEAD, ...parts.filter((part) => part !== '')].join('\n\n')}\n`;
