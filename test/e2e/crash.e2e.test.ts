import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { leiOf } from '../../src/base/check-digit.ts';
import { seededRandom, type Random } from '../../src/base/random.ts';
import { place } from '../../src/infra/postgres/placement.ts';
import { pidIn } from '../../src/infra/postgres/postmaster.ts';
import { administrator, must, type Api } from '../support/api.ts';
import { booksOf, type Books } from '../support/crash-check.ts';
import { startLoad, type Load } from '../support/crash-load.ts';
import { startProduct, type Product } from '../support/product.ts';

/** What is struck: our process, the server, both at one moment, one session of the server, or our process while it starts. */
type Blow = 'process' | 'postgres' | 'both' | 'backend' | 'start';

const BLOWS: Readonly<Record<Blow, number>> = { process: 28, postgres: 12, both: 4, backend: 3, start: 3 };
/** How often our process has to be killed while requests wait for it to answer. */
const LEAST_UNDER_LOAD = 30;
/** Looking takes as long as a blow. */
const LOOK_EVERY = 6;
/** A step takes seconds, on a slow and busy machine some ten; what takes this long hangs. */
const STEP_MS = 120_000;
const SEED = process.env['RIALTO_TEST_SEED'] ?? String(Date.now());
/** Windows settle all the time, so that a blow may fall into any step of one. */
const ENV = {
  RIALTO_WINDOW_SECONDS: '1',
  RIALTO_LIMIT_ACTOR: '10000000',
  RIALTO_LIMIT_TENANT: '100000000',
  RIALTO_LIMIT_GLOBAL: '1000000000',
};
/** All three ways: at once, through the queue, and into the window, where what there is no money for is rejected. */
const POLICY = {
  rules: [
    { name: 'Asked for at once', route: 'instant', when: { priorities: ['instant'] } },
    { name: 'Urgent', route: 'queue', when: { priorities: ['urgent'] } },
  ],
  otherwise: 'window',
  withoutCover: 'reject',
  queueMinutes: 1_440,
  loopSeconds: 1,
  loopQueued: 5,
};
const BICS = ['AAAAFIHH', 'BBBBNOKK', 'CCCCDEFF', 'DDDDSESS', 'EEEEDKKK'];

const run = promisify(execFile);

test(
  'whatever is killed and whenever, every payment that was answered stands once as answered, and the books are sound',
  // Each step has a limit of its own, which names what hangs; a slow machine may take its time over all of them.
  { timeout: 45 * 60_000 },
  async () => {
    console.log(`crash test: seed ${SEED} (RIALTO_TEST_SEED repeats it)`);
    const random = seededRandom(SEED);
    const site = await openSite();
    const load = startLoad(site.api, random.fork('load'), BICS, site.poor);
    const step = steps(() => `${JSON.stringify(Object.fromEntries(load.journal.unanswered))}\n${site.product.output().slice(-4_000)}`);
    const blows = random.shuffle((Object.keys(BLOWS) as Blow[]).flatMap((blow) => Array<Blow>(BLOWS[blow]).fill(blow)));
    const struck: Struck[] = [];
    for (const [index, blow] of blows.entries()) {
      // It works again, and requests are on their way at the moment of the blow.
      await step(`answers before blow ${index}, ${blow}`, () => load.progress(random.int(1, 40)));
      await delay(random.int(0, 60));
      struck.push({ blow, underway: await step(`a request before blow ${index}, ${blow}`, load.underway) });
      await step(`the product after blow ${index}, ${blow}`, () => strike(site, blow, random));
      if (index % LOOK_EVERY === 0) {
        const contradictions = await step(`the books after blow ${index}, ${blow}`, site.books.contradictions);
        expect(contradictions, `after blow ${index}, ${blow}, of seed ${SEED}`).toEqual({});
      }
    }
    await step('answers after the last blow', () => load.progress(40));
    await step('an answer to every client', load.end);
    expect(tell(struck)).toBeGreaterThanOrEqual(LEAST_UNDER_LOAD);
    // Whatever a blow left half-way is carried to its end by the running product alone.
    await vi.waitFor(async () => expect(await site.books.leftOver()).toEqual({}), { timeout: 60_000, interval: 200 });
    await expectSound(site, load);
  },
);

