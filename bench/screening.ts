import { seededRandom, type Random } from '../src/base/random.ts';
import { strongName } from '../src/settlement/screening/entry.ts';
import { buildIndex, openIndex, screen, type ScreeningIndex } from '../src/settlement/screening/match.ts';
import { figure, percentile, type Bench, type Figure } from './support/bench.ts';

/** Each with two spellings: 50,000 names. */
const ENTRIES = 25_000;
const LISTED = 2 * ENTRIES;
const PAYMENTS = 20_000;
/** How often each payment is screened, each time by an index that has not seen it. */
const TRIES = 3;
/** The share of parties that are written as a listed one, more or less. */
const NEAR_LISTED = 0.02;

const GIVEN =
  'Alexander Mohammed Olga Chen Juan Maria Ivan Fatima Yusuf Ahmed Li Wei Sergei Natalia Ibrahim Hassan Carlos Luis Ana Dmitri Elena Abdul Karim Mehmet Ayse Jose Miguel Tatiana Viktor Andrei Omar Khalid Amina Rashid Leila Nikolai Pavel Igor Svetlana Hao Jun Min Sung Kim Park Nguyen Tran Raj Priya Arjun Sanjay Kofi Amara Chidi Ngozi Lars Ingrid Bjorn Astrid Pierre Claire Luca Giulia Hans Greta'.split(
    ' ',
  );
const STARTS =
  'Al Bar Cher Dem Esh Far Gol Hak Iva Jab Kar Lav Mor Naz Os Pet Qas Ros Sal Tar Ul Vor Wal Xan Yak Zar Bel Dor Fed Gri Has Kov Lit Mal Nov Or Pol Rad Sok Tim'.split(
    ' ',
  );
const MIDDLES = 'a e i o u an en in on ar er or al el il ol as es is os ad ed id am em im av ev iv'.split(' ');
const ENDS =
  'ov ova enko sky skaya ian yan zadeh pour ani awi oui bekov baev ulu oglu son sen berg stein mann ez ado inho ini elli ucci chuk vych'.split(
    ' ',
  );
const FIRMS =
  'Trading Shipping Logistics Holdings Import Export Petroleum Steel Foods Textiles Maritime Aviation Investment Construction'.split(' ');
const FORMS = 'Ltd LLC GmbH SA BV AS Oy Inc Co'.split(' ');

/**
 * Names never seen before against 50,000 listed ones, of 25,000 people and firms with two spellings each, one after the other in one thread: nothing
 * is remembered from name to name, as in the worst hour of a network. A payment has two names.
 */
export const bench: Bench = {
  summary: `names of payments against ${LISTED.toLocaleString('en')} listed ones`,
  run: ({ report }) => Promise.resolve(measure(report)),
};

function measure(report: (text: string) => void): Figure[] {
  const random = seededRandom('bench-screening');
  const listed = Array.from({ length: ENTRIES }, () => nameOf(random));
  const started = performance.now();
  const index = buildIndex(
    listed.map((text, i) => ({
      listId: 'bench',
      entryId: String(i),
      type: text.kind,
      names: [strongName(text.name, 'primary'), strongName(misspelt(text.name, random))],
    })),
  );
  const buildSeconds = (performance.now() - started) / 1_000;
  report(`  index of ${LISTED.toLocaleString('en')} names in ${buildSeconds.toFixed(1)} s`);
  const party = () => {
    if (!random.chance(NEAR_LISTED)) return nameOf(random).name;
    return misspelt(random.pick(listed).name, random);
  };
  const warm = screenAll(
    index,
    Array.from({ length: PAYMENTS / 4 }, () => [party(), party()] as const),
  );
  report(`  warm-up: p99 ${percentile(warm.delays, 0.99).toFixed(2)} ms`);
  const payments = Array.from({ length: PAYMENTS }, () => [party(), party()] as const);
  const { delays, hits, seconds } = screenAll(index, payments);
  report(`  ${hits} of ${(PAYMENTS * 2).toLocaleString('en')} names were hits`);
  const again = Array.from({ length: TRIES - 1 }, () => screenAll(openIndex(index), payments).delays);
  const quickest = delays.map((delay, i) => Math.min(delay, ...again.map((tried) => tried[i]!)));
  return [
    figure('screening.index.seconds', buildSeconds, 's'),
    figure('screening.names_per_s', (PAYMENTS * 2) / seconds, '1/s'),
    figure('screening.payment.p50_ms', percentile(delays, 0.5), 'ms'),
    figure('screening.payment.p99_ms', percentile(delays, 0.99), 'ms'),
    figure('screening.payment.max_ms', percentile(delays, 1), 'ms'),
    // What the work takes where the machine does not stop in the middle of it.
    figure('screening.payment.quickest_of_3.p99_ms', percentile(quickest, 0.99), 'ms'),
  ];
}

function screenAll(index: ScreeningIndex, payments: readonly (readonly [string, string])[]) {
  const delays: number[] = [];
  let hits = 0;
  const begin = performance.now();
  for (const [debtor, creditor] of payments) {
    const at = performance.now();
    if (screen(index, debtor).length > 0) hits++;
    if (screen(index, creditor).length > 0) hits++;
    delays.push(performance.now() - at);
  }
  return { delays, hits, seconds: (performance.now() - begin) / 1_000 };
}

function family(random: Random): string {
  const middle = random.chance(0.5) ? random.pick(MIDDLES) + random.pick(STARTS).toLowerCase() : '';
  return random.pick(STARTS) + middle + random.pick(MIDDLES) + random.pick(ENDS);
}

/** Three in four are people with one to three given names; the others are firms. */
function nameOf(random: Random): { name: string; kind: 'person' | 'organisation' } {
  if (random.chance(0.25))
    return { name: `${family(random)} ${random.pick(FIRMS)} ${random.pick(FIRMS)} ${random.pick(FORMS)}`, kind: 'organisation' };
  const given = Array.from({ length: random.int(1, 3) }, () => random.pick(GIVEN));
  return { name: [...given, family(random)].join(' '), kind: 'person' };
}

/** One letter lost, doubled or swapped with the next. */
function misspelt(name: string, random: Random): string {
  const at = random.int(1, name.length - 2);
  const way = random.int(0, 2);
  if (way === 0) return name.slice(0, at) + name.slice(at + 1);
  if (way === 1) return name.slice(0, at) + name[at]! + name.slice(at);
  return name.slice(0, at) + name[at + 1]! + name[at]! + name.slice(at + 2);
}
