import { idOf } from '../../base/id.ts';

export const CustodyAccountId = idOf('cst');
export const ProposalId = idOf('prp');
export const ReserveProofId = idOf('rsv');
export const ExpectationId = idOf('fex');
