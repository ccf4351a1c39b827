import { describe, expect, test } from 'vitest';
import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { AnyMessage } from '../iso20022/read-message.ts';
import { rulesFor } from './message-rules.ts';

const NORD = '0192837465ab7def8192837465abcd01' as Uuid;
const participants = ['NORDFIHH', 'AURONOKK', 'MERIDEFF'].map((bic) => ({ bic, messaging: { usage: 'network', agents: [] } }));

/** Asked as the product asks: by the caller's bank and the addressee. */
const world = (addresses: string[]) =>
  ({
    clock: { now: () => 0 },
    networkAddresses: new Set(addresses),
    directory: {
      of: async (_tenant: Uuid, { bics }: { bics: string[] }) => ({
        byId: new Map([[NORD, participants[0]]]),
        byBic: new Map(participants.filter(({ bic }) => bics.includes(bic)).map((one) => [one.bic, one])),
      }),
    },
  }) as unknown as Parameters<typeof rulesFor>[0];

async function isTaken(to: string, addresses: string[]): Promise<boolean> {
  const record = { value: { creditorAgent: { bic: 'AURONOKK' } } };
  const message = { application: { to: { bic: to } }, header: {}, records: [record] } as unknown as AnyMessage;
  const { isAddressee } = await rulesFor(world(addresses), { tenantId: NORD, memberId: NORD } as unknown as Ctx, message);
  return isAddressee!(to);
}

describe('for whom the header of a message may be', () => {
  test('is the network by its addresses and the bank that is paid, where the network has addresses', async () => {
    expect(await isTaken('RIALDEFF', ['RIALDEFF'])).toBe(true);
    expect(await isTaken('RIALDEFFXXX', ['RIALDEFF'])).toBe(true);
    expect(await isTaken('AURONOKK', ['RIALDEFF'])).toBe(true);
    expect(await isTaken('ELSEDEFF', ['RIALDEFF'])).toBe(false);
    expect(await isTaken('MERIDEFF', ['RIALDEFF'])).toBe(false);
  });

  test('is whoever is no participant, and the bank that is paid, where it has none', async () => {
    expect(await isTaken('ELSEDEFF', [])).toBe(true);
    expect(await isTaken('AURONOKK', [])).toBe(true);
    expect(await isTaken('MERIDEFF', [])).toBe(false);
  });
});
