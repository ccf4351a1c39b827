import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writePacs008 } from '../src/settlement/iso20022/pacs008-writer.ts';
import { startProduct } from '../test/support/product.ts';
import { mustBeTaken, NO_LIMITS, openBankNetwork, type BankNetwork } from './support/bank-network.ts';
import { figure, type Bench, type Figure } from './support/bench.ts';
import { closedLoop, loadOf, openLoop, type Delays } from './support/loops.ts';

const BANKS = 40;
const CONNECTIONS = 160;
const WARM_MS = 5_000;
const STEADY = { perSecond: 500, ms: 20_000 };
const SUSTAINED = { perSecond: 1_000, ms: 60_000 };
const INSTANT = { perSecond: 200, ms: 15_000 };
const XML_MS = 15_000;
const PAYMENTS_A_FILE = 200;
const FILES_AT_ONCE = 4;

/** Schemas of the registration authority, where the operator has them: the product is then told to hold messages against them. */
const SCHEMAS = process.env['RIALTO_ISO20022_SCHEMAS'] ?? fileURLToPath(new URL('../../shared/data/iso20022', import.meta.url));

/** See `run`. */
export const bench: Bench = { summary: 'the network with everything on: steady, sustained, instant, and messages in XML', run };

/**
 * The product with windows of 5 s, screening, compliance, limits, routing and, where the schemas are at hand, XML held
 * against them. Single payments at fixed times (a delay counts from when the payment was due); payments that ask to be
 * settled at once, whose answer says that they are; and files of pacs.008 as many as go.
 */
async function run({ report, keep }: Parameters<Bench['run']>[0]): Promise<Figure[]> {
  const withSchemas = existsSync(SCHEMAS);
  report(`starting the product with ${BANKS} banks, ${withSchemas ? 'with' : 'WITHOUT'} XML schemas`);
  const env = { ...NO_LIMITS, RIALTO_WINDOW_SECONDS: '5', LOG_LEVEL: 'error', ...(withSchemas && { RIALTO_ISO20022_SCHEMAS: SCHEMAS }) };
  const product = await startProduct({ env });
  try {
    const network = await openBankNetwork(product, { banks: BANKS, connections: CONNECTIONS });
    const { pay, payInstant, sendFile } = callersOf(network);
    await openLoop(WARM_MS, STEADY.perSecond, pay);
    report(`${STEADY.perSecond} payments a second`);
    const steady = await openLoop(STEADY.ms, STEADY.perSecond, pay);
    report(`  p95 ${Math.round(steady.p95)} ms`);
    report(`${SUSTAINED.perSecond} payments a second for ${SUSTAINED.ms / 1_000} s`);
    const sustained = await openLoop(SUSTAINED.ms, SUSTAINED.perSecond, pay);
    report(`  ${Math.round(sustained.perSecond)} a second, p95 ${Math.round(sustained.p95)} ms`);
    report(`${INSTANT.perSecond} payments a second that settle at once`);
    const instant = await openLoop(INSTANT.ms, INSTANT.perSecond, payInstant);
    report(`files of ${PAYMENTS_A_FILE} payments in XML`);
    const xml = await closedLoop(XML_MS, FILES_AT_ONCE, sendFile);
    await network.close();
    keep('api', { clients: CONNECTIONS, errorRate: 0, ...loadOf(sustained) });
    return [
      ...delaysOf('network.steady', steady),
      ...delaysOf('network.sustained', sustained),
      ...delaysOf('network.instant', instant),
      figure(withSchemas ? 'network.xml_with_schema.per_s' : 'network.xml.per_s', xml, '1/s'),
    ];
  } finally {
    await product.stop();
    product.clean();
  }
}

const delaysOf = (name: string, { perSecond, p50, p95, p99 }: Delays): Figure[] => [
  figure(`${name}.per_s`, perSecond, '1/s'),
  figure(`${name}.p50_ms`, p50, 'ms'),
  figure(`${name}.p95_ms`, p95, 'ms'),
  figure(`${name}.p99_ms`, p99, 'ms'),
];

function callersOf(network: BankNetwork) {
  let made = 0;
  return {
    pay: async () => mustBeTaken(await network.call('/v1/payments', JSON.stringify(network.order(made++)))),
    async payInstant() {
      const answer = await network.call('/v1/payments', JSON.stringify({ ...network.order(made++), priority: 'instant' }));
      if (!answer.includes('"status":"settled"')) throw new Error(`Not settled at once: ${answer.slice(0, 300)}`);
    },
    async sendFile() {
      const first = made;
      made += PAYMENTS_A_FILE;
      const answer = await network.call('/v1/iso20022', fileOf(network, first), { type: 'application/xml' });
      const taken = answer.split(/<TxSts>AC/).length - 1;
      if (taken !== PAYMENTS_A_FILE) throw new Error(`${taken} of ${PAYMENTS_A_FILE} taken: ${answer.slice(0, 600)}`);
      return taken;
    },
  };
}

function fileOf(network: BankNetwork, first: number): string {
  const transactions = Array.from({ length: PAYMENTS_A_FILE }, (_, i) => {
    const { asset, units, ...order } = network.order(first + i);
    return { order: { ...order, asset, units: BigInt(units) }, transactionId: `BENCH-TX-${first + i}` };
  });
  return writePacs008({ messageId: `BENCH-FILE-${first}`, createdAt: Date.now(), transactions });
}