/** Runs steps that each have two minutes; one that takes longer is named, with what `state` tells then. */
function steps(state: () => string): <T>(waitsFor: string, work: () => Promise<T>) => Promise<T> {
  const began = Date.now();
  return async (waitsFor, work) => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${waitsFor}: none within ${STEP_MS} ms, ${Date.now() - began} ms into seed ${SEED}; ${state()}`)),
      STEP_MS,
    );
    try {
      return await Promise.race([work(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A blow, and the requests that waited for an answer when it fell. */
type Struck = { blow: Blow; underway: number };

/** Prints how many blows of each kind fell under load, and answers with how often our process was killed under it. */
function tell(struck: readonly Struck[]): number {
  const underLoad = struck.filter(({ underway }) => underway > 0);
  const lines = [...Map.groupBy(underLoad, ({ blow }) => blow)].map(
    ([blow, own]) => `${blow} ${own.length} (${own.reduce((sum, { underway }) => sum + underway, 0)} requests)`,
  );
  console.log(`crash test: blows under load, and the requests that they cut off: ${lines.join(', ')}`);
  return underLoad.filter(({ blow }) => blow === 'process' || blow === 'both').length;
}

type Site = { product: Product; cluster: string; api: Api; books: Books; poor: string };

async function openSite(): Promise<Site> {
  const product = await startProduct({ env: ENV });
  const site = { product, cluster: join(place(product.dataFolder).home, 'cluster'), books: booksOf(product.dataFolder) } as Site;
  onTestFinished(async () => {
    await site.product.stop();
    product.clean();
  });
  const scopes = ['payments:write', 'settlement:write', 'participants:write', 'screening:write'];
  site.api = await administrator({ email: product.email!, password: product.password!, url: () => site.product.url }, scopes);
  const list = 'id,name,aliases,type,country\n1,Viktor Baranovski,,person,\n';
  await must(site.api('PUT /v1/screening/lists/house', { document: list, type: 'text/csv' }));
  await must(site.api('PUT /v1/liquidity/policy', { key: 'policy', json: { policy: POLICY } }));
  for (const [index, bic] of BICS.entries()) site.poor = await admit(site.api, bic, index);
  return site;
}

/** The last bank is poor, so that payments are rejected, and wait in the queue, too. Answers with the bank's id. */
async function admit(api: Api, bic: string, index: number): Promise<string> {
  const lei = leiOf(`CRSH${String(index).padStart(14, '0')}`);
  const assets = ['EUR/2', 'JPY/0'];
  const { id } = await must(api<{ id: string }>('POST /v1/participants', { json: { name: `Bank ${bic}`, bic, lei, assets } }));
  const units = index === BICS.length - 1 ? '200000' : '100000000000';
  for (const asset of assets)
    await must(api(`POST /v1/participants/${id}/fund`, { key: `open-${bic}-${asset}`, json: { asset, units, reference: 'OPENING' } }));
  return id;
}

/** Strikes; our process is started again by hand, the server has to be brought back by our process. */
async function strike(site: Site, blow: Blow, random: Random): Promise<void> {
  const postmaster = pidIn(site.cluster);
  if (blow === 'postgres' || blow === 'both') kill(postmaster);
  if (blow === 'backend') kill(random.pick(childrenOf(postmaster)));
  if (blow === 'postgres' || blow === 'backend') return;
  await site.product.kill();
  const { dataFolder } = site.product;
  if (blow === 'start')
    await startProduct({ dataFolder, env: ENV, startMs: random.int(300, 2_000) }).then(
      (early) => early.kill(),
      () => {},
    );
  site.product = await startProduct({ dataFolder, env: ENV });
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may just be on its way back from the blow before.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childrenOf(parent: number | undefined): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => parentOf(pid) === parent).map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ', 1)[0]);
  } catch {
    return undefined;
  }
}

async function expectSound(site: Site, { journal }: Load): Promise<void> {
  const counts = await site.books.counts();
  console.log('crash test:', {
    ...counts,
    told: journal.told.size,
    sent: journal.sent.size,
    unanswered: Object.fromEntries(journal.unanswered),
  });
  expect(journal.wrong).toEqual([]);
  expect(await site.books.contradictions()).toEqual({});
  expect(await site.books.against(journal)).toEqual([]);
  // Both results of every kind of order were there, else little would have been shown.
  expect(new Set([...journal.told.values()].map(({ status }) => status))).toEqual(
    new Set(['reserved', 'held', 'rejected', 'queued', 'settled']),
  );
  expect(await verdict(site, 'ledger')).toMatchObject({ ok: true });
  expect(await verdict(site, 'audit')).toMatchObject({ differences: [] });
  expect(await site.product.stop()).toBe(0);
}

async function verdict({ product }: Site, what: 'ledger' | 'audit'): Promise<object> {
  const env = { ...process.env, RIALTO_DATA: product.dataFolder };
  const { stdout } = await run(process.execPath, ['src/app/cli.ts', what, 'verify', '--json'], { env });
  return JSON.parse(stdout) as object;
}
