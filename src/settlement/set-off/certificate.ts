import type { SetOffStatement } from './statement.ts';

/**
 * Checks a published set-off and answers everything that does not hold; empty when all does, and then no other set-off of
 * the same obligations clears more. Linear in their number. It shares nothing with the solver.
 *
 * 1. Nothing is cleared below zero or beyond its amount, and nobody draws more than its line.
 * 2. Everybody is relieved of as much as it gives up: cleared out + received = cleared in + drawn. Net positions stay.
 * 3. Strong duality: Σ worth·cleared − Σ drawn = Σ units·max(0, worth + p(debtor) − p(creditor)) + Σ line·max(0, p(L) − p(v) − 1).
 *    The right side is a bound for every set-off, whatever the p are, so one that reaches it is the largest. `worth` is the
 *    weight, doubled when there is liquidity, so that drawing counts for less than any obligation; and p(v) ≤ p(L) for all.
 */
export function checkCertificate(statement: SetOffStatement): string[] {
  const problems = [...checkAmounts(statement), ...checkPotentials(statement)];
  // The sums below mean nothing while amounts or potentials are not what they should be.
  return problems.length > 0 ? problems : [...checkConservation(statement), ...checkDuality(statement)];
}

function checkAmounts({ obligations, liquidity, gross, cleared }: SetOffStatement): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  let [units, total] = [0n, 0n];
  for (const one of obligations) {
    if (ids.has(one.id)) problems.push(`obligation ${one.id} is there twice`);
    ids.add(one.id);
    if (BigInt(one.units) < 1n || one.debtor === one.creditor) problems.push(`obligation ${one.id} is none`);
    if (BigInt(one.cleared) < 0n || BigInt(one.cleared) > BigInt(one.units))
      problems.push(`obligation ${one.id} of ${one.units} is cleared by ${one.cleared}`);
    if (!Number.isInteger(one.weight) || one.weight < 1) problems.push(`obligation ${one.id} has the weight ${one.weight}`);
    units += BigInt(one.units);
    total += BigInt(one.cleared);
  }
  if (units !== BigInt(gross)) problems.push(`the obligations come to ${units}, not to ${gross}`);
  if (total !== BigInt(cleared)) problems.push(`what is cleared comes to ${total}, not to ${cleared}`);
  for (const { participantId, line, drawn, received } of liquidity) {
    if (BigInt(drawn) < 0n || BigInt(drawn) > BigInt(line)) problems.push(`${participantId} draws ${drawn} of a line of ${line}`);
    if (BigInt(received) < 0n) problems.push(`${participantId} receives ${received}`);
  }
  return problems;
}

function checkPotentials({ obligations, liquidity, potentials, liquidityPotential }: SetOffStatement): string[] {
  const known = new Map(potentials.map(({ participantId, potential }) => [participantId, potential]));
  const needed = new Set([...obligations.flatMap(({ debtor, creditor }) => [debtor, creditor]), ...liquidity.map((l) => l.participantId)]);
  const problems = [...needed].filter((id) => !known.has(id)).map((id) => `there is no potential for ${id}`);
  if (known.size !== potentials.length) problems.push('a participant has two potentials');
  if (new Set(liquidity.map((l) => l.participantId)).size !== liquidity.length) problems.push('a participant has two lines');
  for (const [id, potential] of known) {
    if (!Number.isSafeInteger(potential)) problems.push(`the potential of ${id} is not whole`);
    if (liquidityPotential !== undefined && potential > liquidityPotential)
      problems.push(`the potential of ${id} is above that of liquidity`);
  }
  if (liquidity.length > 0 && liquidityPotential === undefined) problems.push('there is no potential for liquidity');
  return problems;
}

function checkConservation({ obligations, liquidity }: SetOffStatement): string[] {
  const balance = new Map<string, bigint>();
  const add = (id: string, units: bigint) => balance.set(id, (balance.get(id) ?? 0n) + units);
  for (const { debtor, creditor, cleared } of obligations) {
    add(debtor, -BigInt(cleared));
    add(creditor, BigInt(cleared));
  }
  for (const { participantId, drawn, received } of liquidity) add(participantId, BigInt(drawn) - BigInt(received));
  const problems = [...balance].filter(([, left]) => left !== 0n).map(([id, left]) => `the position of ${id} changes by ${left}`);
  const moved = liquidity.reduce((sum, { drawn, received }) => sum + BigInt(drawn) - BigInt(received), 0n);
  return moved === 0n ? problems : [...problems, `${moved} more is drawn than received`];
}

function checkDuality({ obligations, liquidity, potentials, liquidityPotential }: SetOffStatement): string[] {
  const p = new Map(potentials.map(({ participantId, potential }) => [participantId, BigInt(potential)]));
  const scale = liquidityPotential === undefined ? 1n : 2n;
  let [value, bound] = [0n, 0n];
  for (const { debtor, creditor, units, weight, cleared } of obligations) {
    const worth = scale * BigInt(weight);
    value += worth * BigInt(cleared);
    bound += BigInt(units) * positive(worth + p.get(debtor)! - p.get(creditor)!);
  }
  for (const { participantId, line, drawn } of liquidity) {
    value -= BigInt(drawn);
    bound += BigInt(line) * positive(BigInt(liquidityPotential!) - p.get(participantId)! - 1n);
  }
  return value === bound ? [] : [`what is cleared is worth ${value}, and the certificate allows up to ${bound}`];
}

const positive = (value: bigint) => (value > 0n ? value : 0n);
