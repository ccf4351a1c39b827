import { pow10 } from '../../base/decimal.ts';
import { codeOf, scaleOf } from '../../base/money.ts';
import type { Random } from '../../base/random.ts';
import type { Millis } from '../../base/time.ts';
import type { Order } from '../iso20022/pacs008-transaction.ts';
import { writePacs008 } from '../iso20022/pacs008-writer.ts';
import type { DemoBank } from './network.ts';
import { uuid4 } from './orders.ts';
import type { Submission } from './submissions.ts';

/** Which flaws transactions of the day's files have, by the reason they are refused for. */
export const FLAWS = ['CH20', 'CH20', 'CH20', 'CH20', 'CH20', 'CH20', 'RC04', 'RC04', 'RC04', 'AM01', 'AM01', 'AM03', 'AM03'] as const;

/** A BIC that no participant has. */
const UNKNOWN_BIC = 'NOWHZZ22';

/** Makes an order bad. The asset decides how the writer spells the amount, so one more decimal makes a wrong one. */
export const badTransactions: Readonly<Record<(typeof FLAWS)[number], (order: Order) => Order>> = {
  CH20: (order) => ({ ...order, asset: `${codeOf(order.asset)}/${scaleOf(order.asset) + 1}`, units: order.units * 10n + 5n }),
  RC04: (order) => ({ ...order, creditorAgent: UNKNOWN_BIC }),
  AM01: (order) => ({ ...order, units: 0n }),
  AM03: (order) => ({ ...order, asset: 'XXZ/2', units: 100n * pow10(2) }),
};

/** A file of which nothing may be taken: `refused` with a reason for the whole file, or `unreadable` with an error. */
export type SpoiledFile = { submission: Submission; refused?: string; unreadable?: string };

/** Files as they arrive when something went wrong on the way or at the sender. Their orders are in none of the others. */
export function spoiledFiles(random: Random, banks: readonly DemoBank[], startMs: Millis): SpoiledFile[] {
  const senders = banks.filter(({ channel }) => channel === 'file');
  const spoil = (
    name: string,
    change: (xml: string) => string,
    what: Pick<SpoiledFile, 'refused' | 'unreadable'>,
    i: number,
  ): SpoiledFile => {
    const sender = senders[i % senders.length]!;
    const atMs = (9 + i) * 3_600_000 + random.int(0, 3_000_000);
    const orders = Array.from({ length: 3 }, (_, n) => orderOf(random, sender, banks, n));
    const xml = writePacs008({
      messageId: `${sender.bic.slice(0, 4)}-SPOILED-${i}`,
      createdAt: startMs + atMs,
      instructingAgent: sender.bic,
      transactions: orders.map((order) => ({ order })),
    });
    return {
      submission: { kind: 'file', atMs, sender: sender.bic, name: `${sender.bic}-${name}.xml`, bytes: Buffer.from(change(xml)) },
      ...what,
    };
  };
  const entity = '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<Document ';
  return [
    spoil('wrong-sum', (xml) => xml.replace(/<CtrlSum>.*?<\/CtrlSum>/, '<CtrlSum>1.00</CtrlSum>'), { refused: 'AM10' }, 0),
    spoil('wrong-count', (xml) => xml.replace(/<NbOfTxs>.*?<\/NbOfTxs>/, '<NbOfTxs>4</NbOfTxs>'), { refused: 'AM18' }, 1),
    spoil('cut-short', (xml) => xml.slice(0, Math.floor(xml.length * 0.7)), { unreadable: 'iso20022.not_xml' }, 2),
    spoil('entities', (xml) => xml.replace('<Document ', entity), { unreadable: 'iso20022.unsafe_xml' }, 3),
    spoil(
      'other-message',
      (xml) => xml.replaceAll('pacs.008.001.08', 'pacs.009.001.08'),
      { unreadable: 'iso20022.unsupported_message' },
      4,
    ),
  ];
}

function orderOf(random: Random, sender: DemoBank, banks: readonly DemoBank[], n: number): Order {
  const receiver = banks[sender.partners[0]!]!;
  return {
    uetr: uuid4(random),
    endToEndId: `${sender.bic.slice(0, 4)}-SP-${n}`,
    debtorAgent: sender.bic,
    creditorAgent: receiver.bic,
    debtor: random.pick(sender.customers),
    creditor: random.pick(receiver.customers),
    asset: 'USD/2',
    units: BigInt(random.int(100_000, 900_000)),
  };
}
