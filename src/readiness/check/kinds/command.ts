import { spawn } from 'node:child_process';
import { AppError } from '../../../base/error.ts';
import Type, { type Static } from 'typebox';
import type { AllowedCommand, Outcome, Probe } from '../check.ts';
import { CommandName, defineKind, fields, judged, Texts } from '../define.ts';
import { matches } from '../pattern.ts';
import { textOf } from '../text-of.ts';

const Params = fields({
  /** Name of a reviewed command in the settings; it runs exactly as it stands there, without a shell. */
  command: CommandName,
  /** Exit codes that are good; 0 unless told. */
  exits: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 1, maxItems: 20 })),
  contains: Type.Optional(Texts),
  notContains: Type.Optional(Texts),
  matches: Type.Optional(Texts),
  /** It must print nothing. */
  silent: Type.Optional(Type.Boolean()),
  /** The longest that it may take; 60 s unless told. */
  timeoutS: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 600 })),
});
type Params = Static<typeof Params>;
type Ended = { code: number | undefined; signal: string | undefined; text: string; cut: boolean };

const MOST_BYTES = 1 << 20;
const DEFAULT_S = 60;

async function run(params: Params, probe: Probe): Promise<Outcome> {
  if (!probe.command)
    throw new AppError('forbidden', 'readiness.command_refused', 'No command is reviewed in the settings; nothing was run.');
  const { exits = [0], contains = [], notContains = [], matches: patterns = [], silent } = params;
  const { timeoutS = DEFAULT_S } = params;
  const limit = AbortSignal.timeout(timeoutS * 1_000);
  const ended = await start(probe.command(params.command), { ...probe, signal: AbortSignal.any([probe.signal, limit]) }).catch(
    (error: unknown) => {
      if (limit.aborted) return undefined;
      throw error;
    },
  );
  if (!ended) return { state: 'unreachable', summary: `No answer within ${timeoutS} s.` };
  const { code, signal, text, cut } = ended;
  return judged({
    problems: [
      ...(code !== undefined && exits.includes(code)
        ? []
        : [`${params.command} ended with ${signal ?? code}, demanded ${exits.join(' or ')}`]),
      // What shells say of a program that is not there, or that may not be run; also where it is one of the demanded ends.
      ...(code === 126 || code === 127 ? [`${params.command} could not be run: it ended with ${code}`] : []),
      ...contains.filter((part) => !text.includes(part)).map((part) => `the output does not contain ${JSON.stringify(part)}`),
      ...notContains.filter((part) => text.includes(part)).map((part) => `the output contains ${JSON.stringify(part)}`),
      ...patterns.filter((pattern) => !matches(pattern, text)).map((pattern) => `the output does not match ${pattern}`),
      ...(silent && text.trim() !== '' ? ['it printed something'] : []),
      // What was not read cannot be known to lack something.
      ...(cut && notContains.length > 0 ? ['the output is too long to be searched whole'] : []),
    ],
    seen: `${params.command} ended with ${code}.`,
    measurements: [{ name: 'exit code', value: code ?? signal ?? 'none', demanded: exits.join(' or ') }],
    output: [
      `$ ${params.command}`,
      text.trimEnd(),
      `it ended with ${signal ?? `exit code ${code}`}`,
      ...(cut ? [`… cut: ${MOST_BYTES} bytes of what it printed were read`] : []),
    ].join('\n'),
  });
}

/** Starts the command in a group of its own, which is ended as a whole when the check has to stop. */
function start({ argv: [program, ...args], folder, env = {} }: AllowedCommand, probe: Probe): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const own = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', ...env };
    const child = spawn(program, args, {
      cwd: folder ?? probe.root,
      env: own,
      shell: false,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    const keep = (chunk: Buffer): void => {
      if (bytes < MOST_BYTES) chunks.push(chunk);
      bytes += chunk.length;
    };
    const stop = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    probe.signal.addEventListener('abort', stop, { once: true });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOENT' ? 'it is not installed here' : error.code;
      reject(new AppError('unavailable', 'readiness.command_unavailable', `${program} cannot be run: ${why}.`));
    });
    child.once('close', (code, signal) => {
      probe.signal.removeEventListener('abort', stop);
      if (probe.signal.aborted) return reject(new AppError('timeout', 'readiness.check_stopped', `${program} did not end in time.`));
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        text: textOf(Buffer.concat(chunks)),
        cut: bytes > MOST_BYTES,
      });
    });
  });
}

const running = (script: string) => ({
  probe: { command: () => ({ argv: [process.execPath, '-e', script] as const }) },
  end: async () => {},
});

export const command = defineKind({
  name: 'command',
  summary: 'A reviewed command of the settings ends with the demanded exit code and output.',
  params: Params,
  describe: ({ command: name, exits = [0] }) => `${name} ends with ${exits.join(' or ')}`,
  run,
  timeoutMs: ({ timeoutS = DEFAULT_S }) => timeoutS * 1_000 + 5_000,
  negative: [
    { name: 'a command that ends with 3', arrange: async () => ({ params: { command: 'fixture' }, ...running('process.exit(3)') }) },
    {
      name: 'a search that finds something where it must find nothing',
      arrange: async () => ({ params: { command: 'fixture', exits: [1] }, ...running('console.log("CHANGE_ME")') }),
    },
    {
      name: 'a command that prints what it must not',
      arrange: async () => ({ params: { command: 'fixture', notContains: ['warning'] }, ...running('console.log("1 warning")') }),
    },
  ],
});
