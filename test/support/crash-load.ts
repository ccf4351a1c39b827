import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../src/base/random.ts';
import { writePacs008 } from '../../src/settlement/iso20022/pacs008-writer.ts';
import type { Answer, Api, Call } from './api.ts';

/** A payment as a client sends it. The end-to-end id names it in this test. */
export type Order = {
  endToEndId: string;
  debtorAgent: string;
  creditorAgent: string;
  debtor: { name: string };
  creditor: { name: string };
  asset: string;
  units: string;
  priority?: 'instant' | 'urgent';
};

/** What a client was told of a payment. */
export type Told = { id: string; status: string };

/** What clients sent and were told, to be held against the tables afterwards. */
export type Journal = {
  sent: Map<string, Order>;
  told: Map<string, Told>;
  windows: Map<string, string>;
  /** References of money brought in and of exchanges that were confirmed. */
  funded: Set<string>;
  traded: Set<string>;
  /** Answers that must not come: other than before, or a failure that is no outage. */
  wrong: string[];
  /** Requests that got no answer, or one of an outage, by what it was. */
  unanswered: Map<string, number>;
};

export type Load = {
  journal: Journal;
  /** Resolves when so many more requests have been answered. */
  progress(answers: number): Promise<void>;
  /** Resolves with the number of requests that wait for their answer, as soon as there is one. */
  underway(): Promise<number>;
  /** Lets every client bring its request to an answer, and ends. */
  end(): Promise<void>;
};

type Payment = Told & { endToEndId: string };
type Bench = {
  api: Api;
  journal: Journal;
  bics: readonly string[];
  poor: string;
  isEnding(): boolean;
  asking(by: 1 | -1): void;
  answered(): void;
};
type Client = (bench: Bench, random: Random, name: string) => Promise<void>;

const LISTED = 'Viktor Baranovski';
const AGAIN_MS = 100;

/** Starts clients of every kind against the network; `poor` is the id of the bank that is short of money, the last one. */
export function startLoad(api: Api, random: Random, bics: readonly string[], poor: string): Load {
  const journal: Journal = {
    sent: new Map(),
    told: new Map(),
    windows: new Map(),
    funded: new Set(),
    traded: new Set(),
    wrong: [],
    unanswered: new Map(),
  };
  let ending = false;
  let answers = 0;
  const asked = { requests: 0 };
  let waiting: { at: number; resolve: () => void } | undefined;
  const bench: Bench = {
    api,
    journal,
    bics,
    poor,
    isEnding: () => ending,
    asking: (by) => void (asked.requests += by),
    answered() {
      answers += 1;
      if (waiting && answers >= waiting.at) waiting.resolve();
    },
  };
  const clients: Record<string, Client> = {
    s1: singles,
    s2: singles,
    s3: singles,
    quitter: singlesOnce,
    batch: batches,
    file: files,
    cut: cuts,
    fund: fundings,
    trade: trades,
  };
  const running = Object.entries(clients).map(([name, client]) => client(bench, random.fork(name), name));
  return {
    journal,
    progress: (more) => new Promise((resolve) => (waiting = { at: answers + more, resolve })),
    async underway() {
      while (asked.requests === 0) await nextTurn();
      return asked.requests;
    },
    async end() {
      ending = true;
      await Promise.all(running);
    },
  };
}

function orderOf({ bics, journal }: Bench, random: Random, name: string): Order {
  const [from, to] = random.shuffle(bics) as [string, string];
  const order: Order = {
    endToEndId: `${name}-${journal.sent.size}`,
    debtorAgent: from,
    creditorAgent: to,
    debtor: { name: 'Aurora Shipping AS' },
    creditor: { name: random.chance(0.03) ? LISTED : 'Meridian Foods Ltd' },
    asset: random.pick(['EUR/2', 'JPY/0']),
    units: String(random.int(1, 100_000)),
  };
  journal.sent.set(order.endToEndId, order);
  return order;
}

