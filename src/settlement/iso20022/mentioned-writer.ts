import type { Mention } from '../payment/party.ts';
import type { Order } from './pacs008-transaction.ts';
import { institution, isExpressible, leaf, moneyElement, tag, type Xml } from './xml-writer.ts';

/** Whom a message named beside parties and banks, where the message that is sent on has a place for them. */

type Sides = Record<'debtor' | 'creditor', Pick<Order['debtor'], 'mentions'>>;

/** Schemes that tell the two numbers of a tax party apart. */
export const TAX_NUMBER = { tax: 'TXID', registration: 'RegnId' } as const;

const MOST_DIGITS = 35;

/**
 * What banks took on the way, each with its amount, behind the amount that was instructed and its rate: all of it, or nothing where
 * ISO 20022 could not carry one.
 */
export function chargesOf({ asset, debtor }: Pick<Order, 'asset' | 'debtor'>): Record<'instructed' | 'rate' | 'charges', Xml> {
  const taken = (debtor.mentions ?? []).flatMap(({ at, charge, ...bank }) => (at === 'ChrgsInf/Agt' && charge ? [{ charge, bank }] : []));
  const of = taken[0]?.charge;
  const none = { instructed: '', rate: '', charges: '' };
  if (!of || ![of.instructed, ...taken.map(({ charge }) => charge)].map(moneyOf).every(isExpressible)) return none;
  // A rate is told exactly where the currencies differ.
  const isExchanged = of.instructed.asset !== asset;
  if (isExchanged && !isRate(of.rate)) return none;
  const charges = taken.map(({ charge, bank }) => {
    const agent = institution('Agt', bank);
    return agent === '' ? '' : tag('ChrgsInf', moneyElement('Amt', moneyOf(charge)), agent);
  });
  const rate = isExchanged ? leaf('XchgRate', of.rate) : '';
  return { instructed: moneyElement('InstdAmt', moneyOf(of.instructed)), rate, charges: charges.join('') };
}

const moneyOf = ({ asset, units }: { asset: string; units: string }) => ({ asset, units: BigInt(units) });

/** ISO 20022's BaseOneRate has at most eleven digits. */
const isRate = (rate: string | undefined) => rate !== undefined && rate.replace('.', '').length <= 11;

/** Who pays a tax and to whom, by numbers and who signed; `prefix` of the payment that one covers. */
export function taxOf({ debtor, creditor }: Sides, prefix = ''): Xml {
  const named = (mentions: readonly Mention[] = [], at: string) => mentions.filter((one) => one.at === `${prefix}Tax/${at}`);
  const numbers = (mentions: readonly Mention[]) => {
    const of = (wanted: string) =>
      mentions.flatMap(({ ids = [] }) => ids).find(({ id, scheme }) => scheme === wanted && id.length <= MOST_DIGITS);
    return [leaf('TaxId', of(TAX_NUMBER.tax)?.id), leaf('RegnId', of(TAX_NUMBER.registration)?.id)];
  };
  const [signatory] = named(debtor.mentions, 'Dbtr/Authstn');
  return tag(
    'Tax',
    tag('Cdtr', ...numbers(named(creditor.mentions, 'Cdtr'))),
    tag('Dbtr', ...numbers(named(debtor.mentions, 'Dbtr')), tag('Authstn', leaf('Nm', signatory?.name))),
  );
}
