import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/error.ts';
import { makeFolder } from '../../infra/make-folder.ts';
import { demoTraffic } from '../../settlement/simulator/demo-traffic.ts';
import { REGIMES, simulate, type Regime, type Simulation } from '../../settlement/simulator/simulate.ts';
import { curveCsv, currenciesCsv, seriesCsv } from '../../settlement/simulator/tables.ts';
import { readTraffic, writeTraffic, type TrafficPayment } from '../../settlement/simulator/traffic.ts';
import { createProgress } from '../progress.ts';
import { table } from './output.ts';

/** As commander gives them: all text. */
export type SimulateOptions = { regimes?: string[]; levels: string; window: string; seed: string; payments: string; out?: string };

/**
 * Replays a day under every regime and level, with a progress line on standard error, and writes its tables into a folder
 * when one is named. Errors: those of `readTraffic` and `simulate`, `cli.file_unreadable`, `cli.folder_unwritable`.
 */
export async function simulateDay(file: string | undefined, options: SimulateOptions): Promise<Simulation> {
  const traffic = await trafficOf(file, options);
  const progress = createProgress(process.stderr);
  const simulation = await simulate(traffic, {
    regimes: (options.regimes ?? REGIMES) as Regime[],
    levels: Number(options.levels),
    windowMs: Number(options.window) * 60_000,
    onProgress({ done, total, regime, level }) {
      const next = regime === undefined ? 'done' : `${NAMES[regime]}, level ${Math.round(level! * 100)} %`;
      progress.part(next, done / total);
    },
  });
  if (options.out !== undefined) await writeTables(options.out, simulation, traffic);
  return simulation;
}

async function trafficOf(file: string | undefined, { seed, payments }: SimulateOptions): Promise<TrafficPayment[]> {
  if (file === undefined) return demoTraffic(seed, Number(payments));
  return readTraffic(
    await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new AppError('not_found', 'cli.file_unreadable', `${file} cannot be read: ${error.code ?? error.message}.`);
    }),
  );
}

async function writeTables(folder: string, simulation: Simulation, traffic: readonly TrafficPayment[]): Promise<void> {
  const files = {
    'curve.csv': curveCsv(simulation),
    'series.csv': seriesCsv(simulation),
    'currencies.csv': currenciesCsv(simulation),
    'traffic.csv': writeTraffic(traffic),
  };
  try {
    await makeFolder(folder);
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AppError('invalid', 'cli.folder_unwritable', `${folder} cannot be written to: ${code ?? message}.`, error);
  }
}

const NAMES: Record<Regime, string> = {
  rtgs: 'real time',
  rtgs_gridlock: 'real time, gridlock resolved',
  windows: 'netting windows',
  set_off: 'obligation set-off',
};

/** The curve for people: a block for each regime, liquidity against delay. */
export function describeCurve({ payments, participants, currencies, runs }: Simulation): string {
  const head = ['', 'liquidity', 'used', 'delay', 'settled', 'longest queue'];
  const rows = runs.map(({ regime, liquidity, liquidityUsed, delay, settledShare, queue }, i) => [
    runs[i - 1]?.regime === regime ? '' : NAMES[regime],
    ...[liquidity, liquidityUsed, delay, settledShare].map(percent),
    String(queue.longest),
  ]);
  const day = `${payments} payments between ${participants} participants in ${currencies.length} currencies`;
  return `${day}\nLiquidity is a share of what would let nothing wait; delay a share of the worst, each waiting until the end.\n\n${table([head, ...rows])}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
