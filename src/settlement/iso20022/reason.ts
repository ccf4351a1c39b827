/**
 * The codes of ISO 20022's external code set ExternalStatusReason1Code that this network gives, with the set's names.
 * Banks' systems act on the code, so each is used for its defined meaning only.
 */
export const REASONS = {
  AC02: 'InvalidDebtorAccountNumber',
  AC03: 'InvalidCreditorAccountNumber',
  AC04: 'ClosedAccountNumber',
  AG01: 'TransactionForbidden',
  AG03: 'TransactionNotSupported',
  AM01: 'ZeroAmount',
  AM02: 'NotAllowedAmount',
  AM03: 'NotAllowedCurrency',
  AM04: 'InsufficientFunds',
  AM05: 'Duplication',
  AM10: 'InvalidControlSum',
  AM12: 'InvalidAmount',
  AM18: 'InvalidNumberOfTransactions',
  BE08: 'MissingDebtorName',
  BE10: 'InvalidDebtorCountry',
  BE11: 'InvalidCreditorCountry',
  BE22: 'MissingCreditorName',
  CH16: 'ElementContentFormallyIncorrect',
  CH17: 'ElementNotAdmitted',
  CH20: 'DecimalPointsNotCompatibleWithCurrency',
  CH21: 'RequiredCompulsoryElementMissing',
  DT01: 'InvalidDate',
  DUPL: 'DuplicatePayment',
  FF07: 'InvalidPurpose',
  FF08: 'InvalidEndToEndId',
  NARR: 'Narrative',
  RC03: 'InvalidDebtorBankIdentifier',
  RC04: 'InvalidCreditorBankIdentifier',
  RC11: 'InvalidIntermediaryAgent',
  RR04: 'RegulatoryReason',
} as const;

export type ReasonCode = keyof typeof REASONS;

/** Why a file or a transaction of it is not taken. `path` is the element's place in the message, e.g. `CdtTrfTxInf[3]/Cdtr/Nm`. */
export type Refusal = { code: ReasonCode; text: string; path: string };