/** Some are to settle at once, some to go through the queue, where those of the poor bank wait for money. */
function withPriority(order: Order, random: Random): Order {
  const priority = random.weighted(['instant', 'urgent', undefined] as const, [0.2, 0.3, 0.5]);
  if (priority !== undefined) order.priority = priority;
  return order;
}

/** Sends until it is answered by something other than an outage; `once` gives up at the first. */
async function persist<T>(bench: Bench, request: string, call: Call, once = false): Promise<Answer<T> | undefined> {
  const { journal } = bench;
  for (;;) {
    bench.asking(1);
    const answer = await bench.api<T>(request, call).catch((error: Error) => error);
    bench.asking(-1);
    const outage = answer instanceof Error ? causeOf(answer) : isOutage(answer.status) ? codeOf(answer) : undefined;
    if (outage === undefined) {
      bench.answered();
      return answer as Answer<T>;
    }
    journal.unanswered.set(outage, (journal.unanswered.get(outage) ?? 0) + 1);
    if (once) return undefined;
    await delay(AGAIN_MS);
  }
}

const isOutage = (status: number): boolean => status === 503 || status === 504;
const codeOf = (answer: Answer<unknown>): string => (answer.body as { code?: string } | undefined)?.code ?? answer.text;
const causeOf = (error: Error): string => (error.cause as { code?: string } | undefined)?.code ?? error.message;

/** Notes what was told of a payment; a second answer must say the same. */
function note({ journal }: Bench, { endToEndId, id, status }: Payment): void {
  const before = journal.told.get(endToEndId);
  if (!before) journal.told.set(endToEndId, { id, status });
  else if (before.id !== id || before.status !== status) {
    journal.wrong.push(`${endToEndId} was ${before.id} ${before.status}, then ${id} ${status}`);
  }
}

async function sendOne(bench: Bench, order: Order, once = false): Promise<void> {
  const answer = await persist<Payment>(bench, 'POST /v1/payments', { key: order.endToEndId, json: order }, once);
  if (answer?.status === 201) note(bench, answer.body);
  else if (answer) bench.journal.wrong.push(`${order.endToEndId} was answered ${answer.status} ${answer.text}`);
}

/** One payment after the other, each until it is answered; now and then an old one again, which must be the first one. */
async function singles(bench: Bench, random: Random, name: string): Promise<void> {
  const mine: Order[] = [];
  while (!bench.isEnding()) {
    const order = mine.length > 0 && random.chance(0.1) ? random.pick(mine) : withPriority(orderOf(bench, random, name), random);
    await sendOne(bench, order);
    mine.push(order);
    await delay(random.int(0, 30));
  }
}

/** Never repeats what was not answered, so that nobody knows whether it was paid; it may have been, once. */
async function singlesOnce(bench: Bench, random: Random, name: string): Promise<void> {
  while (!bench.isEnding()) {
    await sendOne(bench, withPriority(orderOf(bench, random, name), random), true);
    await delay(random.int(0, 60));
  }
}

async function batches(bench: Bench, random: Random, name: string): Promise<void> {
  while (!bench.isEnding()) {
    const payments = Array.from({ length: random.int(2, 30) }, () => orderOf(bench, random, name));
    const call = { key: `batch-${payments[0]!.endToEndId}`, json: { payments } };
    const answer = await persist<{ results: { payment?: Payment }[] }>(bench, 'POST /v1/payments/batch', call);
    if (answer?.status !== 200) bench.journal.wrong.push(`a batch was answered ${answer?.status} ${answer?.text}`);
    for (const { payment } of answer?.body.results ?? []) {
      if (payment) note(bench, payment);
      else bench.journal.wrong.push(answer!.text);
    }
    await delay(random.int(0, 200));
  }
}

