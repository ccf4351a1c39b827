import Type, { type StaticDecode } from 'typebox';
import { AppError } from '../../base/error.ts';
import { Bic } from '../participant/contract.ts';

/** From whom money came, as far as the custodian says. */
export const Sender = Type.Object(
  { name: Type.Optional(Type.String()), number: Type.Optional(Type.String()), agentBic: Type.Optional(Bic) },
  { additionalProperties: false },
);
export type Sender = StaticDecode<typeof Sender>;

/** Where a return goes. */
export type Receiver = Required<Sender>;

/**
 * Where money goes back to: what people say, and the statement where they say nothing. It goes back to where it came from, so nobody
 * names another account or another bank than the statement does; a name is written in many ways.
 * Errors: `settlement.return_receiver_unknown`, `settlement.return_elsewhere`.
 */
export function receiverOf(sender: Sender | null, given: Sender): Receiver {
  const { name, number, agentBic } = { ...sender, ...given };
  if (name === undefined || number === undefined || agentBic === undefined)
    throw new AppError(
      'unprocessable',
      'settlement.return_receiver_unknown',
      'The statement does not name the sender with account and bank. Say its name, its account and the BIC of its bank.',
    );
  const isSame = isOfSame(sender?.number, number, plain) && isOfSame(sender?.agentBic, agentBic, bankOf);
  if (isSame) return { name, number, agentBic };
  throw new AppError(
    'unprocessable',
    'settlement.return_elsewhere',
    'The statement names another account or bank that it came from, and a return goes nowhere else.',
  );
}

const isOfSame = (told: string | undefined, given: string, key: (text: string) => string): boolean =>
  told === undefined || key(told) === key(given);

const plain = (number: string): string => number.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
/** A BIC without its branch. */
const bankOf = (bic: string): string => bic.slice(0, 8).toUpperCase();
