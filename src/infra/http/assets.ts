import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** A file ready to be sent: its bytes, also compressed where that helps, and its headers. */
export type Asset = { bytes: Buffer; br?: Buffer; gz?: Buffer; type: string; etag: string; immutable: boolean };

/** The files of a built console by their path in the address; nothing outside the folder can be named. */
export type Assets = { find(path: string): Asset | undefined; index: Asset | undefined };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.json', '.map', '.webmanifest', '.txt', '.svg', '.wasm']);
const COMPRESSED = new Set(['.br', '.gz']);

/** Vite puts a hash of the content into the name: `assets/index-B3xK9_a1.js`. Such a file never changes. */
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+$/;

/**
 * Reads a built console into memory once (it is a few megabytes). A file rebuilt under the running server is not seen:
 * no visitor gets half of one build and half of another. A folder that is not there holds nothing.
 */
export async function readAssets(folder: string): Promise<Assets> {
  const files = await filesOf(folder);
  const assets = new Map<string, Asset>();
  for (const file of files.filter((name) => !COMPRESSED.has(extname(name)))) {
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    assets.set(path, await assetOf(file, path));
  }
  return { find: (path) => assets.get(path), index: assets.get('/index.html') };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function assetOf(file: string, path: string): Promise<Asset> {
  const bytes = await readFile(file);
  const extension = extname(file).toLowerCase();
  const [br, gz] = COMPRESSIBLE.has(extension) ? [await sibling(file, '.br'), await sibling(file, '.gz')] : [];
  return {
    bytes,
    ...(br && { br }),
    ...(gz && { gz }),
    type: TYPES[extension] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    immutable: HASHED.test(path),
  };
}

/** The compressed file beside a file, unless the file was changed after it. */
async function sibling(file: string, extension: string): Promise<Buffer | undefined> {
  try {
    const [plain, compressed] = await Promise.all([stat(file), stat(file + extension)]);
    return compressed.mtimeMs >= plain.mtimeMs ? await readFile(file + extension) : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes that fit a caller's `Accept-Encoding`, and how they are encoded. */
export function chooseEncoding(asset: Asset, accept: string | undefined): { bytes: Buffer; encoding?: 'br' | 'gzip' } {
  const accepted = new Set(
    (accept ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.trim())
      .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
      .map((part) => part.split(';', 1)[0]!.trim()),
  );
  if (asset.br && accepted.has('br')) return { bytes: asset.br, encoding: 'br' };
  if (asset.gz && accepted.has('gzip')) return { bytes: asset.gz, encoding: 'gzip' };
  return { bytes: asset.bytes };
}
