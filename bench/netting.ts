import { newId } from '../src/base/id.ts';
import { HASH_BYTES, rootOfLeaves } from '../src/base/merkle.ts';
import { seededRandom } from '../src/base/random.ts';
import { columnsOf } from '../src/settlement/netting/columns.ts';
import { leafOf, type Obligation } from '../src/settlement/netting/leaf.ts';
import { netColumns, resultHashOf } from '../src/settlement/netting/net.ts';
import { type Bench, type Figure, figure, median } from './support/bench.ts';

const OBLIGATIONS = 1_000_000;
const PARTICIPANTS = 1_000;
const CURRENCIES = ['AED/2', 'BHD/3', 'CHF/2', 'CNY/2', 'EUR/2', 'GBP/2', 'INR/2', 'JPY/0', 'KRW/0', 'KWD/3', 'SGD/2', 'USD/2'];
const ROUNDS = 5;

/**
 * A window of a million obligations from memory, as its rows come from the database: into columns, netted, the Merkle root
 * of its input, and the hash of its result. Leaves are hashed when payments are taken, so that is told apart.
 */
export const bench: Bench = {
  summary: `${OBLIGATIONS.toLocaleString('en')} obligations of ${PARTICIPANTS.toLocaleString('en')} participants in ${CURRENCIES.length} currencies`,
  async run({ report }) {
    const obligations = obligationsOf();
    const startedLeaves = performance.now();
    const leaves = new Uint8Array(OBLIGATIONS * HASH_BYTES);
    obligations.forEach((obligation, i) => leaves.set(leafOf(obligation), i * HASH_BYTES));
    const leafMicros = ((performance.now() - startedLeaves) * 1000) / OBLIGATIONS;
    const rounds: { columns: number; net: number; root: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const times = netOnce(obligations, leaves);
      // The first round warms up.
      if (round > 0) rounds.push(times);
      report(`  ${round === 0 ? 'warm-up' : `round ${round}`}: ${((times.columns + times.net + times.root) / 1000).toFixed(2)} s`);
    }
    return figuresOf(rounds, leafMicros);
  },
};

function netOnce(obligations: readonly Obligation[], leaves: Uint8Array): { columns: number; net: number; root: number } {
  const started = performance.now();
  const columns = columnsOf(obligations);
  const inColumns = performance.now();
  const { positions } = netColumns(columns);
  resultHashOf(positions);
  const netted = performance.now();
  rootOfLeaves(leaves);
  return { columns: inColumns - started, net: netted - inColumns, root: performance.now() - netted };
}

function figuresOf(rounds: readonly { columns: number; net: number; root: number }[], leafMicros: number): Figure[] {
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of)) / 1000;
  return [
    figure(
      'netting.million.seconds',
      middle(({ columns, net, root }) => columns + net + root),
      's',
    ),
    figure(
      'netting.million.columns_seconds',
      middle(({ columns }) => columns),
      's',
    ),
    figure(
      'netting.million.net_seconds',
      middle(({ net }) => net),
      's',
    ),
    figure(
      'netting.million.root_seconds',
      middle(({ root }) => root),
      's',
    ),
    figure('netting.leaf.micros', leafMicros, 'µs'),
  ];
}

/** Some participants deal far more than others; amounts are lognormal. */
function obligationsOf(): Obligation[] {
  const random = seededRandom('bench netting');
  const participants = Array.from({ length: PARTICIPANTS }, () => newId());
  const someone = () => Math.floor(PARTICIPANTS * random.next() ** 2);
  return Array.from({ length: OBLIGATIONS }, (): Obligation => {
    const debtor = someone();
    const other = someone();
    const creditor = other === debtor ? (debtor + 1) % PARTICIPANTS : other;
    const units = BigInt(1 + Math.floor(random.lognormal(12, 2)));
    return { id: newId(), debtor: participants[debtor]!, creditor: participants[creditor]!, asset: random.pick(CURRENCIES), units };
  });
}
