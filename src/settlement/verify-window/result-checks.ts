import { createHash } from 'node:crypto';
import type { Books } from './books.ts';
import type { Findings } from './findings.ts';
import type {
  BilateralRecord,
  CurrencyRecord,
  FinalityRecord,
  InstructionRecord,
  PositionRecord,
  WindowLine,
  WindowRecord,
} from './records.ts';

/** The lines of a file that tell its result; there are as many as participants and pairs, not as obligations. */
export type ResultLines = {
  currencies: CurrencyRecord[];
  positions: PositionRecord[];
  bilaterals: BilateralRecord[];
  instructions: InstructionRecord[];
  finality?: FinalityRecord;
};

/** Puts a line of the result to its like; false when it is none. */
export function collectResult(into: ResultLines, line: WindowLine): boolean {
  if (line.record === 'currency') into.currencies.push(line);
  else if (line.record === 'position') into.positions.push(line);
  else if (line.record === 'bilateral') into.bilaterals.push(line);
  else if (line.record === 'instruction') into.instructions.push(line);
  else if (line.record === 'finality') into.finality = line;
  else return false;
  return true;
}

type Evidence = { window: WindowRecord; books: Books; lines: ResultLines; findings: Findings };

const size = (units: bigint) => (units < 0n ? -units : units);
const keyOf = ({ asset, participantId }: { asset: string; participantId: string }) => `${asset} ${participantId}`;
const sum = (all: Iterable<bigint>) => [...all].reduce((total, units) => total + units, 0n);

/** Holds the result of a file against its obligations: everything but N2 and N3. */
export function checkResult(evidence: Evidence): void {
  checkOrder(evidence);
  checkPositions(evidence);
  checkPairs(evidence);
  checkInstructions(evidence);
  if (evidence.window.part === undefined) checkCurrencies(evidence);
  checkFinality(evidence);
}

/** Each kind of line stands in its one order, which is also that none stands twice. */
function checkOrder({ window, lines, findings }: Evidence): void {
  const keys: Record<string, string[]> = {
    currencies: lines.currencies.map(({ asset }) => asset),
    positions: lines.positions.map(keyOf),
    bilaterals: lines.bilaterals.map(pairKey),
    instructions: lines.instructions.map((one) => `${one.direction === 'pay' ? 0 : 1} ${keyOf(one)}`),
  };
  for (const [name, own] of Object.entries(keys)) {
    const wrong = own.findIndex((key, i) => i > 0 && key <= own[i - 1]!);
    findings.hold('FORM', wrong < 0, () => `the ${name} do not stand in order: ${own[wrong]}`);
  }
  const { part } = window;
  if (part === undefined) return;
  findings.hold('FORM', lines.currencies.length === 0, () => 'a part does not tell what the network came to');
  const strangers = [...lines.positions, ...lines.instructions].filter(({ participantId }) => participantId !== part);
  const strangePairs = lines.bilaterals.filter(({ debtor, creditor }) => debtor !== part && creditor !== part);
  findings.hold('FORM', strangers.length + strangePairs.length === 0, () => `the part of ${part} holds lines of others`);
}

/** `asset a b` with a < b, whoever of them owes. */
function pairKey({ asset, debtor, creditor }: { asset: string; debtor: string; creditor: string }): string {
  return debtor < creditor ? `${asset} ${debtor} ${creditor}` : `${asset} ${creditor} ${debtor}`;
}

/** N1, N4, N9, N10. */
function checkPositions({ window, books, lines, findings }: Evidence): void {
  const [sides, turned] = [books.sides(), books.turned()];
  const sums = new Map<string, bigint>();
  const seen = new Set<string>();
  for (const position of lines.positions) {
    const [key, net] = [keyOf(position), BigInt(position.net)];
    const side = sides.get(key);
    seen.add(key);
    sums.set(position.asset, (sums.get(position.asset) ?? 0n) + net);
    const follows = side?.incoming === BigInt(position.incoming) && side.outgoing === BigInt(position.outgoing);
    findings.hold(
      'N4',
      follows && side.incoming - side.outgoing === net,
      () => `the position of ${key} does not follow from the obligations`,
    );
    findings.hold('N9', (turned.get(key) ?? 0n) === net, () => `in another order ${key} comes to ${turned.get(key) ?? 0n}, not to ${net}`);
    findings.hold('N10', (side?.running ?? 0n) === net, () => `${key} runs up to ${side?.running ?? 0n}, its position is ${net}`);
  }
  const { part } = window;
  for (const key of sides.keys()) {
    const expected = part === undefined || key.endsWith(` ${part}`);
    findings.hold('N4', !expected || seen.has(key), () => `${key} has obligations and no position`);
  }
  if (part !== undefined) return;
  for (const [asset, total] of sums) findings.hold('N1', total === 0n, () => `positions in ${asset} add up to ${total}`);
  const hash = resultHashOf(lines.positions);
  findings.hold('N4', hash === window.resultHash, () => `the positions have the hash ${hash}, not ${window.resultHash}`);
}

/** SHA-256 of the canonical JSON of all positions. */
function resultHashOf(positions: readonly PositionRecord[]): string {
  const running = createHash('sha256').update('[');
  positions.forEach(({ asset, incoming, net, outgoing, participantId }, i) =>
    running.update(`${i === 0 ? '' : ','}${JSON.stringify({ asset, incoming, net, outgoing, participantId })}`),
  );
  return running.update(']').digest('hex');
}

