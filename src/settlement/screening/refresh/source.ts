import { AppError } from '../../../base/error.ts';
import type { Millis } from '../../../base/time.ts';
import type { Uuid } from '../../../base/id.ts';
import { checkTarget } from '../../../infra/webhook/target.ts';
import { LIST_FORMATS, type ListFormat } from '../lists/read-list.ts';
import type { ListPurpose } from '../store.ts';

/** From where lists may be fetched; nothing but public addresses over https unless told. */
export type Reach = {
  /** Hosts that may be reached over http or at addresses that are not public; `*` for any. */
  hosts: readonly string[];
  /** The folder in which files of this machine may lie. */
  folder?: string | undefined;
};

/** What a person sets: from where a list comes, how often, and what a good file must be like. */
export type SourceSettings = {
  url: string;
  intervalSeconds: number;
  checksumUrl: string | null;
  sha256: string | null;
  format: ListFormat | null;
  purpose: ListPurpose | null;
  minimumEntries: number;
  largestShrinkPercent: number;
};

/** How a try went. `refused`: a file came and was not taken; `unreachable`: none came. */
export type Outcome = 'loaded' | 'unchanged' | 'refused' | 'unreachable';

/** A source with what happened so far. `fetchedVersion` is the file that `etag` and `lastModified` were said of. */
export type Source = SourceSettings & {
  tenantId: Uuid;
  listId: string;
  setBy: string;
  setAt: Millis;
  etag: string | null;
  lastModified: string | null;
  fetchedVersion: string | null;
  nextAt: Millis;
  triedAt: Millis | null;
  outcome: Outcome | null;
  code: string | null;
  detail: string | null;
  goodAt: Millis | null;
  failures: number;
};

export const SHRINK_PERCENT = 50;

/**
 * Whether a list may be fetched from there, as far as the address alone tells; where names lead is looked at when they are
 * resolved. Errors: `settlement.source_invalid`.
 */
export function checkPlace(place: string, { hosts, folder }: Reach): void {
  if (place.startsWith('file:')) {
    if (folder === undefined)
      throw invalid('Files of this machine are not allowed here; the operator allows a folder with RIALTO_LIST_FOLDER.');
    return;
  }
  try {
    checkTarget(place, hosts);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw invalid(REASONS[error.code] ?? error.message);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  'webhook.url_invalid': 'Give an address like https://lists.example/un.xml, without a login or a #part.',
  'webhook.url_not_https': 'Lists are fetched over https only; the operator allows other hosts with RIALTO_LIST_HOSTS.',
  'webhook.target_private':
    'This address is not on the public internet; the operator allows hosts of the own network with RIALTO_LIST_HOSTS.',
};

/** The format with this name. Errors: `settlement.source_invalid`. */
export function formatNamed(name: string): ListFormat {
  const format = LIST_FORMATS.find((one) => one === name);
  if (!format) throw invalid(`There is no format ${name}; there are ${LIST_FORMATS.join(', ')}.`);
  return format;
}

function invalid(why: string): AppError {
  return new AppError('unprocessable', 'settlement.source_invalid', why);
}

const MINUTE_MS = 60_000;

/** How long to wait before the next try: a failure is looked at again soon, and less and less so. */
export function pauseAfter(outcome: Outcome, failures: number, intervalSeconds: number): Millis {
  const interval = intervalSeconds * 1_000;
  if (outcome === 'loaded' || outcome === 'unchanged') return interval;
  return Math.min(interval, MINUTE_MS * 2 ** Math.min(failures, 20));
}
