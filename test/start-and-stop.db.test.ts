import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startProduct } from './support/product.ts';

/** The first start in a fresh checkout builds the console. */
const TIMEOUT = { timeout: 120_000 };

test('Ctrl-C ends in a clean stop, though npm passes it on to a process that the terminal has told already', TIMEOUT, async () => {
  const product = await startProduct();
  try {
    void product.stop();
    await vi.waitFor(() => expect(product.output()).toContain('Stopping'), { timeout: 10_000, interval: 5 });
    expect(await product.stop()).toBe(0);
  } finally {
    await product.kill();
    product.clean();
  }
});

test('a first start that finds its port taken leaves it to the next one to tell the first password', TIMEOUT, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'rialto-start-'));
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const env = { PORT: String((other.address() as AddressInfo).port) };
    await expect(startProduct({ dataFolder, env })).rejects.toThrow('is taken by another program');
    const product = await startProduct({ dataFolder });
    expect(product.password).toMatch(/^\w{24}$/);
    expect(await product.stop()).toBe(0);
  } finally {
    other.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
