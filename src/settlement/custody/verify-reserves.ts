import { hash } from 'node:crypto';
import { AppError } from '../../base/error.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import type { OwnBalance, PublishedReserves, ReserveFile } from './reserve-file.ts';

/** What was found; `problems` is empty when all holds. */
export type ReserveVerdict = {
  ok: boolean;
  number: number;
  publishedAt: string;
  /** Of the published part, to hold against what others were given and against `previous` of the next file. */
  hash: string;
  currencies: { asset: string; outstanding: string; confirmed: boolean; own?: string }[];
  problems: string[];
};

/**
 * Verifies a file of reserves by itself, without database and without any code of the engine that made it: that tokens and the
 * operator's share are what is in custody, that custody is what the statements say with what is in transit, and, for the
 * participant that it was made for, that each of its balances is in the sum that is told to be owed.
 *
 * Errors: `settlement.reserve_file_malformed`.
 */
export function verifyReserves(text: string): ReserveVerdict {
  const file = parse(text);
  const { own, ...published } = file;
  const problems = file.currencies.flatMap(verifyCurrency);
  const names = file.currencies.map(({ asset }) => asset);
  if (new Set(names).size !== names.length) problems.push('a currency is in the file twice');
  for (const balance of own?.balances ?? []) problems.push(...verifyOwn(file, own!.participantId, balance));
  return {
    ok: problems.length === 0,
    number: file.proof.number,
    publishedAt: file.proof.publishedAt,
    hash: sha256(canonicalJson(published)),
    currencies: file.currencies.map(({ asset, outstanding, statement }) => {
      const mine = own?.balances.find((balance) => balance.asset === asset);
      return { asset, outstanding, confirmed: statement !== null, ...(mine && { own: mine.units }) };
    }),
    problems,
  };
}

/** The two equations of a currency. */
function verifyCurrency(c: PublishedReserves): string[] {
  const [outstanding, operator, custody] = [BigInt(c.outstanding), BigInt(c.operator), BigInt(c.custody)];
  const problems: string[] = [];
  if (outstanding + operator !== custody)
    problems.push(`${c.asset}: ${outstanding} outstanding and ${operator} of the operator are not the ${custody} in custody`);
  const suspense = BigInt(c.suspense ?? '0');
  if (suspense < 0n || (suspense > 0n && operator < suspense))
    problems.push(`${c.asset}: ${suspense} is on its way back to senders, and the operator has ${operator}`);
  if (operator < 0n) problems.push(`${c.asset}: ${-operator} less is in custody than is owed to participants`);
  if (c.statement === null) return problems;
  const said = BigInt(c.statement) + BigInt(c.inTransit) - BigInt(c.unmatched);
  if (said !== custody) problems.push(`${c.asset}: statement, transit and unmatched come to ${said}, not to the ${custody} in custody`);
  return problems;
}

function verifyOwn({ currencies }: ReserveFile, participant: string, { asset, units, leaves }: OwnBalance): string[] {
  const currency = currencies.find((one) => one.asset === asset);
  if (!currency) return [`${asset}: the file proves a balance in a currency that it does not publish`];
  const problems: string[] = [];
  const places = new Set(leaves.map(({ position }) => position));
  if (places.size !== leaves.length) problems.push(`${asset}: the same leaf is shown twice`);
  if (leaves.reduce((sum, leaf) => sum + BigInt(leaf.units), 0n) !== BigInt(units))
    problems.push(`${asset}: the leaves do not come to ${units}`);
  for (const leaf of leaves) {
    const wrong = climb(currency, participant, leaf);
    if (wrong) problems.push(`${asset}: leaf ${leaf.position} ${wrong}`);
  }
  return problems;
}

/** Goes from a leaf to the root by the tree's own shape, so that a leaf cannot stand in a place that it does not have. */
function climb(currency: PublishedReserves, participant: string, leaf: OwnBalance['leaves'][number]): string | undefined {
  const { asset, outstanding, leaves, root } = currency;
  let sum = BigInt(leaf.units);
  if (sum < 0n) return 'is negative';
  if (!(Number.isInteger(leaf.position) && leaf.position >= 0 && leaf.position < leaves)) return 'has no place in the tree';
  let digest = sha256(`\0${canonicalJson({ asset, participant, position: leaf.position, salt: leaf.salt, units: leaf.units })}`);
  const path = [...leaf.path];
  for (let at = leaf.position, width = leaves; width > 1; at = Math.floor(at / 2), width = Math.ceil(width / 2)) {
    if (at === width - 1 && width % 2 === 1) continue;
    const step = path.shift();
    if (!step || step.side !== (at % 2 === 0 ? 'right' : 'left')) return 'does not climb to the root';
    const beside = BigInt(step.units);
    if (beside < 0n) return 'has a neighbour below zero';
    const [mine, other] = [`${sum}:${digest}`, `${beside}:${step.hash}`];
    digest = sha256(`\x01${step.side === 'right' ? `${mine}|${other}` : `${other}|${mine}`}`);
    sum += beside;
  }
  if (path.length > 0) return 'has more neighbours than the tree is high';
  return digest === root && sum === BigInt(outstanding) ? undefined : 'does not lead to the published root and sum';
}

const sha256 = (text: string): string => hash('sha256', text);

const DIGITS = /^(0|-?[1-9]\d{0,37})$/;

function parse(text: string): ReserveFile {
  try {
    const file = JSON.parse(text) as ReserveFile;
    if (file.format !== 'rialto.reserves/1') throw new TypeError('another format');
    const amounts = file.currencies.flatMap((c) => [
      c.outstanding,
      c.operator,
      c.custody,
      c.inTransit,
      c.unmatched,
      c.statement ?? '0',
      c.suspense ?? '0',
    ]);
    const leaves = (file.own?.balances ?? []).flatMap((balance) => [{ units: balance.units }, ...balance.leaves]);
    const steps = (file.own?.balances ?? []).flatMap((balance) => balance.leaves.flatMap(({ path }) => path));
    for (const digits of [...amounts, ...leaves.map(({ units }) => units), ...steps.map(({ units }) => units)])
      if (typeof digits !== 'string' || !DIGITS.test(digits)) throw new TypeError('an amount is not whole minor units');
    if (typeof file.proof.number !== 'number' || file.currencies.some(({ leaves: count }) => !Number.isInteger(count)))
      throw new TypeError('a number');
    return file;
  } catch (error) {
    throw new AppError('invalid', 'settlement.reserve_file_malformed', 'This is not a file of reserves that Rialto has published.', error);
  }
}
