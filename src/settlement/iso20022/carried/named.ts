import { isBic, isLei } from '../../../base/check-digit.ts';
import type { Mention } from '../../payment/party.ts';
import type { Named } from '../mentions.ts';
import { first } from '../xml-writer.ts';
import type { Carried, Said } from './said.ts';

/**
 * Whoever is named in what goes on with a payment: each name, BIC, LEI and number of somebody, at its element. So nobody leaves whom
 * no list was asked about, wherever a message may name them.
 */
export function namedInCarried(carried: Carried): Named[] {
  return carried.flatMap((said) => namedIn(said, ''));
}

type Known = Omit<Mention, 'at'>;

/** Elements whose text names somebody, and what it is of them. */
const NAMING: ReadonlyMap<string, (text: string) => Known | undefined> = new Map([
  ['Nm', nameOf],
  ['CareOf', nameOf],
  ['AnyBIC', bicOf],
  ['BICFI', bicOf],
  ['LEI', (text: string) => (isLei(text) ? { lei: text } : numberOf(text))],
  ['MmbId', numberOf],
  ['TaxId', numberOf],
  ['RegnId', numberOf],
]);
/** An `Othr` in these holds a number that somebody gives. */
const NUMBERED = /\/(?:OrgId|PrvtId|FinInstnId)\/Othr$/;

function namedIn([name, content]: Said, above: string): Named[] {
  const path = above === '' ? name : `${above}/${name}`;
  if (content === null) return [];
  if (typeof content !== 'string') return content.flatMap((said) => namedIn(said, path));
  const known = name === 'Id' && NUMBERED.test(above) ? numberOf(content) : NAMING.get(name)?.(content);
  return known ? [{ side: sideOf(path), mention: { at: placeOf(path), ...known } }] : [];
}

function nameOf(text: string): Known | undefined {
  return /[\p{L}\p{N}]/u.test(text) ? { name: first(140, plain(text)) } : undefined;
}

function bicOf(text: string): Known {
  return isBic(text) ? { bic: text } : numberOf(text);
}

function numberOf(text: string): Known {
  return { ids: [{ id: first(256, plain(text)) }] };
}

// oxlint-disable-next-line no-control-regex -- of which none are kept in orders
const plain = (text: string) => text.replace(/[\u0000-\u001f\u007f]/g, ' ');

/** The element of who is named, without that of the name itself. */
function placeOf(path: string): string {
  const at = path.replace(/(?:\/(?:OrgId|PrvtId|FinInstnId|Othr|ClrSysMmbId|Nm|AnyBIC|BICFI|LEI|MmbId|TaxId|RegnId))+(?:\/Id)?$/, '');
  return at.length <= 70 ? at : at.slice(-70).replace(/^[^/]*\//, '');
}

const sideOf = (path: string): Named['side'] =>
  /^(?:UndrlygCstmrCdtTrf\/)?(?:Ultmt)?Cdtr|\/(?:Invcr|Cdtr)(?:\/|$)/.test(path) ? 'creditor' : 'debtor';
