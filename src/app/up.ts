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
import { createProgress, type Progress } from './progress.ts';
import { createSockets } from './sockets.ts';

/** Starts the platform, tells where it is, and stops it on SIGINT or SIGTERM. */
export async function up(): Promise<void> {
  const progress = createProgress(process.stderr);
  const stop = new AbortController();
  // Every time, not once: npm passes Ctrl-C on to a process that the terminal has told already, and a signal that nobody
  // listens to would end it in the middle of stopping.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    await run(readConfig(), progress, stop.signal);
  } catch (error) {
    progress.fail(explain(error));
    process.exitCode = 1;
  }
}

async function run(config: Config, progress: Progress, stop: AbortSignal): Promise<void> {
  const log = createLog({ level: config.logLevel, pretty: process.stdout.isTTY });
  const consoleFolder = await builtConsole(progress.step);
  const house = await openHouse(config, log, progress.step);
  try {
    const operator = await house.access.ensureOperator();
    const server = await serve(house, config, consoleFolder);
    try {
      await house.begin();
      const url = await server.listen({ host: config.host, port: config.port });
      const address = config.publicUrl ?? url;
      progress.ready(address, operator && { email: operator.email, password: operator.password.reveal() });
      if (operator && config.demo) await runDemo(house, operator.tenantId, { progress, stop });
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
    await house.access.ensureOperator();
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

async function serve(house: OpenHouse, config: Config, consoleFolder: string | undefined) {
  const { log, metrics } = house.ground;
  const trace = await createTrace({ endpoint: config.otlpEndpoint, service: 'rialto', version: manifest.version });
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
