import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, LOOKS, visit } from '../test/support/browser.ts';
import { startProduct, type Product } from '../test/support/product.ts';
import { type Bench, type BenchOptions, type Figure, figure, median } from './support/bench.ts';

const ROUNDS = 9;

/**
 * The console as someone finds it who comes for the first time: a fresh browser profile, nothing cached, the demonstration
 * day behind it. From the navigation until the overview shows the day's largest flows, and until a visitor who is not
 * signed in can type; and how much comes over the wire.
 */
export const bench: Bench = {
  summary: `the console's first load in Chromium, cold, after the demonstration day, ${ROUNDS} rounds`,
  async run({ report, keep }) {
    const product = await startProduct({ env: { RIALTO_DEMO: 'on', RIALTO_LIMIT_ACTOR: '100000', LOG_LEVEL: 'silent' } });
    const browser = await launchBrowser();
    try {
      report('  running the demonstration day');
      while (!product.output().includes('The day is over')) await delay(200);
      return await measure(product, browser, { report, keep });
    } finally {
      await browser.close();
      await product.stop();
      product.clean();
    }
  },
};

type Load = { seconds: number; consoleBytes: number; dataBytes: number };

async function measure(product: Product, browser: Browser, { report, keep }: Pick<BenchOptions, 'report' | 'keep'>): Promise<Figure[]> {
  const [overviews, logins]: [Load[], Load[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const overview = await load(product, browser, { signedIn: true, until: (page) => page.getByRole('img', { name: /flow|pays/i }) });
    const login = await load(product, browser, { signedIn: false, until: (page) => page.getByLabel('E-mail') });
    report(
      `  ${round === 0 ? 'warm-up' : `round ${round}`}: overview ${overview.seconds.toFixed(2)} s, login ${login.seconds.toFixed(2)} s`,
    );
    // The first one starts the browser's own processes and the server's code.
    if (round > 0) overviews.push(overview);
    if (round > 0) logins.push(login);
  }
  const seconds = (loads: readonly Load[]) => loads.map((one) => one.seconds);
  keep('pages', { errorRate: 0, latencyMs: { p50: median(seconds(overviews)) * 1_000 } });
  return [
    figure('console.first_load.seconds', median(seconds(overviews)), 's'),
    figure('console.first_load.worst_seconds', Math.max(...seconds(overviews)), 's'),
    figure('console.first_load.kilobytes', median(overviews.map((one) => one.consoleBytes)) / 1_000, 'kB of the console, compressed'),
    figure('console.first_load.data_kilobytes', median(overviews.map((one) => one.dataBytes)) / 1_000, 'kB of answers of the API'),
    figure('console.login_page.seconds', median(seconds(logins)), 's'),
  ];
}

type What = { signedIn: boolean; until: (page: Page) => ReturnType<Page['locator']> };

/** Opens the console in a profile of its own and waits for what was asked for to be seen. */
async function load(product: Product, browser: Browser, { signedIn, until }: What): Promise<Load> {
  const { page, context } = await visit(browser, LOOKS[0]!, product.url);
  try {
    if (signedIn) {
      await context.addCookies([await sessionCookie(product)]);
      // What the console remembers of someone who signed in before; see console/src/api/session.ts.
      await context.addInitScript(`localStorage.setItem('rialto-signed-in', 'yes')`);
    }
    const received: Promise<{ isData: boolean; bytes: number }>[] = [];
    page.on('requestfinished', (request) => {
      const isData = ['fetch', 'xhr'].includes(request.resourceType());
      const sizes = request.sizes().then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize);
      // Of a request that the end of the visit cuts off nothing can be said.
      received.push(sizes.catch(() => 0).then((bytes) => ({ isData, bytes })));
    });
    const started = performance.now();
    await page.goto('/', { waitUntil: 'commit' });
    await until(page).first().waitFor();
    const seconds = (performance.now() - started) / 1_000;
    const parts = await Promise.all(received);
    const bytesOf = (data: boolean) => parts.reduce((sum, { isData, bytes }) => (isData === data ? sum + bytes : sum), 0);
    return { seconds, consoleBytes: bytesOf(false), dataBytes: bytesOf(true) };
  } finally {
    await context.close();
  }
}

/** A new session's refresh cookie, since each opens one session once. */
async function sessionCookie({ url, email, password }: Product) {
  const reply = await fetch(`${url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const [pair = '', ...attributes] = (reply.headers.getSetCookie()[0] ?? '').split(/;\s*/);
  const [name = '', value = ''] = pair.split('=', 2);
  const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
  if (!reply.ok || value === '') throw new Error(`the login was answered ${reply.status}: ${await reply.text()}`);
  return { name, value, domain: new URL(url).hostname, path, httpOnly: true, sameSite: 'Strict' as const };
}
