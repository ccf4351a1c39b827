import type { Admitted } from '../access/authenticate.ts';
import { findOperatorId } from '../access/store/tenant.ts';
import { AppError } from '../base/error.ts';
import type { Uuid } from '../base/id.ts';
import type { Health } from '../infra/health/health.ts';
import type { Doorkeeper } from '../infra/http/door.ts';
import { isHttps } from '../infra/http/headers.ts';
import { createHttp } from '../infra/http/server.ts';
import { createLog, type Log } from '../infra/log/log.ts';
import { createTrace } from '../infra/trace/trace.ts';
import type { Output } from './cli/output.ts';
import { readConfig, type Config } from './config.ts';
import { builtConsole } from './console.ts';
import { createDoorkeeper } from './door.ts';
import { BROKEN_OFF, demonstrate, runDemo } from './demo.ts';
import { explain } from './explain.ts';
import { healthOf } from './health.ts';
import { openHouse, type OpenHouse } from './house.ts';
import { manifest } from './modules.ts';
import { createProgress, machineProgress, type Login, type Progress } from './progress.ts';
import { openGrpc } from './grpc.ts';
import { createSockets } from './sockets.ts';

/** Starts the platform, tells where it is, and stops it on SIGINT or SIGTERM. */
export async function up(): Promise<void> {
  const progress = createProgress(process.stderr);
  try {
    const config = readConfig();
    await run(config, { progress, log: createLog({ level: config.logLevel, pretty: process.stdout.isTTY }) }, stopSignal());
  } catch (error) {
    progress.fail(explain(error));
    process.exitCode = 1;
  }
}

/**
 * The same for machines: one JSON value on standard output when the platform is ready, `{ address, login? }`, and the log
 * on standard error.
 */
export async function upForMachines(output: Output): Promise<void> {
  const config = readConfig();
  const progress = machineProgress(process.stderr, (value) => output.print('', value));
  await run(config, { progress, log: createLog({ level: config.logLevel, stream: process.stderr }) }, stopSignal());
}

/** How long after the first signal another one counts as an answer to waiting in vain. */
const INSIST_AFTER_MS = 2_000;

/**
 * Aborts at the first signal, so that everything is closed in order; who insists later ends the process at once. All are
 * listened to: npm passes Ctrl-C on to a process that the terminal has told already, and a signal that nobody listens to
 * would end it in the middle of stopping.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let askedAt = 0;
  const asked = (signal: NodeJS.Signals) => {
    if (!stop.signal.aborted) askedAt = performance.now();
    else if (performance.now() - askedAt > INSIST_AFTER_MS) endAtOnce(signal);
    stop.abort(new AppError('unavailable', 'start.stopped', 'Stopped before it was ready.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  return stop.signal;
}

/** Ends the process as the signal would by itself: `process.exit` waits for threads, and one of them may wait for a disk. */
function endAtOnce(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Where a start says what it does: sentences for whoever started it, lines for the log. */
type Voice = { progress: Progress; log: Log };

/** Who is stopped while starting has done what was wanted, and ends well. */
async function run(config: Config, voice: Voice, stop: AbortSignal): Promise<void> {
  try {
    await runHouse(config, voice, stop);
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
    voice.progress.step('Stopped before it was ready');
    // Nothing is left to do, but a thread may wait for a disk that does not answer.
    setTimeout(() => endAtOnce('SIGTERM'), INSIST_AFTER_MS).unref();
  }
}

async function runHouse(config: Config, { progress, log }: Voice, stop: AbortSignal): Promise<void> {
  const consoleFolder = await builtConsole(progress.step, stop);
  const house = await openHouse(config, log, progress.step, { stop });
  try {
    const keeper = createDoorkeeper(house);
    warnOfProxies(config, log);
    const health = healthOf(house);
    const server = await serve(house, { keeper, health }, consoleFolder);
    try {
      stop.throwIfAborted();
      await house.begin();
      stop.throwIfAborted();
      const url = await server.listen({ host: config.host, port: config.port });
      house.readiness.reachedAt(url);
      const address = config.publicUrl ?? url;
      await openGrpc(house, { keeper, health }, progress.step);
      // Not before, or a start that fails on a port in use would take the only password with it.
      const operator = await house.access.ensureOperator();
      progress.ready(address, loginOf(operator));
      if (config.modules.includes('settlement'))
        await demonstrate(house, await operatorOf(house), { isFirst: Boolean(operator && config.demo), address, log, progress, stop });
      if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
      progress.step('Stopping');
    } finally {
      await server.close();
    }
  } finally {
    await house.close();
  }
}

/**
 * The demonstration day in an installation that is not running, or beside one that is; one that was interrupted goes on.
 * With `--json` what the day came to is one JSON value, with the first password when this made the installation.
 * Errors: `demo.not_empty`.
 */
export async function demo(output: Output): Promise<void> {
  const stop = stopSignal();
  const { json } = output;
  const progress = json ? machineProgress(process.stderr, () => {}) : createProgress(process.stderr);
  const config = readConfig();
  const log = createLog({ level: config.logLevel, ...(json && { stream: process.stderr }) });
  const house = await openHouse(config, log, progress.step, { beside: true, stop });
  try {
    const login = loginOf(await house.access.ensureOperator());
    // It is told this once only, and the next start will not know it.
    if (login) progress.login(login);
    const { day, finished } = await runDemo(house, await operatorOf(house), { progress, stop });
    const { orders, reserved, held, insufficientFunds } = day.expectation;
    const came = { day: day.day, finished, participants: day.participants.length, orders, reserved, held, insufficientFunds };
    output.print(finished ? 'The day is over and settled.' : BROKEN_OFF, { ...came, ...(login && { login }) });
    if (!finished) process.exitCode = 1;
  } finally {
    await house.close();
  }
}

async function operatorOf(house: OpenHouse): Promise<Uuid> {
  const tenantId = await house.ground.db.read({ role: 'rialto_auth' }, findOperatorId);
  if (!tenantId) throw new AppError('not_found', 'start.no_installation', 'There is no operator tenant yet. Start Rialto once.');
  return tenantId;
}

function loginOf(operator: Awaited<ReturnType<OpenHouse['access']['ensureOperator']>>): Login | undefined {
  return operator && { email: operator.email, password: operator.password.reveal() };
}

/** Behind a proxy that nobody named, all callers have one address, and one limit. */
function warnOfProxies({ publicUrl, trustedProxies }: Config, log: Log): void {
  if (!isHttps(publicUrl) || trustedProxies.length > 0) return;
  log.warn(
    'PUBLIC_URL is https, so a proxy stands in front, and RIALTO_TRUSTED_PROXIES does not name it: all callers count as one address',
  );
}

type Desk = { keeper: Doorkeeper<Admitted>; health: Health };

async function serve(house: OpenHouse, { keeper, health }: Desk, consoleFolder: string | undefined) {
  const { config, log, metrics } = house.ground;
  const trace = await createTrace({ endpoint: config.otlpEndpoint, service: 'rialto', version: manifest.version });
  house.onClose(() => trace.close());
  return createHttp({
    routes: house.modules.flatMap((module) => module.routes),
    ...keeper,
    onDenied: house.access.onDenied,
    log: log.child({ module: 'http' }),
    metrics,
    trace,
    health,
    trustProxy: config.trustedProxies,
    corsOrigins: config.corsOrigins,
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
    ...(consoleFolder && { consoleFolder }),
    sockets: createSockets(house, keeper),
    version: manifest.version,
  });
}
