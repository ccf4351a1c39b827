import type { LookupFunction } from 'node:net';
import type { TSchema } from 'typebox';
import type { Clock } from '../../base/time.ts';
import type { CheckState, Measurement } from '../run/result.ts';
import type { Unheld } from './unheld.ts';

/** What a check found. `output` is kept as evidence after secrets in it are masked; without it, what was noted while it looked. */
export type Outcome = { state: CheckState; summary: string; measurements?: readonly Measurement[]; output?: string };

/**
 * One kind of read-only check. `run` must end when `probe.signal` says so; what it throws becomes `error`, and what it
 * cannot reach is `unreachable`, never `pass`.
 */
export type CheckKind<P = unknown> = {
  /** `http`, `tls`, `sql`, … */
  name: string;
  /** One line for people: what it looks at. */
  summary: string;
  /** Shape of the parameters; unknown ones are refused. */
  params: TSchema;
  /** Parameters as one readable line for reports; never a secret. */
  describe(params: P): string;
  run(params: P, probe: Probe): Promise<Outcome>;
  /** Parameters that cannot be held beside others; such a check is refused instead of run. */
  unheld?: readonly Unheld<P>[];
  /** How long it may take with these parameters, where that is more than usual: it looks over a window. */
  timeoutMs?(params: P): number;
  /** Situations in which this kind must find `fail`; without one, the kind is reported as never proven. */
  negative: readonly NegativeFixture<P>[];
  /** Situations in which this kind passes, and what it must not pass with there: each parameter that decides, by itself. */
  tried?: readonly TriedSituation[];
};

/** A situation made on loopback or in a temporary folder, in which the check has to fail. */
export type NegativeFixture<P = unknown> = {
  name: string;
  /** What must be found, `fail` unless told. */
  expects?: Exclude<CheckState, 'pass'>;
  arrange(): Promise<{ params: P; probe?: Partial<Probe>; end(): Promise<void> }>;
};

/** A situation in which a kind passes, and values of single parameters that cannot hold in it. */
export type TriedSituation = {
  name: string;
  impossible: Readonly<Record<string, unknown>>;
  arrange(): Promise<{ params: Readonly<Record<string, unknown>>; probe?: Partial<Probe>; end(): Promise<void> }>;
};

/** What a check may use. Nothing else: no environment, no shell, no address that is not allowed. */
export type Probe = {
  signal: AbortSignal;
  clock: Clock;
  /** Root of the repository or deployment that files are read from; paths never lead out of it and of `folders`. */
  root: string;
  /** Further folders that the settings name: logs, backups. Absolute. */
  folders?: readonly string[];
  /** The commit that is judged; read from the repository at `root` when it is not given. */
  commit?: string;
  /** The commit that is checked out, where it differs from the one judged by nothing but records. */
  checkedOut?: string;
  /** The folder of records, which grows by being used. Absolute. */
  records?: string;
  /** Numbers of the processes that had the checks made and are none of what is judged: a shell, npm, a pipeline. */
  callers?: readonly number[];
  /** Resolves a name or address that the settings allow; throws `readiness.target_refused` for any other. */
  target(name: string): Target;
  /** A host of one's own, all of whose ports may be tried; throws `readiness.target_refused` for any other. */
  ownHost?(name: string): Target;
  /** Looks names up for a connection and refuses addresses outside the allowed networks. */
  lookup?: LookupFunction;
  /** The value of a setting that the check may read, undefined when it is not set. Throws `readiness.setting_refused`. */
  setting(name: string): string | undefined;
  /** A reviewed command by its name; throws `readiness.command_refused` for any other. */
  command?(name: string): AllowedCommand;
  /** Keeps what was seen as evidence, also of a check that then fails to end; it is masked. */
  note?(text: string): void;
  /** The text without the values of secret settings and passwords of targets. */
  hide?(text: string): string;
};

/**
 * An address that may be asked. `url` may hold a password; `shown` does not. `journeys` permits scenarios to send more
 * than GET; `ca` is a file under the root with the authority of a private certificate.
 */
export type Target = { name: string; url: URL; shown: string; journeys?: boolean; ca?: string };

/** A command exactly as somebody reviewed it. It gets no shell and only the named settings as environment. */
export type AllowedCommand = { argv: readonly [string, ...string[]]; folder?: string; env?: Readonly<Record<string, string>> };

/** Whoever adds kinds of checks: the module itself, or another module through the composition root. */
export type CheckProvider = { name: string; kinds: readonly CheckKind[] };
