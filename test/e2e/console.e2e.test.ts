import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityViolations, isTooWide, launchBrowser, LOOKS, signIn, visit, type Look, type Visit } from '../support/browser.ts';
import { must } from '../support/api.ts';
import { pagesOf, type Visited } from '../support/console-pages.ts';
import { earnFees, openSite, pay, type Site } from '../support/console-site.ts';
import { hasServer } from '../support/servers.ts';

const DESK = LOOKS[0]!;

let site: Site;
let browser: Browser;

/** A line of the production checklist of whose check evidence is kept. */
async function lineWithEvidence(): Promise<string> {
  type Detail = { checks: { evidence?: string }[] };
  const { lines } = await must<{ lines: { id: string; state: string }[] }>(site.api('GET /v1/readiness/checklists/production'));
  for (const { id } of lines.filter(({ state }) => state === 'pass')) {
    const { checks } = await must<Detail>(site.api(`GET /v1/readiness/checklists/production/lines/${id}`));
    if (checks.some(({ evidence }) => evidence !== undefined)) return id;
  }
  throw new Error('no line has evidence');
}

/** The routes that the console's router knows, read where they are written. */
async function routes(): Promise<string[]> {
  // Not by its name, since the compiler would hold pages of the browser to the rules of the server.
  const file = new URL('../../console/src/router.tsx', import.meta.url).href;
  const { router } = (await import(file)) as { router: { routesByPath: Record<string, unknown> } };
  return Object.keys(router.routesByPath);
}

/** What the operator can be paid of its fees on exchanges, in euros. */
async function earnedByExchanges(): Promise<string> {
  type Income = { items: { asset: string; source: string; payable: string }[] };
  const { items } = await must<Income>(site.api('GET /v1/custody/income'));
  const euros = items.find(({ asset, source }) => asset === 'EUR/2' && source === 'exchange_fees');
  expect(Number(euros!.payable)).toBeGreaterThanOrEqual(500);
  return (Number(euros!.payable) / 100).toFixed(2);
}

async function withVisit(look: Look, work: (visited: Visit) => Promise<void>): Promise<void> {
  const visited = await visit(browser, look, site.product.url);
  try {
    await work(visited);
    expect(visited.complaints).toEqual([]);
  } finally {
    await visited.context.close();
  }
}

