import { realpathSync } from 'node:fs';
import { Command } from 'commander';
import { openapi } from '../infra/http/openapi.ts';
import { migrateJobs } from '../infra/jobs/boss.ts';
import { silentLog } from '../infra/log/log.ts';
import { migrate, planMigrations } from '../infra/postgres/migrate.ts';
import { examine } from './cli/doctor.ts';
import { createKey, rotateKey } from './cli/keys.ts';
import { guarded, outputOf, table, type Output } from './cli/output.ts';
import { addLogs } from './cli/logs.ts';
import { addReadiness } from './cli/readiness.ts';
import { generateSecrets } from './cli/secrets.ts';
import { isRefusedWhole, sendFile } from './cli/send-file.ts';
import type { ReportOptions } from './cli/report.ts';
import type { SimulateOptions } from './cli/simulate.ts';
import { CHANNELS } from './channels.ts';
import { readConfig } from './config.ts';
import { findDatabase } from './database.ts';
import { createProgress, machineProgress } from './progress.ts';
import { publicOperations } from './operations.ts';
import { manifest, MIGRATIONS } from './modules.ts';
import { openTools } from './tools.ts';

/** Every command with its options: what is run here, and what the reference is made of. */
export const program = new Command('rialto')
  .description('Runs and looks after a Rialto installation.')
  .version(manifest.version)
  .option('--json', 'print one JSON value');

/** Where the commands that talk to a running installation find it. */
const URL_OPTION = ['--url <address>', 'of the installation; this machine at PORT unless told'] as const;
const ownAddress = (): string => `http://127.0.0.1:${readConfig().port}`;

/** Adds a command: what it finds out is printed for people or, with --json, for machines. */
function command<A extends unknown[]>(
  parent: Command,
  usage: string,
  about: string,
  work: (output: Output, ...args: A) => Promise<void>,
): Command {
  return parent
    .command(usage)
    .description(about)
    .option('--json', 'print one JSON value')
    .action((...args: unknown[]) => {
      const json = Boolean(program.opts()['json'] ?? (args.at(-2) as { json?: boolean }).json);
      return guarded(json, () => work(outputOf(json), ...(args as A)));
    });
}

command(program, 'up', 'start the platform in this process', async (output) => {
  const { up, upForMachines } = await import('./up.ts');
  await (output.json ? upForMachines(output) : up());
});

command(program, 'demo', 'run the demonstration day in an empty installation, or go on with one that was interrupted', async (output) => {
  await (await import('./up.ts')).demo(output);
});

command<[{ plan?: boolean }]>(program, 'migrate', 'bring the database schema up to date', async ({ print }, { plan }) => {
  const config = readConfig();
  const tools = config.databaseUrl ? undefined : await openTools(config);
  const { adminUrl, stop } = tools?.addresses ?? (await findDatabase(config, config.dataFolder, () => {}));
  try {
    const steps = plan ? await planMigrations({ adminUrl, migrations: MIGRATIONS }) : await migrate({ adminUrl, migrations: MIGRATIONS });
    if (!plan) await migrateJobs(adminUrl, silentLog);
    const pending = steps.filter(({ state }) => state === 'pending');
    const verb = plan ? 'would be applied' : 'applied';
    print(pending.length === 0 ? 'The schema is up to date.' : pending.map(({ module, file }) => `${module}/${file} ${verb}`).join('\n'), {
      plan: Boolean(plan),
      pending,
    });
  } finally {
    await (tools ? tools.close() : stop());
  }
}).option('--plan', 'only tell what would be done');

command(program, 'doctor', 'look at everything that a start depends on', async ({ print }) => {
  const findings = await examine();
  const lines = findings.map(({ what, ok, detail, advice }) => [
    ok ? 'ok' : 'PROBLEM',
    what,
    detail + (ok || !advice ? '' : ` - ${advice}`),
  ]);
  print(table(lines), { findings });
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
});

addLogs(program, command);

const payments = program.command('payments').description('payments');
command<[string, { url?: string }]>(
  payments,
  'send <file.xml>',
  'send an ISO 20022 message of any kind and print what is answered',
  async ({ print }, file, { url }) => {
    const answer = await sendFile(file, { url: url ?? ownAddress(), key: process.env['RIALTO_API_KEY'] });
    print(answer, { answer });
    // Scripts go by it: what was refused whole did not happen.
    if (isRefusedWhole(answer)) process.exitCode = 1;
  },
).option(...URL_OPTION);

const messages = program.command('messages').description('ISO 20022 messages for a bank');
command<[string, { url?: string; participant?: string; after?: string }]>(
  messages,
  'fetch <folder>',
  'write the messages that wait for a bank into a folder, and note that they were fetched; goes on where it was',
  async ({ print }, folder, options) => {
    const { fetchMessages } = await import('./cli/fetch-messages.ts');
    const { written, present, through } = await fetchMessages(folder, {
      ...options,
      url: options.url ?? ownAddress(),
      key: process.env['RIALTO_API_KEY'],
    });
    const lines = [...written, `${written.length} written, ${present} there already; fetched up to ${through}.`];
    print(lines.join('\n'), { written, present, through });
  },
)
  .option(...URL_OPTION)
  .option('--participant <id>', "whose (mem_…), for an operator's key")
  .option('--after <number>', 'from behind this number, whatever was fetched before');

