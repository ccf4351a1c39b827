/**
 * What adding up a published round gives: `worth` is what was cleared, times its weight, `bound` the most that any set-off of the
 * same obligations could be worth. `problem` is the first thing that does not hold.
 */
export type RoundSums = { obligations: number; worth: bigint; bound: bigint; problem?: string };

type Line = { record: string } & Partial<{
  root: string;
  cleared: string;
  participantId: string;
  potential: number;
  id: string;
  debtor: string;
  creditor: string;
  units: string;
  weight: number;
}>;

/**
 * Adds a round up from its published file, by the certificate alone: nothing is cleared beyond its amount, everybody is relieved of as
 * much as it gives up, and the bound that the prices set is reached (strong duality), so that nothing else could clear more. Shares no
 * code with the server, so that an error there cannot hide itself here.
 */
export function addUpRound(file: string, said: { root: string; cleared: string }): RoundSums {
  const prices = new Map<string, bigint>();
  const moved = new Map<string, bigint>();
  const move = (id: string, units: bigint) => moved.set(id, (moved.get(id) ?? 0n) + units);
  const problems: string[] = [];
  let [obligations, cleared, worth, bound] = [0, 0n, 0n, 0n];
  for (const text of file.split('\n')) {
    if (text === '') continue;
    const line = JSON.parse(text) as Line;
    if (line.record === 'round' && line.root !== said.root) problems.push('the file is of another round');
    if (line.record === 'participant') prices.set(line.participantId!, BigInt(line.potential!));
    if (line.record !== 'obligation') continue;
    const { debtor = '', creditor = '', id = '' } = line;
    const [units, part, weight] = [BigInt(line.units!), BigInt(line.cleared!), BigInt(line.weight!)];
    const [from, to] = [prices.get(debtor), prices.get(creditor)];
    if (part < 0n || part > units) problems.push(`${id} is cleared beyond its amount`);
    if (from === undefined || to === undefined) problems.push(`${id} is between banks without a price`);
    const reduced = weight + (from ?? 0n) - (to ?? 0n);
    obligations++;
    cleared += part;
    worth += weight * part;
    if (reduced > 0n) bound += units * reduced;
    move(debtor, -part);
    move(creditor, part);
  }
  if (cleared !== BigInt(said.cleared)) problems.push(`what is cleared comes to ${cleared}, not to ${said.cleared}`);
  const shifted = [...moved].find(([, units]) => units !== 0n);
  if (shifted) problems.push(`the net position of ${shifted[0]} changes`);
  if (worth !== bound) problems.push(`what is cleared is worth ${worth}, and the prices allow up to ${bound}`);
  const [problem] = problems;
  return { obligations, worth, bound, ...(problem !== undefined && { problem }) };
}
