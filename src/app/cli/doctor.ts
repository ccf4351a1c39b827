import { accessSync, constants, existsSync, realpathSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../base/error.ts';
import { planMigrations } from '../../infra/postgres/migrate.ts';
import { readConfig, type Config } from '../config.ts';
import { obstacleOf } from '../../infra/postgres/reach.ts';
import { explain } from '../explain.ts';
import { MIGRATIONS } from '../modules.ts';
import { openTools } from '../tools.ts';
import { servers } from './doctor-servers.ts';

/** One thing that was looked at. `advice` says what to do when it is not well. */
export type Finding = { what: string; ok: boolean; detail: string; advice?: string };

const MIN_FREE_BYTES = 2 * 2 ** 30;
const MAX_SKEW_MS = 1_000;

/** Looks at everything that a start depends on; never throws for what it finds. */
export async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [nodeVersion()];
  let config: Config;
  try {
    config = readConfig();
    findings.push({ what: 'configuration', ok: true, detail: 'every value can be read' });
  } catch (error) {
    return [
      ...findings,
      { what: 'configuration', ok: false, detail: explain(error), advice: 'Correct the values in the environment or in .env.' },
    ];
  }
  return [...findings, dataFolder(config), diskSpace(config), await port(config), ...(await database(config)), ...(await servers(config))];
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

function nodeVersion(): Finding {
  const ok = Number(process.versions.node.split('.')[0]) >= 24;
  return {
    what: 'node',
    ok,
    detail: `${process.version}, ${originOfNode()}`,
    advice: 'Run through npm (npm start, npm run rialto), which uses the Node that npm ci brought.',
  };
}

/** Which Node runs us, and what for: see bin/node.sh. */
function originOfNode(): string {
  const platform = `${process.platform}-${process.arch}`;
  const brought = `${ROOT}node_modules/node-${platform}/bin/node`;
  if (!existsSync(brought)) return `that of this system (${process.execPath}); npm ci has brought none for ${platform}`;
  if (realpathSync(brought) !== process.execPath) return `that of this system (${process.execPath}), not the one that npm ci has brought`;
  const ours = process.env['LD_LIBRARY_PATH']?.split(':').some((folder) => folder.startsWith(`${ROOT}bin/libatomic/`));
  return `brought by npm ci${ours ? '; with bin/libatomic, as this system has no libatomic' : ''}`;
}

/** The folder itself, or the nearest one above it that exists. */
function standing(path: string): string {
  return existsSync(path) ? path : standing(dirname(path));
}

function dataFolder({ dataFolder: path }: Config): Finding {
  const advice = 'Give this user the right to write there, or name another folder in RIALTO_DATA.';
  try {
    accessSync(standing(path), constants.W_OK | constants.X_OK);
    return { what: 'data folder', ok: true, detail: `${path} can be written` };
  } catch {
    return { what: 'data folder', ok: false, detail: `${path} cannot be written`, advice };
  }
}

function diskSpace({ dataFolder: path }: Config): Finding {
  const { bavail, bsize } = statfsSync(standing(path));
  const free = bavail * bsize;
  return {
    what: 'disk',
    ok: free >= MIN_FREE_BYTES,
    detail: `${(free / 2 ** 30).toFixed(1)} GiB free`,
    advice: 'Free some space: at least 2 GiB are wanted.',
  };
}

/** A port that this installation itself uses is as good as a free one. */
async function port({ host, port: number }: Config): Promise<Finding> {
  const what = `port ${number}`;
  if (await answersAsRialto(host, number)) return { what, ok: true, detail: 'Rialto is running there' };
  const problem = await new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(number, host, () => server.close(() => resolve(undefined)));
  });
  return {
    what,
    ok: problem === undefined,
    detail: problem === undefined ? 'free' : `cannot be used: ${problem}`,
    advice: 'Stop what uses it, or choose another with PORT.',
  };
}

async function answersAsRialto(host: string, number: number): Promise<boolean> {
  try {
    const reply = await fetch(`http://${host.includes(':') ? `[${host}]` : host}:${number}/health`, { signal: AbortSignal.timeout(1_000) });
    return reply.ok && ((await reply.json()) as { status?: string }).status === 'ok';
  } catch {
    return false;
  }
}

async function database(config: Config): Promise<Finding[]> {
  try {
    const tools = await openTools(config);
    try {
      const askedAt = Date.now();
      const [row] = await tools.db.read({}, (tx) =>
        tx.query<{ version: string; at: number }>(`select current_setting('server_version') as version, clock_timestamp() as at`),
      );
      const skew = Math.abs(row!.at - (askedAt + Date.now()) / 2);
      const plan = await planMigrations({ adminUrl: tools.addresses.adminUrl, migrations: MIGRATIONS });
      const pending = plan.filter(({ state }) => state === 'pending').length;
      return [
        {
          what: 'database',
          ok: Number.parseInt(row!.version, 10) >= 15,
          detail: `PostgreSQL ${row!.version}`,
          advice: 'Use PostgreSQL 15 or newer.',
        },
        {
          what: 'clock',
          ok: skew <= MAX_SKEW_MS,
          detail: `${Math.round(skew)} ms apart from the database`,
          advice: 'Set both clocks by NTP.',
        },
        {
          what: 'schema',
          ok: pending === 0,
          detail: pending === 0 ? 'up to date' : `${pending} migrations wait`,
          advice: 'Start Rialto, or run rialto migrate.',
        },
      ];
    } finally {
      await tools.close();
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'start.no_installation')
      return [{ what: 'database', ok: true, detail: 'will be made at the first start' }];
    return [
      {
        what: 'database',
        ok: false,
        detail: obstacleOf(error) ?? explain(error),
        advice: config.databaseUrl
          ? 'Check DATABASE_URL and DATABASE_ADMIN_URL, and whether the server runs and lets this machine in.'
          : 'See the message; the log of the embedded server is postgres.log in its folder.',
      },
    ];
  }
}
