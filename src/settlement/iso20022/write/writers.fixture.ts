import fc from 'fast-check';
import { ibanOf } from '../../../base/check-digit.ts';
import { type AnyMessage, readMessage } from '../read-message.ts';
import { applyRules } from '../rules/rules.ts';

/** When documents of tests are written. */
export const at = Date.UTC(2026, 10, 24, 9, 30);

/** What is written as whoever receives it reads it, by all rules. */
export const read = (xml: string) => applyRules(readMessage(Buffer.from(xml)));

/** What is refused in a message, its groups and its records. */
export const refusalsOf = (message: AnyMessage) =>
  [message, ...message.groups, ...message.records].flatMap((part) => ('refusals' in part ? part.refusals : []));

/** The whole of a document that is written in pieces. */
export async function joined(pieces: AsyncGenerator<string>): Promise<string> {
  let all = '';
  for await (const piece of pieces) all += piece;
  return all;
}

/** Names in several scripts, with all that XML escapes. */
export const name = fc.stringMatching(/^[A-Za-z\u00c0-\u024f\u0400-\u045f\u4e00-\u4eff'&<>-]{1,40}$/);
/** Identifications (`Max35Text`). */
export const id = fc.stringMatching(/^[A-Za-z0-9-]{1,35}$/);
/** Banks by BIC, of 8 or 11 characters. */
export const bic = fc.stringMatching(/^[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/);
/** Currencies of every number of decimals. */
export const assets = fc.constantFrom('EUR/2', 'JPY/0', 'KWD/3', 'CLF/4');
/** Days of this century, as ISO dates. */
export const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));
/** Accounts by IBAN or by another number. */
export const account = fc.oneof(fc.constant(ibanOf('DE', '370400440532013000')), fc.stringMatching(/^[A-Z0-9]{1,30}$/));
