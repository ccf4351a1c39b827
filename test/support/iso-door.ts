import type { Uuid } from '../../src/base/id.ts';
import type { Clock } from '../../src/base/time.ts';
import { draftsFor } from '../../src/settlement/message/compose-letters.ts';
import { toldPayments } from '../../src/settlement/message/settled.ts';
import { getPayment, listPayments } from '../../src/settlement/payment/read-payments.ts';
import { submitIso20022 } from '../../src/settlement/payment/submit-iso20022.ts';
import { loadScreeningList } from '../../src/settlement/screening/manage-lists.ts';
import { admitBanks, type Bank } from './fixtures.ts';
import { createTestHouse } from './house.ts';
import { textsOf, valid } from './messages.ts';

export type IsoDoor = Awaited<ReturnType<typeof openIsoDoor>>;

/** A house with two banks and a list in force, whose door takes messages of ISO 20022; `name` begins the ids of their payments. */
export async function openIsoDoor({ name, clock, list }: { name: string; clock: Clock; list: string }) {
  const house = await createTestHouse({ clock });
  const deps = () => house.settlement.deps;
  const [a, b] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n })) as [Bank, Bank];
  let made = 0;

  const load = (document: string) =>
    loadScreeningList(deps(), house.ctx, { id: 'house', allowSmaller: 'true' }, { document: Buffer.from(document) });
  await load(list);

  /** The answer to a message, both valid. */
  const submit = async (document: string) => valid(await submitIso20022(deps(), house.ctx, {}, { document: Buffer.from(valid(document)) }));
  /** The status of the first payment of a message. */
  const send = async (document: string) => textsOf(await submit(document), 'TxSts')[0];
  /** A payment to be written of, from the one bank to the other. */
  const next = () => ({ id: `${name}-${++made}`, uetr: crypto.randomUUID(), from: a, to: b });
  /** A payment by its end-to-end id, the last that was written of unless told. */
  const found = async (query = `${name}-${made}`, from = a) => {
    const { items } = await listPayments(deps(), house.ctx, { query });
    return getPayment(deps(), house.ctx, { id: items.find(({ debtorAgent }) => debtorAgent.id === from.id)!.id });
  };

  /** What the bank that is paid is sent of a payment, the last one unless told. */
  async function forwarded(kind: string, { id }: { id?: Uuid } = {}, to = b): Promise<string> {
    const paymentId = id ?? (await found()).id;
    const payments = await deps().db.read(house.ctx, (tx) => toldPayments(tx, house.tenantId, [paymentId]));
    const owner = (await deps().directory.of(house.tenantId)).byId.get(to.id)!;
    const told = payments.map((payment) => ({ payment, status: 'settled' as const }));
    const occasion = { tenantId: house.tenantId, about: ['test'], subject: 'test', at: clock.now(), payments: told };
    return valid(draftsFor(owner, new Set([kind]), occasion)[0]!.document);
  }
  return { house, a, b, load, submit, send, next, found, forwarded };
}
