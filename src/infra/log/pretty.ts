import type { DestinationStream } from 'pino';

const COLOUR: Record<string, string> = { debug: '\x1b[90m', info: '\x1b[36m', warn: '\x1b[33m', error: '\x1b[31m' };
const DIM = '\x1b[2m';
const PLAIN = '\x1b[0m';

/** Turns pino's JSON lines into lines for a person: time, level, message, then the fields. */
export function prettyStream(out: DestinationStream): DestinationStream {
  return {
    write(line) {
      out.write(prettyLine(line));
    },
  };
}

/** One JSON line as a person reads it; a line that is not JSON passes as it is. */
export function prettyLine(line: string): string {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, msg, error, ...fields } = parsed;
  const name = String(level);
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${printable(typeof value === 'string' ? value : JSON.stringify(value))}`,
  );
  const head = `${DIM}${String(time).slice(11, 23)}${PLAIN} ${COLOUR[name] ?? ''}${name.padEnd(5)}${PLAIN} ${printable(typeof msg === 'string' ? msg : '')}`;
  return `${head}${rest.length > 0 ? ` ${DIM}${rest.join(' ')}${PLAIN}` : ''}\n${errorLines(error)}`;
}

function errorLines(error: unknown): string {
  if (error === undefined) return '';
  if (typeof error !== 'object' || error === null) return `  ${printable(JSON.stringify(error))}\n`;
  const { stack, message, cause } = error as { stack?: string; message?: string; cause?: unknown };
  const lines = (stack || message || '').split('\n').map((line) => `  ${printable(line)}\n`);
  return lines.join('') + (cause === undefined ? '' : `  caused by:\n${errorLines(cause)}`);
}

/** A caller's text must not move the cursor or colour the operator's terminal. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
