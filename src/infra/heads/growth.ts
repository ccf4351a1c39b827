import { AppError } from '../../base/error.ts';
import type { Head, Heads, LogName, Noted } from './port.ts';

/** A head as it stands in the database. Those of before heads were signed have neither number nor signature. */
export type StoredHead = Omit<Head, 'log' | 'tenantId' | 'number'> & { number: bigint | null; signature: Uint8Array | null };

/** What a log is before it grows. */
export type Standing = {
  log: LogName;
  tenantId: string;
  last: StoredHead | undefined;
  /** The root of the right edge that it would grow from; throws when that is none. */
  edgeRoot(): Uint8Array;
  /** The root over the first `size` leaves, as the log has it now; throws when hashes for it are missing. */
  rootAt(size: number): Promise<Uint8Array>;
  /** Whether rows stand here that a log would have taken in long ago. */
  isLate(): Promise<boolean>;
};

/**
 * Whether a log may grow: it has grown from the head that was noted outside of the database, its last head was signed here,
 * and where nothing was noted it does not begin behind rows that are old. Otherwise it is left as it is found, since a log
 * that is built anew over changed rows would make them look sound. Answers what was noted.
 * Errors: `heads.log_lost`, `heads.log_changed`.
 */
export async function requireGrown(heads: Heads, standing: Standing): Promise<Noted | undefined> {
  const { log, tenantId, last } = standing;
  const noted = await heads.read(log, tenantId);
  const what = `The ${log} log of tenant ${tenantId}`;
  if (!last) {
    if (noted ? noted.size > 0 : await standing.isLate()) throw lost(`${what} is gone${noted ? ` (${described(noted)})` : ''}`);
    return noted;
  }
  if (noted && (last.size < noted.size || (last.number ?? 0n) < noted.number))
    throw lost(`${what} ends at ${last.size} and once was longer (${described(noted)})`);
  const isNoted = noted?.size === last.size && noted.number === (last.number ?? 0n);
  const grewFrom = !noted || noted.size === 0 || (await isSame(noted.root, () => (isNoted ? last.root : standing.rootAt(noted.size))));
  if (!grewFrom) throw changed(`${what} did not grow from what was noted (${described(noted!)})`);
  if (!(await isSame(last.root, standing.edgeRoot))) throw changed(`${what} has an edge that does not make its root`);
  if (!isNoted && !isGenuine(heads, standing, last)) throw changed(`${what} has a head of ${last.size} leaves that was not signed here`);
  return noted;
}

/** Whether a root can be made and is this one. What cannot be made is not there, unless it is the database that fails. */
async function isSame(root: Uint8Array, make: () => Uint8Array | Promise<Uint8Array>): Promise<boolean> {
  try {
    return Buffer.compare(await make(), root) === 0;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return false;
  }
}

function isGenuine(heads: Heads, { log, tenantId }: Standing, last: StoredHead): boolean {
  const { number, signature } = last;
  if (number === null || signature === null) return number === signature;
  return heads.isOurs({ ...last, log, tenantId, number }, signature);
}

const described = ({ number, size, root }: Noted): string =>
  `head ${number} of ${size} leaves was noted, ${Buffer.from(root).toString('hex')}`;

const ADVICE = 'It is not built anew. Verify it, and see docs/how-to/operate.md, "The heads of the logs".';

function lost(what: string): AppError {
  return new AppError('conflict', 'heads.log_lost', `${what}. ${ADVICE}`);
}

function changed(what: string): AppError {
  return new AppError('conflict', 'heads.log_changed', `${what}. ${ADVICE}`);
}
