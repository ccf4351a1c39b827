import { newId, type Uuid } from '../../src/base/id.ts';
import type { Ctx } from '../../src/base/context.ts';
import { Secret } from '../../src/base/secret.ts';
import { approveProposal } from '../../src/settlement/custody/decide-proposal.ts';
import { executorsOf } from '../../src/settlement/custody/executors.ts';
import { getCustody } from '../../src/settlement/custody/funding.ts';
import { proposeCustodyAccount, proposePayoutAccount } from '../../src/settlement/custody/propose.ts';
import { proposeRail } from '../../src/settlement/rail/manage-rails.ts';
import type { TestHouse } from './house.ts';

/** What rails of tests are made with; their folder is not used. */
export const railSettings = {
  masterKey: new Secret<Uint8Array>(new Uint8Array(32).fill(3)),
  folder: '/nowhere',
  allowedHosts: ['127.0.0.1'],
};

const executors = executorsOf(railSettings);
const reason = 'For a test of custody';

/** Another person of the operator. */
function secondPerson(house: TestHouse): Ctx {
  const { ctx } = house;
  return { ...ctx, actor: { ...ctx.actor, id: newId(), name: 'second@rialto.test' } };
}

/** Lets the second person approve what the first has proposed. */
export async function approve(house: TestHouse, proposal: Promise<{ id: Uuid }>): Promise<void> {
  await approveProposal(house.settlement.deps, secondPerson(house), { id: (await proposal).id, comment: 'Seen' }, executors);
}

export type CustodySetup = { asset?: string; number?: string; servicerBic?: string };

/** A custody account; answers with its id. */
export async function openCustodyAccount(house: TestHouse, setup: CustodySetup = {}): Promise<Uuid> {
  const { asset = 'EUR/2', number = 'DE89370400440532013000', servicerBic = 'MARKDEFF' } = setup;
  await approve(
    house,
    proposeCustodyAccount(house.settlement.deps, house.ctx, { asset, name: `Custody ${number}`, number, servicerBic, reason }),
  );
  const { items } = await getCustody(house.settlement.deps, house.ctx);
  return items.find((account) => account.number === number && account.asset === asset)!.id;
}

/** A rail over HTTP to a bank. */
export async function openRail(
  house: TestHouse,
  id: string,
  change: { servicerBic?: string; cutOff?: string; kind?: 'http' | 'iso20022_file' } = {},
): Promise<void> {
  const { kind = 'http', servicerBic = 'MARKDEFF', cutOff } = change;
  const rail = {
    id,
    kind,
    name: id,
    servicerBic,
    zone: 'UTC',
    reason,
    ...(kind === 'http' && { url: 'http://127.0.0.1:1' }),
    ...(cutOff && { cutOff }),
  };
  await approve(house, proposeRail(house.settlement.deps, house.ctx, rail, railSettings));
}

/** Where a bank is paid out to in euro. */
export async function setPayoutAccount(house: TestHouse, id: Uuid, asset = 'EUR/2'): Promise<void> {
  const to = { asset, holder: 'The bank itself', number: 'FI2112345600000785', agentBic: 'NORDFIHH', reason };
  await approve(house, proposePayoutAccount(house.settlement.deps, house.ctx, { id, ...to }));
}
