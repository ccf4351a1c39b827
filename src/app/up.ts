import { constants } from 'node:os';
import { AppError } from '../base/error.ts';
import { createHealth } from '../infra/health/health.ts';
import { createHttp } from '../infra/http/server.ts';
import { createLog } from '../infra/log/log.ts';
import { createTrace } from '../infra/trace/trace.ts';
import { readConfig, type Config } from './config.ts';
import { builtConsole } from './console.ts';
import { runDemo } from './demo.ts';
import { explain } from './explain.ts';
import { openHouse, type OpenHouse } from './house.ts';
import { httpLimits } from './limits.ts';
import { manifest } from './modules.ts';
import { createProgress, type Login, type Progress } from './progress.ts';
import { createSockets } from './sockets.ts';

/** Starts the platform, tells where it is, and stops it on SIGINT or SIGTERM. */
export async function up(): Promise<void> {
  const progress = createProgress(process.stderr);
  try {
    await run(readConfig(), progress, stopSignal());
  } catch (error) {
    progress.fail(explain(error));
    process.exitCode = 1;
  }
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
    else if (performance.now() - askedAt > INSIST_AFTER_MS) process.exit(128 + constants.signals[signal]);
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  return stop.signal;
}

async function run(config: Config, progress: Progress, stop: AbortSignal): Promise<void> {
  const log = createLog({ level: config.logLevel, pretty: process.stdout.isTTY });
  const consoleFolder = await builtConsole(progress.step);
  const house = await openHouse(config, log, progress.step);
  try {
    const server = await serve(house, config, consoleFolder);
    try {
      await house.begin();
      const url = await server.listen({ host: config.host, port: config.port });
      const address = config.publicUrl ?? url;
      // Not before, or a start that fails on a port in use would take the only password with it.
      const operator = await house.access.ensureOperator();
      progress.ready(address, loginOf(operator));
      if (operator && config.demo && config.modules.includes('settlement')) {
        await runDemo(house, operator.tenantId, { progress, stop });
        if (!stop.aborted) progress.step(`The day is over and settled; it is all there at ${address}`);
      }
      if (!stop.aborted) await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
      progress.step('Stopping');
    } finally {
      await server.close();
    }
  } finally {
    await house.close();
  }
}

/** The demonstration day in an installation that is not running. Errors: `demo.not_empty`. */
export async function demo(): Promise<void> {
  const progress = createProgress(process.stderr);
  const config = readConfig();
  const house = await openHouse(config, createLog({ level: config.logLevel }), progress.step);
  try {
    const login = loginOf(await house.access.ensureOperator());
    // It is told this once only, and the next start will not know it.
    if (login) progress.login(login);
    const [tenantId] = await house.access.port.tenantIds();
    const { deps } = house.settlement;
    const { byId } = await deps.directory.of(tenantId!);
    if (byId.size > 0)
      throw new AppError(
        'conflict',
        'demo.not_empty',
        'There are participants already; the demonstration day wants an empty installation.',
      );
    await runDemo(house, tenantId!, { progress });
  } finally {
    await house.close();
  }
}

function loginOf(operator: Awaited<ReturnType<OpenHouse['access']['ensureOperator']>>): Login | undefined {
  return operator && { email: operator.email, password: operator.password.reveal() };
}

async function serve(house: OpenHouse, config: Config, consoleFolder: string | undefined) {
  const { log, metrics } = house.ground;
  const trace = await createTrace({ endpoint: config.otlpEndpoint, service: 'rialto', version: manifest.version });
  house.onClose(() => trace.close());
  return createHttp({
    routes: house.modules.flatMap((module) => module.routes),
    authenticate: (token) => house.access.authenticate(token),
    onDenied: house.access.onDenied,
    log: log.child({ module: 'http' }),
    metrics,
    trace,
    health: createHealth({ checks: house.checks }),
    limits: httpLimits(config),
    limitStore: house.kv,
    corsOrigins: config.corsOrigins,
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
    ...(consoleFolder && { consoleFolder }),
    sockets: createSockets(house),
    version: manifest.version,
  });
}
