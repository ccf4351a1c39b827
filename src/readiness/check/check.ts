import type { TSchema } from 'typebox';
import type { Clock } from '../../base/time.ts';
import type { CheckState, Measurement } from '../run/result.ts';

/** What a check saw. `output` is kept as evidence after secrets in it are masked. */
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
  /** Situations in which this kind must find `fail`; without one, the kind is reported as never proven. */
  negative: readonly NegativeFixture<P>[];
};

/** A situation made on loopback or in a temporary folder, in which the check has to fail. */
export type NegativeFixture<P = unknown> = {
  name: string;
  arrange(): Promise<{ params: P; probe?: Partial<Probe>; end(): Promise<void> }>;
};

/** What a check may use. Nothing else: no environment, no shell, no address that is not allowed. */
export type Probe = {
  signal: AbortSignal;
  clock: Clock;
  /** Root of the repository or deployment that files are read from; paths never lead out of it. */
  root: string;
  /** Resolves a name or address that the settings allow; throws `readiness.target_refused` for any other. */
  target(name: string): Target;
  /** The value of a setting that the check may read, undefined when it is not set. */
  setting(name: string): string | undefined;
};

/** An address that may be asked. `url` may hold a password; `shown` does not. */
export type Target = { name: string; url: URL; shown: string };

/** Whoever adds kinds of checks: the module itself, or another module through the composition root. */
export type CheckProvider = { name: string; kinds: readonly CheckKind<never>[] };
