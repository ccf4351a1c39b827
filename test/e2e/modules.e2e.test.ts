import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityViolations, launchBrowser, LOOKS, signIn, visit } from '../support/browser.ts';
import { apiOf, must } from '../support/api.ts';
import { startProduct, type Product } from '../support/product.ts';
import { hasServer } from '../support/servers.ts';

const DESK = LOOKS[0]!;
/** Pages of what always runs. */
const LEDGER = ['Accounts', 'Transfers', 'Trial balance'];
const ACCESS = ['Audit log', 'Users', 'API keys'];

describe.skipIf(!hasServer('chromium'))('the console of an installation that runs some modules only', { timeout: 240_000 }, () => {
  let browser: Browser;
  let product: Product | undefined;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    product?.clean();
  });

  async function startWith(modules: string): Promise<Required<Product>> {
    await product?.stop();
    product?.clean();
    product = await startProduct({ env: { RIALTO_MODULES: modules } });
    return product as Required<Product>;
  }

  test('with the ledger alone it shows the pages that are served, begins with the first of them, and nothing fails', async () => {
    const { url, email, password } = await startWith('ledger');
    const { accessToken, modules } = await must(
      apiOf(() => url)<{ accessToken: string; modules: string[] }>('POST /v1/auth/login', { json: { email, password } }),
    );
    expect(modules).toEqual(['access', 'ledger']);
    expect((await must(apiOf(() => url, accessToken)<{ modules: string[] }>('GET /v1/me'))).modules).toEqual(modules);

    const visited = await visit(browser, DESK, url);
    const { page } = visited;
    await signIn(visited, { email, password });
    await page.getByRole('heading', { name: 'Accounts' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/ledger/accounts');
    const nav = page.getByRole('navigation', { name: 'Pages of the console' });
    expect(await nav.getByRole('link').allTextContents()).toEqual([...LEDGER, ...ACCESS]);
    for (const label of [...LEDGER, ...ACCESS]) {
      await nav.getByRole('link', { name: label, exact: true }).click();
      await page.getByRole('heading', { name: label, level: 1 }).waitFor();
      await page.locator('[aria-busy=true]:not(button)').first().waitFor({ state: 'detached' });
    }
    // A link that was kept from elsewhere says why there is nothing.
    await page.goto('/payments?status=held');
    await page.getByText('Payments: not here').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(visited.complaints).toEqual([]);
    await visited.context.close();
  });

  test('without readiness it begins with the overview, and readiness is nowhere', async () => {
    const { url, email, password } = await startWith('settlement,ledger');
    const visited = await visit(browser, DESK, url);
    const { page } = visited;
    await signIn(visited, { email, password });
    await page.getByText('No payments on this day').waitFor();
    const links = await page.getByRole('navigation', { name: 'Pages of the console' }).getByRole('link').allTextContents();
    expect(links).toEqual(expect.arrayContaining(['Overview', 'Payments', ...LEDGER, ...ACCESS]));
    expect(links).not.toContain('Readiness');
    expect(visited.complaints).toEqual([]);
    await visited.context.close();
  });
});
