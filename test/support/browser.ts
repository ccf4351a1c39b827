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

/** How a visitor looks at the console. */
export type Look = { name: string; colorScheme: 'light' | 'dark'; width: number; height: number };

export const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', width: 1440, height: 900 },
  { name: 'dark', colorScheme: 'dark', width: 1440, height: 900 },
  { name: 'phone', colorScheme: 'light', width: 390, height: 844 },
];

export type Visit = { page: Page; context: BrowserContext; /** What the browser's console complained about. */ complaints: string[] };

/** A fresh visitor: no cookie, no storage. */
export async function visit(browser: Browser, { colorScheme, width, height }: Look, url: string): Promise<Visit> {
  const context = await browser.newContext({ baseURL: url, colorScheme, viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()} (${page.url()})`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message} (${page.url()})`));
  return { page, context, complaints };
}

const axeSource = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

type AxeResult = { violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] };

/** What axe finds wrong for people with disabilities (WCAG 2.2 A and AA, and axe's best practices), one line each. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Through the debugger, since the page's Content-Security-Policy rightly refuses injected scripts.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run());
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll('\n', ' ')}`),
  );
}

/** Whether the page is wider than its window, so that one would have to scroll sideways. */
export function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth > document.documentElement.clientWidth');
}