/** Files without keys and UETRs: only their message id tells a repetition. */
async function files(bench: Bench, random: Random, name: string): Promise<void> {
  while (!bench.isEnding()) {
    const orders = Array.from({ length: random.int(1, 12) }, () => orderOf(bench, random, name));
    const answer = await persist(bench, 'POST /v1/iso20022', { document: fileOf(orders), type: 'application/xml' });
    const statuses = [...(answer?.text ?? '').matchAll(/<OrgnlEndToEndId>(.+?)<.*?<TxSts>(\w+)<.*?<ClrSysRef>(\w+)</gs)];
    if (statuses.length !== orders.length) bench.journal.wrong.push(`a file was answered ${answer?.status} ${answer?.text}`);
    for (const [, endToEndId, status, id] of statuses)
      note(bench, { endToEndId: endToEndId!, id: `pay_${id}`, status: DECISIONS[status!]! });
    await delay(random.int(0, 200));
  }
}

const DECISIONS: Readonly<Record<string, string>> = { ACSP: 'reserved', PDNG: 'held', RJCT: 'rejected' };

function fileOf(orders: readonly Order[]): string {
  return writePacs008({
    messageId: `FILE-${orders[0]!.endToEndId}`,
    createdAt: Date.now(),
    transactions: orders.map(({ units, ...order }) => ({ order: { ...order, units: BigInt(units) } })),
  });
}

/** Cuts windows off by hand, beside the timer. */
async function cuts(bench: Bench, _random: Random, name: string): Promise<void> {
  for (let n = 0; !bench.isEnding(); n++) {
    await delay(300);
    const answer = await persist<{ id: string; state: string; code?: string }>(bench, 'POST /v1/windows/close', { key: `${name}-${n}` });
    if (answer?.status === 200) bench.journal.windows.set(answer.body.id, answer.body.state);
    else if (answer?.body.code !== 'settlement.window_empty') bench.journal.wrong.push(`a cut-off was answered ${answer?.text}`);
  }
}

/** Brings the poor bank money now and then, so that what waits is released in the middle of everything; at the end enough for all. */
async function fundings(bench: Bench, random: Random, name: string): Promise<void> {
  const bring = async (units: string, reference: string) => {
    for (const asset of ['EUR/2', 'JPY/0']) {
      const call = { key: `${reference}-${asset}`, json: { asset, units, reference: `${reference}-${asset}` } };
      const answer = await persist(bench, `POST /v1/participants/${bench.poor}/fund`, call);
      if (answer && answer.status < 300) bench.journal.funded.add(`${reference}-${asset}`);
      else bench.journal.wrong.push(`a funding was answered ${answer?.status} ${answer?.text}`);
    }
  };
  for (let n = 0; !bench.isEnding(); n++) {
    // Little beside what the poor bank is to pay, however slowly it all goes, so that some of it is rejected.
    await bring(String(random.int(2_000, 20_000)), `${name}-${n}`);
    await delay(random.int(200, 800));
  }
  await bring('100000000000', `${name}-end`);
}

/** Exchanges between two banks, each proposed and confirmed; those of the poor bank may have to wait in both queues. */
async function trades(bench: Bench, random: Random, name: string): Promise<void> {
  for (let n = 0; !bench.isEnding(); n++) {
    const [proposer, counterparty] = random.shuffle(bench.bics) as [string, string];
    const reference = `${name}-${n}`;
    const give = { giveAsset: 'EUR/2', giveUnits: String(random.int(1, 200_000)) };
    const json = { proposer, counterparty, ...give, getAsset: 'JPY/0', getUnits: String(random.int(1, 200_000)), reference };
    const proposed = await persist<{ id: string }>(bench, 'POST /v1/fx/trades', { key: reference, json });
    if (proposed?.status !== 201) {
      bench.journal.wrong.push(`an exchange was answered ${proposed?.status} ${proposed?.text}`);
      continue;
    }
    const confirm = { key: `${reference}-yes`, json: { answer: 'confirm', whenShort: 'queue' } };
    const answer = await persist<{ state: string }>(bench, `POST /v1/fx/trades/${proposed.body.id}/answer`, confirm);
    if (answer && answer.status < 300) bench.journal.traded.add(reference);
    else bench.journal.wrong.push(`a confirmation was answered ${answer?.status} ${answer?.text}`);
    await delay(random.int(50, 300));
  }
}
