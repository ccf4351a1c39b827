import { explain } from '../explain.ts';
import { Problem } from '../../base/client.ts';
import { AppError } from '../../base/error.ts';

/** Where a command's result goes: words for people, one JSON value for machines. */
export type Output = { json: boolean; print(text: string, value: unknown): void };

export function outputOf(json: boolean): Output {
  return { json, print: (text, value) => void process.stdout.write(json ? `${JSON.stringify(value, digits)}\n` : `${text}\n`) };
}

/** Big numbers leave as digits, as everywhere in JSON. */
export function digits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** Runs a command; a failure is told in its own words and ends the process with 1. */
export async function guarded(json: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof AppError || error instanceof Problem ? error.code : 'internal';
    process.stderr.write(json ? `${JSON.stringify({ error: { code, message: explain(error) } })}\n` : `${explain(error)}\n`);
    process.exitCode = 1;
  }
}

/** Columns of text, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
