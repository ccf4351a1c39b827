import { mayBeShown, namesCredential } from './secret-names.ts';

const SEPARATORS = ['\t', '|', ';', ','] as const;
/** A name of a column: one word, or some where nothing else is a separator of words. */
const NAME = /^["']?[\p{L}_][\p{L}\d_.-]{0,63}(?: [\p{L}\d_.-]{1,30}){0,3}["']?$/u;
const RULE = /^[-+=|: \t]+$/;

/** Masks the columns of tables whose names are those of credentials: CSV, and columns between bars, semicolons or tabs. */
export function maskTables(text: string, mask: string): string {
  const lines = text.split('\n');
  let table: Table | undefined;
  return lines
    .map((line) => {
      if (table && RULE.test(line)) return line;
      const cells = table ? cellsOf(line, table.separator) : [];
      if (table && cells.length === table.names.length) return maskRow(cells, table, mask);
      table = tableOf(line);
      return line;
    })
    .join('\n');
}

/** The names of a table's columns, and what stands between them. Only tables that hold credentials are of interest. */
type Table = { separator: string; names: readonly string[] };

function tableOf(line: string): Table | undefined {
  if (line.length > 4_096) return undefined;
  for (const separator of SEPARATORS) {
    if (!line.includes(separator)) continue;
    const names = line.split(separator).map((name) => name.trim());
    const named = names.filter((name) => name !== '');
    const isHead = named.length > 1 && named.every((name) => NAME.test(name) && (separator !== ',' || !name.includes(' ')));
    return isHead && named.some(isCredential) ? { separator, names } : undefined;
  }
  return undefined;
}

const isCredential = (name: string): boolean => namesCredential(name.replaceAll(/["']/g, '').replaceAll(' ', '_'));

function maskRow(cells: readonly string[], { separator, names }: Table, mask: string): string {
  return cells
    .map((cell, at) => {
      const name = names[at]!;
      if (!isCredential(name) || mayBeShown(name, cell) || cell.trim() === mask) return cell;
      return `${/^\s*/.exec(cell)![0]}${mask}${/\s*$/.exec(cell)![0]}`;
    })
    .join(separator);
}

/** The cells of a line, those in double quotes with the separators in them. */
function cellsOf(line: string, separator: string): string[] {
  const cells = [''];
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    if (letter === separator && !quoted) cells.push('');
    else cells[cells.length - 1] += letter;
  }
  return quoted ? line.split(separator) : cells;
}
