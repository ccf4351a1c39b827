import { pino, type DestinationStream } from 'pino';
import { mask, maskText } from './mask.ts';
import { prettyStream } from './pretty.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/** From which weight on lines are written. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What modules write their log with: a sentence that stays the same, and what varies as fields. */
export type Log = {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  /** The same log with fields on every line, e.g. `{ module: 'ledger' }`. */
  child(fields: object): Log;
  /** Whether a line of this weight would be written, for fields that are dear to gather. */
  enabled(level: Exclude<LogLevel, 'silent'>): boolean;
};

/** A log that writes nothing, for tests and tools. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
  enabled: () => false,
};

/**
 * JSON lines by pino, or coloured lines for a person at a terminal. Everything printed passes `mask`, so that no secret
 * can get out by any field, message or error; the inside of an AppError is shown at level debug only.
 */
export function createLog(options: { level: LogLevel; pretty?: boolean; stream?: DestinationStream }): Log {
  const { level, pretty = false, stream = pino.destination({ fd: 1, sync: true }) } = options;
  const base = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(base, pretty ? prettyStream(stream) : stream), {});
}

function wrap(line: pino.Logger, bound: object): Log {
  const safe = (fields: object) => plain(fields, line.isLevelEnabled('debug'));
  const write = (level: Exclude<LogLevel, 'silent'>) => (message: string, fields?: object) => {
    if (line.isLevelEnabled(level)) line[level]({ ...bound, ...(fields && safe(fields)) }, maskText(message));
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(line, { ...bound, ...safe(fields) }),
    enabled: (level) => line.isLevelEnabled(level),
  };
}

/**
 * Masked fields, none of which takes the place of the line's own. A bare error becomes the field `error`; a value that
 * cannot even be looked at (a revoked proxy) is left out and said to be.
 */
function plain(fields: object, withInternal: boolean): object {
  try {
    const masked = mask(fields instanceof Error ? { error: fields } : fields, withInternal) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(masked).map(([key, value]) => [OWN.has(key) ? `${key}_` : key, value]));
  } catch {
    return { unprintable: true };
  }
}

const OWN: ReadonlySet<string> = new Set(['level', 'time', 'msg']);
