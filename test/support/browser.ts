import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findProgram } from './servers.ts';

/** Without a sandbox, since tests run as root in containers; without anything that calls home. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium without a window. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findProgram('chromium') ?? 'chromium', headless: true, args: FLAGS });
}

/**
 * How a visitor looks at the console. What axe is asked differs, since most of what it finds lies in the page and not in how it
 * is looked at: the dark look can only be wrong in its colours, and a narrow window in anything but them.
 */
export type Look = { name: string; colorScheme: 'light' | 'dark'; widths: readonly number[]; height: number; axe: AxeRules };

/** axe's rules: all, the colours alone, or all but the colours. */
type AxeRules = 'all' | 'colours' | 'not colours';

/** The narrow looks end with the width that they began with. */
export const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', widths: [1440], height: 900, axe: 'all' },
  { name: 'dark', colorScheme: 'dark', widths: [1440], height: 900, axe: 'colours' },
  { name: 'phone', colorScheme: 'light', widths: [320, 390], height: 844, axe: 'not colours' },
];

export type Visit = { page: Page; context: BrowserContext; /** What the browser's console complained about. */ complaints: string[] };

/** A fresh visitor: no cookie, no storage. */
export async function visit(browser: Browser, { colorScheme, widths, height }: Look, url: string): Promise<Visit> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme,
    viewport: { width: widths.at(-1)!, height },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()} (${page.url()})`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message} (${page.url()})`));
  return { page, context, complaints };
}

type Person = { email?: string; password?: string };

/** Signs in at an address and waits until events arrive. */
export async function signIn({ page }: Visit, { email, password }: Person, path = '/'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('E-mail').fill(email!);
  await page.getByLabel('Password').fill(password!);
  await page.getByRole('button', { name: 'Sign in' }).click();
  // While a page without the frame comes, such as the wall, both may show it.
  await page.locator('[data-live=live]').first().waitFor();
}

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

type AxeResult = { violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] };

const AXE_OPTIONS = {
  all: {},
  colours: { runOnly: ['color-contrast'] },
  'not colours': { rules: { 'color-contrast': { enabled: false } } },
} as const satisfies Record<AxeRules, object>;

/** What axe finds wrong for people with disabilities (WCAG 2.2 A and AA, and axe's best practices), one line each. */
export async function accessibilityViolations(page: Page, rules: AxeRules = 'all'): Promise<string[]> {
  // Through the debugger, since the page's Content-Security-Policy rightly refuses injected scripts.
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(axeSource);
  const { violations } = await page.evaluate(
    (options) => (globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe.run(options),
    AXE_OPTIONS[rules],
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll('\n', ' ')}`),
  );
}

/** Whether the page is wider than its window, so that one would have to scroll sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