/** N7. */
function checkPairs({ window, books, lines, findings }: Evidence): void {
  const { part } = window;
  const concerns = (key: string) => part === undefined || key.split(' ').includes(part);
  const left = new Map([...books.pairs()].filter(([key, owed]) => owed !== 0n && concerns(key)));
  const own = new Map<string, bigint>();
  for (const pair of lines.bilaterals) {
    const [key, units] = [pairKey(pair), BigInt(pair.units)];
    const owed = pair.debtor < pair.creditor ? units : -units;
    findings.hold(
      'N7',
      left.get(key) === owed,
      () => `between ${key} there is ${left.get(key) ?? 0n} by the obligations, ${owed} as stated`,
    );
    left.delete(key);
    for (const [participantId, change] of [[pair.debtor, -units] as const, [pair.creditor, units] as const]) {
      const side = keyOf({ asset: pair.asset, participantId });
      own.set(side, (own.get(side) ?? 0n) + change);
    }
  }
  for (const [key, owed] of left) findings.note('N7', `between ${key} there is ${owed} by the obligations and nothing stated`);
  for (const position of lines.positions) {
    const total = own.get(keyOf(position)) ?? 0n;
    findings.hold(
      'N7',
      total === BigInt(position.net),
      () => `the pairs of ${keyOf(position)} come to ${total}, its position is ${position.net}`,
    );
  }
}

/** N5. */
function checkInstructions({ lines, findings }: Evidence): void {
  const told = new Map<string, bigint>();
  for (const one of lines.instructions) {
    findings.hold('N5', !told.has(keyOf(one)), () => `${keyOf(one)} is told twice`);
    told.set(keyOf(one), one.direction === 'pay' ? -BigInt(one.units) : BigInt(one.units));
  }
  for (const position of lines.positions) {
    const units = told.get(keyOf(position)) ?? 0n;
    told.delete(keyOf(position));
    findings.hold('N5', units === BigInt(position.net), () => `${keyOf(position)} is told ${units}, its position is ${position.net}`);
  }
  for (const key of told.keys()) findings.note('N5', `${key} is told to pay or receive and has no position`);
}

/** N6, N8, N11, and the counts and totals of each currency. */
function checkCurrencies({ window, books, lines, findings }: Evidence): void {
  const [totals, pairs] = [books.totals(), [...books.pairs()]];
  const owed = [...totals.keys()].sort().join(', ');
  const stated = lines.currencies.map(({ asset }) => asset).join(', ');
  findings.hold('N8', owed === stated, () => `the obligations are in ${owed}, the currencies stated are ${stated}`);
  const ranges = new Set(window.spans.map(({ asset }) => asset));
  const strange = [...lines.positions, ...lines.bilaterals, ...lines.instructions].find(({ asset }) => !totals.has(asset));
  findings.hold('N8', strange === undefined, () => `there is a result in ${strange!.asset}, in which nothing is owed`);
  for (const currency of lines.currencies) {
    const { asset } = currency;
    const nets = lines.positions.filter((position) => position.asset === asset).map(({ net }) => BigInt(net));
    const bilateral = sum(pairs.filter(([key]) => key.startsWith(`${asset} `)).map(([, units]) => size(units)));
    const [gross, net] = [totals.get(asset)?.gross ?? 0n, BigInt(currency.net)];
    const payers = sum(nets.filter((units) => units < 0n).map(size));
    const comes = ranges.has(asset) || totals.get(asset)?.carried === totals.get(asset)?.count;
    findings.hold('N8', comes, () => `the window has no range of ${asset}`);
    findings.hold(
      'N2',
      totals.get(asset)?.count === currency.payments,
      () => `${asset} has ${totals.get(asset)?.count} payments, not ${currency.payments}`,
    );
    findings.hold(
      'N4',
      nets.length === currency.participants,
      () => `${asset} has ${nets.length} participants, not ${currency.participants}`,
    );
    findings.hold('N4', gross === BigInt(currency.gross), () => `${asset} has a gross of ${gross}, not ${currency.gross}`);
    findings.hold('N6', net === payers && net * 2n === sum(nets.map(size)), () => `funding in ${asset} is ${payers}, not ${net}`);
    findings.hold(
      'N7',
      bilateral === BigInt(currency.bilateralNet),
      () => `pairs in ${asset} come to ${bilateral}, not ${currency.bilateralNet}`,
    );
    findings.hold(
      'N11',
      bilateral >= net && gross >= bilateral,
      () => `${asset}: net ${net}, by pairs ${bilateral}, gross ${gross} do not rise`,
    );
  }
}

/** The finality record: there when the window is settled, later than the input, and of as many transfers as the positions ask for. */
function checkFinality({ window, lines, findings }: Evidence): void {
  const { finality, positions } = lines;
  findings.hold(
    'FORM',
    (window.state === 'settled') === (finality !== undefined),
    () => `a window that is ${window.state} and its finality record`,
  );
  if (!finality) return;
  findings.hold('FINAL', finality.at === window.settledAt, () => `final at ${finality.at}, settled at ${window.settledAt}`);
  // A window that every obligation has left is final without a transfer.
  const isLater = (last: bigint) => (finality.transfers === 0 ? BigInt(finality.seq) >= last : BigInt(finality.seq) > last);
  const last = window.spans.map(({ toSeq }) => BigInt(toSeq)).reduce((a, b) => (a > b ? a : b), 0n);
  findings.hold('FINAL', isLater(last), () => `final at sequence ${finality.seq}, before the end of the input, ${last}`);
  if (window.part !== undefined) return;
  // A payer pays its position out of what it set aside and gets the rest back; a receiver gets that back whole, and its position.
  const asked = positions.reduce((count, { net, outgoing }) => {
    const pays = BigInt(net) < 0n ? -BigInt(net) : 0n;
    return count + (net !== '0' ? 1 : 0) + (BigInt(outgoing) > pays ? 1 : 0);
  }, 0);
  findings.hold('FINAL', finality.transfers === asked, () => `settled by ${finality.transfers} transfers, the positions ask for ${asked}`);
}
