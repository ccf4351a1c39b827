import { createHash, scrypt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { canonicalJson } from '../../base/canonical-json.ts';
import { AppError } from '../../base/error.ts';

/** What belongs to the configuration: files below the root, settings by name, and the hash of the settings of the run itself. */
export type ConfigParts = {
  settings?: string;
  root: string;
  files: readonly string[];
  env: readonly string[];
  environment: Readonly<Record<string, string | undefined>>;
};

/**
 * One hash over the configuration, in hex: any change of a declared file or setting changes it. Made slowly (scrypt), since
 * it is told in reports and settings may be passwords that somebody could try out.
 * Errors: `readiness.config_unreadable` for a file that is not there or lies outside the root.
 */
export async function configHashOf({ root, files, env, environment, settings = '' }: ConfigParts): Promise<string> {
  const hashes = await hashesOfFiles(root, files);
  const values = env.map((name) => [name, environment[name] ?? null] as const);
  const text = canonicalJson({ files: hashes, env: Object.fromEntries(values), settings });
  return await slowHashOf(text);
}

/** A hash in hex that takes long to make, for what holds settings: nobody tries out passwords against it. */
export async function slowHashOf(text: string): Promise<string> {
  const slowly = promisify<string, string, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
  return (await slowly(text, 'rialto readiness configuration', 32, { N: 2 ** 14, r: 8, p: 1, maxmem: 2 ** 26 })).toString('hex');
}

/** SHA-256 in hex of files below the root. Errors: `readiness.config_unreadable` for one that is not there or lies outside. */
export async function hashesOfFiles(root: string, files: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await hashOfFile(root, file)] as const)));
}

async function hashOfFile(root: string, file: string): Promise<string> {
  try {
    const [base, path] = await Promise.all([realpath(root), realpath(resolve(root, file))]);
    if (path !== base && !path.startsWith(base.endsWith(sep) ? base : base + sep)) throw new Error('it lies outside the root');
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) sum.update(chunk);
    return sum.digest('hex');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new AppError('unprocessable', 'readiness.config_unreadable', `The file ${file} of the configuration cannot be read: ${why}.`);
  }
}
