import { custodyEvents, custodyOperations } from './custody/contract.ts';
import { incomeOperations } from './custody/income-contract.ts';
import { preferenceOperations } from './notification/preference-contract.ts';
import { webhookDisabled, webhookOperations } from './notification/webhook-contract.ts';
import { fxOperations, fxTraded } from './fx/contract.ts';
import { simulatorOperations } from './simulator/contract.ts';
import { liquidityOperations } from './liquidity/contract.ts';
import { amlOperations, amlRulesActivated } from './aml/contract.ts';
import { complianceEvents, complianceOperations } from './compliance/contract.ts';
import { obligationEvents, obligationOperations } from './obligation/contract.ts';
import { overviewOperations } from './overview/contract.ts';
import { breakerMoved, limitsActivated, riskOperations } from './risk/contract.ts';
import { participantOperations, participantStateSet } from './participant/contract.ts';
import { paymentEnded, paymentOperations, paymentRecorded } from './payment/contract.ts';
import { queueOperations } from './queue/contract.ts';
import { feeOperations, invoiceIssued } from './fee/contract.ts';
import { reportChanged, reportOperations } from './report/contract.ts';
import { messageOperations } from './message/contract.ts';
import { recallOverdue, returnOperations } from './return/contract.ts';
import { railEvents, railOperations } from './rail/contract.ts';
import { breakEvents, breakOperations } from './reconciliation/break-contract.ts';
import { reconciliationOperations } from './reconciliation/contract.ts';
import { returnOperations as breakReturnOperations } from './reconciliation/return-contract.ts';
import { screeningOperations } from './screening/contract.ts';
import { listRefused, refreshOperations } from './screening/refresh/contract.ts';
import { rescreeningHit, rescreeningOperations } from './screening/rescreening/contract.ts';
import { businessDayClosed, calendarOperations } from './calendar/contract.ts';
import { clearingOperations, participantExcluded } from './clearing/contract.ts';
import { positionSettled, windowCutOff, windowOperations, windowSettled } from './window/contract.ts';

/** Every public operation of the settlement network, part by part. */
export const operations = [
  ...participantOperations,
  ...paymentOperations,
  ...messageOperations,
  ...returnOperations,
  ...windowOperations,
  ...clearingOperations,
  ...calendarOperations,
  ...screeningOperations,
  ...refreshOperations,
  ...rescreeningOperations,
  ...overviewOperations,
  ...reportOperations,
  ...feeOperations,
  ...amlOperations,
  ...riskOperations,
  ...complianceOperations,
  ...queueOperations,
  ...liquidityOperations,
  ...fxOperations,
  ...obligationOperations,
  ...simulatorOperations,
  ...custodyOperations,
  ...incomeOperations,
  ...railOperations,
  ...reconciliationOperations,
  ...breakOperations,
  ...breakReturnOperations,
  ...webhookOperations,
  ...preferenceOperations,
] as const;

export const events = [
  ...complianceEvents,
  amlRulesActivated,
  breakerMoved,
  fxTraded,
  limitsActivated,
  paymentRecorded,
  paymentEnded,
  windowCutOff,
  participantExcluded,
  businessDayClosed,
  windowSettled,
  positionSettled,
  recallOverdue,
  reportChanged,
  invoiceIssued,
  listRefused,
  rescreeningHit,
  webhookDisabled,
  participantStateSet,
  ...obligationEvents,
  ...custodyEvents,
  ...railEvents,
  ...breakEvents,
] as const;