/** Turns to a page as a link would, without loading everything anew. */
async function turnTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`);
}

test('every route of the console is among the pages that are visited, and no other', async () => {
  const ids = new Proxy({} as Site['ids'], { get: (_, kind) => String(kind) });
  expect(Object.keys(pagesOf({ ids })).sort()).toEqual((await routes()).sort());
});

describe.skipIf(!hasServer('chromium'))('the console', { timeout: 480_000 }, () => {
  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.product.stop();
    site?.product.clean();
  });

  test.each(LOOKS)('every page shows its data, fits its width, and axe and the browser have nothing to say: $name', async (look) => {
    await withVisit(look, async (visited) => {
      const { page } = visited;
      await page.goto('/');
      await page.getByLabel('E-mail').waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await signIn(visited, site.product);
      const nowhere: Visited = ['/nowhere', 'There is no such page'];
      for (const [path, shows] of [...Object.values(pagesOf(site)).flat(), nowhere]) {
        await turnTo(page, path);
        await page.getByText(new RegExp(shows)).locator('visible=true').first().waitFor();
        // A button may be busy for as long as what it began, such as a run of checks.
        await page.locator('[aria-busy=true]:not(button)').first().waitFor({ state: 'detached' });
        expect.soft(await accessibilityViolations(page, look.axe), `${path}, ${look.name}`).toEqual([]);
        for (const width of look.widths) {
          await page.setViewportSize({ width, height: look.height });
          // Pictures follow the width of their place a moment later.
          await expect.poll(() => isTooWide(page), { message: `${path}, ${look.name}, fits a window of ${width}` }).toBe(false);
        }
      }
    });
  });

  test('the wall says that nothing is known when the server has not answered for a while', async () => {
    // The browser tells of each request that fails, which is no complaint here.
    const visited = await visit(browser, DESK, site.product.url);
    const { page, context } = visited;
    await signIn(visited, site.product, '/readiness/wall');
    await page.getByText('In the way').first().waitFor();
    await page.clock.install();
    await page.route('**/v1/**', (route) => route.abort());
    await page.clock.fastForward(60_000);
    await page.getByText('NOT KNOWN').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/not answered since \d\d:\d\d UTC. It was \w+/);
    expect(await page.getByText('In the way').count()).toBe(0);
    await context.close();
  });

  test('a wrong password is refused in words, and the right one leads to the page that was asked for', async () => {
    const visited = await visit(browser, DESK, site.product.url);
    const { page } = visited;
    await page.goto('/windows');
    await page.getByLabel('E-mail').fill(site.product.email!);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('E-mail address or password is wrong');
    await page.getByLabel('Password').fill(site.product.password!);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Windows' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/windows');
    await visited.context.close();
  });

  test('a reload keeps the session and the page with its filters; after signing out it does not', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/payments?status=held');
      await page.reload();
      await page.getByText('Viktor Baranovski').first().waitFor();
      expect(await page.getByLabel('Status').inputValue()).toBe('held');
      expect(await page.getByRole('table', { name: 'Payments' }).getByText('settled').count()).toBe(0);
      await page.getByRole('button', { name: /menu$/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByLabel('E-mail').waitFor();
      await page.reload();
      await page.getByLabel('E-mail').waitFor();
    });
  });

  test('no token is ever kept where scripts of another visit could read it', async () => {
    await withVisit(DESK, async (visited) => {
      await signIn(visited, site.product);
      const kept = await visited.page.evaluate<string>(
        'JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])',
      );
      expect(kept).not.toMatch(/eyJ|refresh/i);
      const cookies = await visited.context.cookies();
      expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([[true, 'Strict']]);
    });
  });

  test('a payment sent through the API appears in the open list by itself', async () => {
    await withVisit(DESK, async (visited) => {
      await signIn(visited, site.product, '/payments');
      await visited.page.getByText('HELD-0001').waitFor();
      await pay(site.api, { endToEndId: 'LIVE-0001' });
      await expect.poll(() => visited.page.getByText('LIVE-0001').count(), { timeout: 10_000 }).toBe(1);
    });
  });

  test('a line of the checklist is signed in a role that was given, after the password is proved again', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/readiness');
      await page.getByRole('button', { name: 'Who may sign' }).click();
      await page.getByRole('button', { name: 'Change' }).first().click();
      await page.getByLabel(/^Roles of/).fill('Technical Lead');
      await page.getByRole('button', { name: 'Keep' }).click();
      await page.getByText('signs nothing').waitFor({ state: 'detached' });
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Run now' }).click();
      await page.getByText(/· run of/).waitFor({ timeout: 100_000 });
      // What is in the way is told twice, whole on paper only.
      await page.getByText('Everything above', { exact: true }).filter({ visible: true }).first().click();
      await page.getByRole('button', { name: 'Sign as Technical Lead' }).click();
      await page.getByLabel('What you attest').fill('Looked at each line with the team');
      await page.getByLabel('Your password').fill(site.product.password!);
      await page.getByRole('button', { name: 'Sign', exact: true }).click();
      await page.getByText('signature verified').waitFor();
      expect(await page.getByText('Signed by', { exact: false }).count()).toBeGreaterThan(0);
    });
  });

  test('evidence of a line is opened, its history told, the release watched, and the checklist printed', async () => {
    const line = await lineWithEvidence();
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, `/readiness?line=${line}`);
      const detail = page.getByRole('dialog');
      await detail
        .getByRole('button', { name: /^Evidence/ })
        .first()
        .click();
      await expect.poll(() => detail.getByLabel('Evidence').first().textContent()).not.toBe('');
      expect(await detail.getByRole('heading', { name: 'History' }).count()).toBe(1);
      expect(
        await detail
          .locator('section')
          .filter({ has: page.getByRole('heading', { name: 'History' }) })
          .getByRole('listitem')
          .count(),
      ).toBeGreaterThan(0);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Watch a release' }).click();
      await page.getByRole('button', { name: 'Watch', exact: true }).click();
      await page.getByText(/^released/).waitFor();
      for (const mark of ['1 hour', '1 day', '1 week', '1 month'])
        expect(await page.getByText(mark, { exact: true }).count()).toBeGreaterThan(0);
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('button', { name: 'Run now' }).isVisible()).toBe(false);
      expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
      expect(await page.getByText('Everything above', { exact: true }).first().isVisible()).toBe(true);
    });
  });

  test('everything can be reached without a mouse', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product);
      await page.keyboard.press('g');
      await page.keyboard.press('p');
      await page.getByRole('heading', { name: 'Payments' }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('FIRST-0001');
      await expect.poll(() => page.url()).toContain('query=FIRST-0001');
      await expect.poll(() => page.getByRole('table', { name: 'Payments' }).getByRole('link').count()).toBe(1);
      await page.keyboard.press('Tab');
      await page.evaluate('document.activeElement.blur()');
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Payment' }).getByText('proof verified').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Jump or search' }).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.keyboard.type('trial');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Trial balance' }).waitFor();
    });
  });

  test('a payment is sent, a held one released and the window cut off by hand', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/payments/new');
      await page.getByLabel('From bank').selectOption({ label: 'Nordfjord Bank · NORDFIHH' });
      await page.getByLabel('To bank').selectOption({ label: 'Polder Bank · POLDNL2A' });
      await page.getByLabel('Amount in EUR').fill('1,250.50');
      await page.getByLabel('Debtor', { exact: true }).fill('Aurora Shipping AS');
      await page.getByLabel('Creditor', { exact: true }).fill('Blue Heron BV');
      await page.getByLabel('End-to-end id').fill('HAND-0001');
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      const detail = page.getByRole('dialog', { name: 'Payment' });
      await detail.getByText('HAND-0001').first().waitFor();
      expect(await detail.getByText(/^1,250\.50/).count()).toBeGreaterThan(0);
      await turnTo(page, `/payments/${site.ids.held}`);
      await detail.getByLabel(/say why/).fill('Another person of that name.');
      await detail.getByRole('button', { name: 'Release' }).click();
      await detail.getByText('reserved', { exact: true }).first().waitFor();
      await turnTo(page, '/windows');
      await page.getByRole('button', { name: 'Cut off now' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cut off' }).click();
      await page.getByText('Positions').waitFor();
    });
  });

  test('an obligation is brought in and confirmed by both banks, a round looked at and run, and its file checked in the browser', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/set-off/obligations/new');
      const form = page.getByRole('dialog', { name: 'Bring in obligations' });
      await form.getByLabel('Between').selectOption({ label: 'Banca Serenissima · BSERITMM' });
      await form.getByLabel('It', { exact: true }).selectOption('owes');
      await form.getByLabel('The other bank').selectOption({ label: 'Nordfjord Bank · NORDFIHH' });
      await form.getByLabel('Amount in EUR').fill('1,500.00');
      await form.getByLabel('Reference').fill('HAND-0001');
      await form.getByRole('button', { name: 'Bring in', exact: true }).click();
      await form.waitFor({ state: 'detached' });
      await page.getByRole('table', { name: 'Obligations' }).getByText('HAND-0001').click();
      const detail = page.getByRole('dialog', { name: 'Obligation' });
      await detail.getByText('Waits for Banca Serenissima and Nordfjord Bank').waitFor();
      const { items } = await must(site.api<{ items: { id: string }[] }>('GET /v1/set-off/obligations?reference=HAND-0001'));
      for (const bic of ['BSERITMM', 'NORDFIHH'])
        await must(site.banks.get(bic)!(`POST /v1/set-off/obligations/${items[0]!.id}/answer`, { json: { answer: 'confirm' } }));
      await page.reload();
      await detail.getByText('Confirmed by the debtor').waitFor();
      await page.keyboard.press('Escape');

      await page.getByRole('link', { name: 'Look at a round' }).click();
      // Of the circle 2,000.00 was left towards Serenissima, which now owes 1,500.00 back: as much cancels out, twice.
      await page.getByText('Would be cleared', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Run this round' }).click();
      await page.getByRole('dialog', { name: 'Set off 3,000.00 EUR?' }).getByRole('button', { name: 'Set off' }).click();
      await page.getByRole('heading', { name: 'Round #2' }).waitFor();
      await page.getByText('Before: who owed whom').waitFor();
      await page.getByRole('button', { name: 'Check it in this browser' }).click();
      await page.getByText(/the prices allow 3,000\.00 EUR of these/).waitFor();
      expect(await accessibilityViolations(page)).toEqual([]);
    });
  });

  test('a custody account and a rail are proposed, and wait for another person', async () => {
    // A page without a proof says so, and the browser that there is none.
    await must(site.api('POST /v1/reserves/proofs', { json: {} }));
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/custody');
      await page.getByRole('button', { name: 'Connect an account' }).click();
      await page.getByLabel('Currency').selectOption('EUR/2');
      await page.getByLabel('Name', { exact: true }).fill('Bundesbank, euro');
      await page.getByLabel('Account number').fill('DE89 3704 0044 0532 0130 00');
      await page.getByLabel('BIC of the bank').fill('markdeff');
      await page.getByLabel('Reason').fill('Opened under contract 17');
      await page.getByRole('button', { name: 'Propose', exact: true }).click();
      const proposal = page.getByRole('article').filter({ hasText: 'Opened under contract 17' });
      await proposal.waitFor();
      // Who proposes may take it back, and not approve it.
      expect(await proposal.getByRole('button').allTextContents()).toEqual(['Withdraw']);

      await page.getByRole('button', { name: 'Add a rail' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Payouts of the Bundesbank');
      await page.getByLabel('Short name').fill('bundesbank-files');
      await page.getByLabel('BIC of the bank').fill('markdeff');
      await page.getByLabel('Cut-off').fill('16:30');
      await page.getByLabel('Time zone').fill('Europe/Berlin');
      await page.getByLabel('Reason').fill('Agreed on 20 November');
      await page.getByRole('button', { name: 'Propose', exact: true }).click();
      await page.getByRole('article').filter({ hasText: 'Agreed on 20 November' }).waitFor();
    });
  });

  test('what exchanges have earned is proposed to be paid out, and waits for another person', async () => {
    await earnFees(site);
    await must(site.api('POST /v1/reserves/proofs', { json: {} }));
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/custody');
      await page.getByRole('button', { name: 'Pay out income' }).click();
      const form = page.getByRole('dialog', { name: 'Pay out income' });
      await form.getByLabel('Earned by').selectOption('EUR/2 exchange_fees');
      // The exchanges of the demonstration day have earned something too.
      await form.getByText(`${await earnedByExchanges()} EUR can be paid out`).waitFor();
      await form.getByLabel('Amount in EUR').fill('4.50');
      await form.getByLabel('Reference').fill('FX-2026-11');
      await form.getByLabel('Holder').fill('Rialto Network Operations Ltd');
      await form.getByLabel('Account number').fill('FI21 1234 5600 0007 85');
      await form.getByLabel('BIC of its bank').fill('nordfihh');
      await form.getByLabel('Reason').fill('Exchange fees of November');
      await form.getByRole('button', { name: 'Propose', exact: true }).click();
      const proposal = page.getByRole('article', { name: /^Pay out 4.50 EUR of exchange fees/ });
      await proposal.waitFor();
      expect(await proposal.getByRole('button').allTextContents()).toEqual(['Withdraw']);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
    });
  });

  test('an API key is shown once, whole, and not again', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/access/keys');
      await page.getByRole('button', { name: 'New key' }).click();
      await page.getByLabel('Name').fill('Reporting');
      await page.getByLabel('ledger:read').check();
      await page.getByRole('button', { name: 'Make the key' }).click();
      const key = await page.getByRole('button', { name: /^Copy key / }).getAttribute('title');
      expect(key!.length).toBeGreaterThan(20);
      await page.getByRole('button', { name: 'I have it' }).click();
      await page.getByText('Reporting').first().waitFor();
      expect(await page.content()).not.toContain(key!);
    });
  });

  test('a pacs.008 file is answered with a status report that people can read', async () => {
    await withVisit(DESK, async (visited) => {
      const { page } = visited;
      await signIn(visited, site.product, '/payments/file');
      await page.setInputFiles('input[type=file]', fileURLToPath(new URL('../fixtures/pacs008/batch-09.xml', import.meta.url)));
      const report = page.getByRole('region', { name: 'Status report' });
      await report.getByRole('row').nth(1).waitFor();
      expect(await report.getByText('rejected').count()).toBeGreaterThan(0);
      expect(await accessibilityViolations(page)).toEqual([]);
    });
  });
});
