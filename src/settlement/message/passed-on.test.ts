import { describe, expect, test } from 'vitest';
import { linesOf, recordWith, sampleOf, textPaths } from '../../../test/support/iso-elements.ts';
import { valid } from '../../../test/support/messages.ts';
import { newId, type Uuid } from '../../base/id.ts';
import grammar from '../iso20022/carried/grammar.json' with { type: 'json' };
import { type MessageOf, readMessage } from '../iso20022/read-message.ts';
import type { Member } from '../participant/directory.ts';
import { draftsFor } from './compose-letters.ts';
import { withOthers } from './name-others.ts';
import { bankReadingOf } from './take-pacs009.ts';

const MESSAGE = 'pacs.009.001.09';
const DAY = '2026-11-23';
const NEEDED = new Map([
  ['PmtId/EndToEndId', 'E-1'],
  ['PmtId/UETR', '97ed4827-7b6f-4491-a06f-b548d5a7512d'],
  ['IntrBkSttlmAmt', '3.50'],
  ['IntrBkSttlmDt', DAY],
  ['Dbtr/FinInstnId/BICFI', 'AAAAFIHH'],
  ['Cdtr/FinInstnId/BICFI', 'BBBBNOKK'],
]);

/** What this network needs beside an element. */
const BESIDE: [RegExp, string, string][] = [
  [/^DbtrAgt\//, 'DbtrAgt/FinInstnId/BICFI', 'CCCCNOKK'],
  [/^CdtrAgt\//, 'CdtrAgt/FinInstnId/BICFI', 'DDDDNOKK'],
  [/^Undrlyg/, 'UndrlygCstmrCdtTrf/Dbtr/Nm', 'Aurora Shipping AS'],
  [/^Undrlyg/, 'UndrlygCstmrCdtTrf/Cdtr/Nm', 'Meridian Foods Ltd'],
];

const fileOf = (record: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${MESSAGE}"><FICdtTrf><GrpHdr><MsgId>M-1</MsgId>` +
  `<CreDtTm>${DAY}T10:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr>` +
  `<CdtTrfTxInf>${record}</CdtTrfTxInf></FICdtTrf></Document>`;

const owner = { id: newId(), bic: 'BBBBNOKK' } as Member;

/** What becomes of a payment of banks: who is screened, and what leaves. */
function passed(document: string) {
  const message = readMessage(Buffer.from(document)) as MessageOf<'pacs.009'>;
  const [record] = message.records;
  const reading = withOthers(bankReadingOf(record!, { byBic: new Map() }), message, () => false);
  if (reading.result === 'refused') throw new Error(`${reading.refusal.path} ${reading.refusal.code} ${reading.refusal.text}`);
  const { order, carried, references } = reading;
  const id = newId();
  const origin = { paymentId: id, kind: record!.value.underlying ? 'pacs.009 COV' : 'pacs.009', ...references };
  const at = Date.parse(`${DAY}T12:00:00Z`);
  const { uetr, valueDate, ...rest } = { ...order, uetr: order.uetr as Uuid, valueDate: order.valueDate! };
  const payment = {
    ...rest,
    uetr,
    valueDate,
    id,
    debtorAgentId: newId(),
    creditorAgentId: owner.id,
    receivedAt: at,
    decidedAt: at,
    origin,
  };
  const told = [{ payment: { ...payment, ...(carried && { carried }) }, status: 'settled' as const }];
  const occasion = { tenantId: newId(), about: ['test'], subject: 'test', at, payments: told };
  const sent = valid(draftsFor(owner, new Set(['pacs.009']), occasion)[0]!.document);
  return { order, left: linesOf(sent) };
}

/** Of these this network says itself, or refuses them (RC11). */
const OF_THIS_LEG = /^(?:InstgAgt|InstdAgt|IntrmyAgt[123]|SplmtryData|UndrlygCstmrCdtTrf\/SplmtryData)\//;
/** Whom of the banks at both ends nothing else is said of are the participants. */
const NAMES = /\/(?:Nm|CareOf|AnyBIC|BICFI|LEI|MmbId|TaxId|RegnId)$|(?:OrgId|PrvtId|FinInstnId)\/Othr\/Id$/;
const IMPLIED = /^(?:UndrlygCstmrCdtTrf\/)?(?:DbtrAgt|CdtrAgt)\/FinInstnId\/BICFI$/;
const plain = (text: string) => text.replace('&amp;', '&').replace('&lt;', '<').replace('&gt;', '>');

const paths = textPaths(grammar, MESSAGE).filter(([path]) => !OF_THIS_LEG.test(path));
const elements = [...Map.groupBy(paths, ([path]) => path.replace(/^(UndrlygCstmrCdtTrf\/[^/]+|[^/]+).*/, '$1'))];

describe.each(elements)('%s of pacs.009', (_, below) => {
  test('leaves as it came, every element of it, and whoever it names is screened', () => {
    for (const [path, type] of below) {
      const text = sampleOf(grammar, type);
      const beside = BESIDE.flatMap(([form, at, needed]) => (form.test(path) ? [[at, needed] as const] : []));
      const texts = new Map([[path, text], ...NEEDED, ...beside]);
      const document = valid(fileOf(recordWith(grammar, MESSAGE, texts)));
      const { order, left } = passed(document);
      expect([path, ...left]).toEqual([path, ...linesOf(document)]);
      if (!NAMES.test(path) || texts.get(path) !== text || IMPLIED.test(path)) continue;
      const isScreened = JSON.stringify([order.debtor, order.creditor]).includes(plain(text));
      expect([path, isScreened]).toEqual([path, true]);
    }
  });
});
