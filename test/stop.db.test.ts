import { expect, test, vi } from 'vitest';
import { startProduct } from './support/product.ts';

test('Ctrl-C ends in a clean stop, though npm passes it on to a process that the terminal has told already', async () => {
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
