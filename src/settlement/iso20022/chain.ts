import { normalBic } from '../participant/directory.ts';
import type { Bank, BankPlace } from '../payment/party.ts';
import type { Agent } from './parts.ts';
import type { Refusal } from './reason.ts';

/** Banks that a message names beside the two participants: kept with the party on whose side they are, or refused by name. */

type Intermediaries = { intermediary1?: Agent; intermediary2?: Agent; intermediary3?: Agent };

/** The refusal of agents behind this network, since a payment goes straight from one participant to another. */
export function intermediaryRefusal({ intermediary1, intermediary2, intermediary3 }: Intermediaries, path: string): Refusal | undefined {
  const nth = [intermediary1, intermediary2, intermediary3].findIndex((agent) => agent !== undefined) + 1;
  if (nth === 0) return undefined;
  const text = 'Intermediary agents are not supported: both agents take part in this network.';
  return { code: 'RC11', path: `${path}/IntrmyAgt${nth}`, text };
}

/** Where the participant stands unless another bank is told. */
const IMPLIED: ReadonlySet<string> = new Set<BankPlace>([
  'debtor',
  'creditor',
  'customerDebtorAgent',
  'customerCreditorAgent',
  'instructing',
  'instructed',
]);

/** The banks named at places of one side, but for the participant where it stands anyway; undefined when there are none. */
export function banksOf(participant: string, named: Partial<Record<BankPlace, Agent | undefined>>): Bank[] | undefined {
  const own = normalBic(participant);
  const banks = Object.entries(named).flatMap(([at, agent]) => {
    if (!agent || (IMPLIED.has(at) && agent.bic !== undefined && normalBic(agent.bic) === own)) return [];
    const bank = bankOf(at as BankPlace, agent);
    return Object.keys(bank).length > 1 ? [bank] : [];
  });
  return banks.length > 0 ? banks : undefined;
}

/** The agents through which a payment has come, at their places. */
export function previousOf({ previousAgent1, previousAgent2, previousAgent3 }: Partial<Record<`previousAgent${1 | 2 | 3}`, Agent>>) {
  return { previous1: previousAgent1, previous2: previousAgent2, previous3: previousAgent3 };
}

/** A bank at its place. */
export function bankOf(at: BankPlace, { bic, lei, name, address, clearing, other, branch }: Agent): Bank {
  const country = address?.country;
  return {
    at,
    ...(bic !== undefined && { bic }),
    ...(lei !== undefined && { lei }),
    ...(name !== undefined && { name }),
    ...(country !== undefined && { country }),
    ...(clearing && { clearing: { member: clearing.member, ...(clearing.system !== undefined && { system: clearing.system }) } }),
    ...(other !== undefined && { other }),
    ...(branch !== undefined && { branch }),
  };
}

/** What a bank is called where it has no name. */
export function calledOf({ name, bic, lei, clearing, other }: Partial<Agent>): string | undefined {
  return name ?? bic ?? lei ?? clearing?.member ?? other;
}
