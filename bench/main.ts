import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Bench, Figure } from './support/bench.ts';
import { keepLoads, measuredCommit, type Load } from './support/keep.ts';
import { machine, versions } from './support/machine.ts';

/** `npm run -s bench -- <name> [--json] [--soak] [--keep]`: each benchmark is a file beside this one; `--keep` writes to `reports/load`. */
const options = { json: { type: 'boolean' }, soak: { type: 'boolean' }, keep: { type: 'boolean' } } as const;
const { positionals, values } = parseArgs({ allowPositionals: true, options });
const [name = ''] = positionals;
const file = new URL(`./${name}.ts`, import.meta.url);

if (!/^[a-z][a-z-]*$/.test(name) || name === 'main' || !existsSync(file)) {
  const names = readdirSync(new URL('.', import.meta.url)).flatMap((entry) => /^(?!main)([a-z][a-z-]*)\.ts$/.exec(entry)?.[1] ?? []);
  console.error(`Usage: npm run -s bench -- <${names.join(' | ')}> [--json] [--soak] [--keep]`);
  process.exit(2);
}

const begunAt = values.keep ? await measuredCommit() : undefined;
const where = { machine: machine(), versions: versions() };
const { bench } = (await import(file.href)) as { bench: Bench };
const report = values.json ? () => undefined : (text: string) => console.error(text);
report(`${name}: ${bench.summary}`);
const loads = new Map<string, Load>();
const figures = await bench.run({ soak: values.soak ?? false, report, keep: (what, load) => void loads.set(what, load) });
if (values.json) console.log(JSON.stringify({ ...where, figures }));
else print(figures);
if (begunAt !== undefined) await keepLoads(loads, begunAt);

function print(rows: readonly Figure[]): void {
  const { cpu, cores, memoryGb, os, loadBefore } = where.machine;
  console.log(`\n${cpu}, ${cores} cores, ${memoryGb} GB, ${os}, load ${loadBefore} before`);
  console.log(
    Object.entries(where.versions)
      .map(([what, version]) => `${what} ${version}`)
      .join(', ') + '\n',
  );
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows) console.log(`${row.name.padEnd(width)}  ${row.value.toLocaleString('en').padStart(12)}  ${row.unit}`);
}
