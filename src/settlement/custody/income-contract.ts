import Type from 'typebox';
import { Asset, PositiveUnits, Units, WholeUnits } from '../../base/money.ts';
import { operation } from '../../base/operation.ts';
import { Bic } from '../participant/contract.ts';
import { AccountNumber, Proposal, Reason, Reference } from './contract.ts';

const closed = { additionalProperties: false };

/** fees: of invoices. exchange_fees: of exchanges of currencies. exchange_rounding: what is left over when those are rounded. */
export const IncomeSource = Type.Union([Type.Literal('fees'), Type.Literal('exchange_fees'), Type.Literal('exchange_rounding')]);

const Income = Type.Object(
  {
    asset: Asset,
    source: IncomeSource,
    /** What stands on the income account. */
    stands: Units,
    /** Of that, invoiced and still owed by banks: no money stands behind it. */
    unpaid: WholeUnits,
    /** On its way out. */
    payingOut: WholeUnits,
    /** What may be paid out: covered by money in custody beyond all that participants are owed. */
    payable: WholeUnits,
  },
  closed,
);

export const getIncome = operation({
  name: 'settlement.get_income',
  method: 'GET',
  path: '/v1/custody/income',
  summary: 'What the operator has earned in each currency by fees and exchanges, and how much of it can be paid out',
  scope: 'settlement:read',
  cost: 'heavy',
  output: Type.Object({ items: Type.Array(Income) }, closed),
  errors: ['settlement.operator_only'],
  example: {},
});

export const proposeIncomePayout = operation({
  name: 'settlement.propose_income_payout',
  method: 'POST',
  path: '/v1/custody/income/payouts',
  summary: 'Proposes to pay income of the operator out of custody; approved, it is held and sent by a rail, and ends when that has paid',
  scope: 'settlement:write',
  cost: 'normal',
  status: 202,
  body: Type.Object(
    {
      asset: Asset,
      source: IncomeSource,
      units: PositiveUnits,
      /** Where it goes: an account of the operator's own. */
      holder: Type.String({ minLength: 1, maxLength: 140, examples: ['Rialto Network Operations Ltd'] }),
      number: AccountNumber,
      agentBic: Bic,
      reference: Reference,
      reason: Reason,
    },
    closed,
  ),
  output: Proposal,
  errors: [
    'settlement.operator_only',
    'settlement.bic_invalid',
    'settlement.income_short',
    'settlement.rail_missing',
    'settlement.custody_short',
    'settlement.person_required',
    'request.key_reused',
  ],
  example: {
    body: {
      asset: 'EUR/2',
      source: 'fees',
      units: '125000',
      holder: 'Rialto Network Operations Ltd',
      number: 'FI2112345600000785',
      agentBic: 'NORDFIHH',
      reference: 'FEES-2026-11',
      reason: 'Fees of November, after the close of the books',
    },
  },
});

export const incomeOperations = [getIncome, proposeIncomePayout] as const;
