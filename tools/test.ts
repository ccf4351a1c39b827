/**
 * `npm test`: the whole suite, or the part that the arguments name (they go to vitest as they are). The last line is
 * `N passed, N failed`, with `, N skipped` when some were. Fails when a test failed or none ran; with
 * RIALTO_REQUIRE_TEST_SERVERS=1, which says that everything a test may need is installed, also when one was skipped.
 * Of the whole suite `reports/junit.xml` is kept, for the checks of the production checklist.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanCommitOf } from './test/clean-commit.ts';
import { keepReport } from './test/keep-report.ts';
import { type Report, summarize } from './test/summary.ts';

const root = path.join(fileURLToPath(import.meta.url), '../..');
const vitest = fileURLToPath(new URL('./vitest.mjs', import.meta.resolve('vitest/package.json')));

/** Runs vitest, which writes to our terminal, and answers with its exit code and report (none when it came to no end). */
async function run(args: readonly string[]): Promise<{ exitCode: number; report: Report | undefined }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rialto-report-'));
  const file = path.join(folder, 'report.json');
  try {
    const junit = path.join(folder, 'junit.xml');
    const begunAt = await cleanCommitOf(root);
    const reporters = [
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      '--reporter=junit',
      `--outputFile.junit=${junit}`,
    ];
    const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { cwd: root, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on('SIGINT', forward).on('SIGTERM', forward);
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
    if (args.length === 0) await keepReport(junit, root, begunAt);
    return { exitCode, report: read(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

const { exitCode, report } = await run(process.argv.slice(2));
const summary = summarize(report, exitCode, process.env['RIALTO_REQUIRE_TEST_SERVERS'] === '1');
for (const note of summary.notes) console.log(note);
console.log(summary.line);
process.exitCode = summary.failed ? 1 : 0;