const settlement = program.command('settlement').description('clearing and settlement');
command<[string | undefined, SimulateOptions]>(
  settlement,
  'simulate [traffic.csv]',
  'replay a day through real-time settlement, gridlock resolution, windows and set-off: how much liquidity buys how little delay',
  async ({ print }, file, options) => {
    const { describeCurve, simulateDay } = await import('./cli/simulate.ts');
    const simulation = await simulateDay(file, options);
    print(describeCurve(simulation), simulation);
  },
)
  .option('--out <folder>', 'write curve, series, currencies and traffic there as CSV')
  .option('--regimes <regime...>', 'rtgs, rtgs_gridlock, windows, set_off; all unless told')
  .option('--levels <count>', 'levels of liquidity between the least and the most', '8')
  .option('--window <minutes>', 'between two windows', '30')
  .option('--seed <seed>', 'of the invented day that is replayed without a file', 'rialto')
  .option('--payments <count>', 'of that day', '20000');

command<[string[], { root?: string; removed?: string[] }]>(
  settlement,
  'verify <file...>',
  'check published window files by themselves: no database, and no code shared with the engine',
  async ({ print }, files, options) => {
    const { describeVerdicts, verifyWindowFiles } = await import('./cli/verify-window.ts');
    const verdicts = await verifyWindowFiles(files, options);
    print(describeVerdicts(verdicts), verdicts);
    if (!verdicts.ok) process.exitCode = 1;
  },
)
  .option('--root <hash>', 'that was published at cut-off')
  .option('--removed <participant...>', 'who was taken out on default by the notices, or none; nobody else may have been');

command<[string]>(
  settlement,
  'verify-reserves <file.json>',
  'verify a proof of reserves by its file alone, and that the own balances are in it',
  async ({ print }, file) => {
    const { describeReserves, verifyReserveFile } = await import('./cli/verify-reserves.ts');
    const verdict = await verifyReserveFile(file);
    print(describeReserves(verdict), verdict);
    if (!verdict.ok) process.exitCode = 1;
  },
);

command<[string, { root?: string }]>(
  settlement,
  'verify-set-off <file>',
  'check a published round of set-off, or a part of it, by its file alone: that it is sound, and that nothing could clear more',
  async ({ print }, file, options) => {
    const { describeSetOff, verifySetOffFile } = await import('./cli/verify-set-off.ts');
    const verdict = await verifySetOffFile(file, options);
    print(describeSetOff(verdict), verdict);
    if (!verdict.ok) process.exitCode = 1;
  },
).option('--root <hash>', 'that was published with the notices');

command<[string, Omit<ReportOptions, 'url'> & { url?: string }]>(
  settlement,
  'report <kind>',
  'have a report written and fetch its file: payments, statement, window, positions, fees, regulator',
  async ({ json, print }, kind, options) => {
    const { report } = await import('./cli/report.ts');
    const progress = json ? machineProgress(process.stderr, () => {}) : createProgress(process.stderr);
    const done = await report(kind, { ...options, url: options.url ?? ownAddress() }, { key: process.env['RIALTO_API_KEY'], progress });
    print(`${done.path}: ${done.rows} rows, ${done.file!.bytes} bytes`, done);
  },
)
  .option('--from <day>', 'the first day, like 2026-11-01')
  .option('--to <day>', 'the last day; the first unless told')
  .option('--period <period>', 'instead: today, yesterday, previous_business_day, last_week, this_month, last_month')
  .option('--participant <id>', 'about this participant (mem_…)')
  .option('--asset <asset>', 'in this currency, like EUR/2')
  .option('--window <id>', 'of this window (win_…)')
  .option('--status <status>', 'payments in this state only')
  .option('--large-from <amount>', 'list payments of at least so many whole units (regulator)')
  .option('--format <format>', 'csv, xlsx or pdf', 'csv')
  .option('--out <file>', 'where to; its own name in this folder unless told')
  .option(...URL_OPTION);

command(program, 'openapi', 'print the OpenAPI document', async () => {
  process.stdout.write(
    `${JSON.stringify(openapi({ title: 'Rialto', version: manifest.version, operations: publicOperations, channels: CHANNELS }), null, 2)}\n`,
  );
});

/** The key alone, so that KEY=$(…) takes it; its id, which rotating needs, goes beside. */
function printKey({ json, print }: Output, key: { id: string; key: string }): void {
  if (!json) process.stderr.write(`Key ${key.id}\n`);
  print(key.key, key);
}

const keys = program.command('keys').description('API keys');
command<[{ name: string; scopes?: string[]; member?: string; days?: string }]>(
  keys,
  'create',
  'make an API key; it is printed this once',
  async (output, options) => {
    printKey(output, await createKey(options));
  },
)
  .requiredOption('--name <name>', 'what the key is for')
  .option('--scopes <scope...>', 'what it may do; everything unless told')
  .option('--member <id>', 'the participant (mem_…) that it acts for')
  .option('--days <days>', 'days until it expires');
command<[string, { overlap: string }]>(
  keys,
  'rotate <id>',
  'give a key a new secret; the old one goes on for a while',
  async (output, id, { overlap }) => {
    printKey(output, await rotateKey(id, overlap));
  },
).option('--overlap <seconds>', 'how long the old secret still works', '3600');

const secrets = program.command('secrets').description('random secrets');
command<[{ bytes: string }]>(secrets, 'generate', 'print a random secret and an RS256 key pair', async ({ print }, { bytes }) => {
  const made = await generateSecrets(Math.max(32, Number(bytes) || 32));
  print(`${made.secret}\n\n${made.privateKey}\n${made.publicKey}`, made);
}).option('--bytes <count>', 'length of the secret, at least 32', '32');

addReadiness(program, command);

if (realpathSync(process.argv[1] ?? '.') === import.meta.filename) {
  await program.parseAsync();
  // What a command has given up, such as a check that does not end, must not keep the program once its answer is written.
  process.stdout.write('', () => setTimeout(() => process.exit(), 200).unref());
}
