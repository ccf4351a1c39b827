import { approveBreakFunding, approveWriteOff } from '../reconciliation/approve-breaks.ts';
import { approveBreakReturn } from '../reconciliation/approve-return.ts';
import { approveBreakReversal } from '../reconciliation/work-missing.ts';
import { approveIncomePayout } from '../rail/pay-out-income.ts';
import { approveHeldInstruction } from '../rail/decide-held.ts';
import { approveInstructionOutcome, approveRail } from '../rail/manage-rails.ts';
import type { RailSettings } from '../rail/transport.ts';
import { approveCustodyAccount, approveCustodyPolicy, approveMint, approvePayoutAccount } from './approve.ts';
import type { Executors } from './decide-proposal.ts';

/** How an approved act of each kind is done. */
export function executorsOf(settings: Pick<RailSettings, 'masterKey'>): Executors {
  return {
    custody_account: approveCustodyAccount,
    payout_account: approvePayoutAccount,
    custody_policy: approveCustodyPolicy,
    mint: approveMint,
    rail: approveRail(settings),
    instruction_outcome: approveInstructionOutcome,
    fund_break: approveBreakFunding,
    write_off: approveWriteOff,
    reverse_break: approveBreakReversal,
    return_break: approveBreakReturn,
    held_instruction: approveHeldInstruction,
    income_payout: approveIncomePayout,
  };
}
