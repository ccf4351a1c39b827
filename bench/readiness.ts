import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkspace, standingOf } from '../src/app/cli/readiness/workspace.ts';
import { systemClock } from '../src/base/time.ts';
import { readChecklist } from '../src/readiness/checklist/read-checklist.ts';
import { buildReport } from '../src/readiness/report/build-report.ts';
import { htmlReport } from '../src/readiness/report/html.ts';
import { type Bench, type Figure, figure } from './support/bench.ts';

const LINES = 50_000;
const CHECKS = 400;
/** How long the server that is checked takes for an answer. */
const ANSWER_MS = 100;

/**
 * The reader on a document in which every line demands two numbers of its own; then, as a user, 400 live checks of one server,
 * of which four may be asked at a time, and the report of them: the page by itself, as a server that runs makes it, and two files
 * as a pipeline has them written.
 */
export const bench: Bench = {
  summary: `a checklist of ${LINES.toLocaleString('en')} lines, and ${CHECKS} checks of a server that takes ${ANSWER_MS} ms`,
  async run({ report }) {
    const { reading, readingCpu } = readLong();
    report(`  read in ${reading.toFixed(2)} s, ${readingCpu.toFixed(2)} s of them at work`);
    const folder = await mkdtemp(join(tmpdir(), 'rialto-bench-readiness-'));
    const server = createServer((_, reply) => void setTimeout(() => reply.end('well'), ANSWER_MS));
    try {
      await write(folder, await listen(server));
      // Whoever runs first has to be named among those who sign.
      await rialto(folder, ['init']);
      const running = await rialto(folder, ['run', 'release.md', '--commit', 'bench']);
      report(`  ran in ${running.toFixed(2)} s`);
      const page = await timed(() => pageOf(join(folder, 'release.md')));
      const telling = await rialto(folder, ['report', 'release.md', '--commit', 'bench', '--output', 'release.html', 'release.json']);
      const { lines } = JSON.parse(await readFile(join(folder, 'release.json'), 'utf8')) as { lines: { state: string }[] };
      const passed = lines.filter(({ state }) => state === 'pass').length;
      if (passed !== CHECKS) throw new Error(`${passed} of ${CHECKS} lines passed`);
      return figuresOf({ reading, readingCpu, running, page, telling });
    } finally {
      server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Seconds = Record<'reading' | 'readingCpu' | 'running' | 'page' | 'telling', number>;

const figuresOf = ({ reading, readingCpu, running, page, telling }: Seconds): Figure[] => [
  figure('readiness.read_50000_lines.seconds', reading, 's'),
  figure('readiness.read_50000_lines.cpu_seconds', readingCpu, 's'),
  figure('readiness.run_400_checks.seconds', running, 's'),
  figure('readiness.report_page_of_400.seconds', page, 's'),
  figure('readiness.report_of_400.seconds', telling, 's'),
];

/** How long the reader takes by the clock, and how much of that it had a processor: on a host that is shared the two differ. */
function readLong(): Pick<Seconds, 'reading' | 'readingCpu'> {
  const lines = Array.from({ length: LINES }, (_, n) =>
    n % 50 === 0
      ? `## Section ${n}`
      : `- [ ] Error rate of service ${n} below ${n % 7}.${n % 10} % for ${1 + (n % 30)} minutes, p95 under ${n} ms`,
  );
  const source = new TextEncoder().encode(lines.join('\n'));
  const started = performance.now();
  const before = process.threadCpuUsage();
  const { items } = readChecklist(source, 'long');
  const { user, system } = process.threadCpuUsage(before);
  const reading = (performance.now() - started) / 1_000;
  if (items.length !== LINES - LINES / 50) throw new Error(`${items.length} boxes were read`);
  return { reading, readingCpu: (user + system) / 1e6 };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function write(folder: string, port: number): Promise<void> {
  const text = Array.from({ length: CHECKS }, (_, n) => `- [ ] Endpoint ${n + 1} answers`).join('\n');
  const { items } = readChecklist(new TextEncoder().encode(text), 'release');
  const confirmed = { by: 'Ada Lovelace', at: '2026-01-02' };
  const bindings = items.map(({ id: line }, n) => {
    const checks = [{ kind: 'http', params: { target: 'app', path: `/${n}`, status: [200] } }];
    return { line, disposition: { kind: 'checked', checks }, confirmed };
  });
  await writeFile(join(folder, 'release.md'), text);
  await writeFile(join(folder, 'release.bindings.yaml'), JSON.stringify({ version: 1, checklist: 'release', bindings }));
  await writeFile(join(folder, 'readiness.yaml'), `version: 1\ntargets:\n  app:\n    url: http://127.0.0.1:${port}\n`);
}

/** The report as a page, from the files of the checklist, its bindings, its log and its evidence. */
async function pageOf(file: string): Promise<string> {
  const workspace = await openWorkspace(file, { commit: 'bench' });
  const { ground, verdict, entries } = await standingOf(workspace);
  const { checklist, store } = workspace;
  const report = buildReport({ checklist, verdict, run: ground.run, entries, log: await store.root(), madeAt: systemClock.now() });
  return htmlReport(report, await readFile(file, 'utf8'));
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1_000;
}

/** Runs `rialto readiness …` in a folder, and answers with how long it took, its start included, in seconds. Which decision it ends with is no matter. */
function rialto(folder: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const program = fileURLToPath(new URL('../src/app/cli.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'readiness', ...args], { cwd: folder, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve((performance.now() - started) / 1_000));
  });
}
