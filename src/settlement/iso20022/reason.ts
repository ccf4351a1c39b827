/**
 * The codes of ISO 20022's external code set ExternalStatusReason1Code that this network gives, with the set's names.
 * Banks' systems act on the code, so each is used for its defined meaning only.
 */
export const REASONS = {
  AC01: 'IncorrectAccountNumber',
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
  AM09: 'WrongAmount',
  AM10: 'InvalidControlSum',
  AM11: 'InvalidTransactionCurrency',
  AM12: 'InvalidAmount',
  AM17: 'InvalidPaymentInfoControlSum',
  AM18: 'InvalidNumberOfTransactions',
  AM20: 'InvalidPaymentInfoNumberOfTransactions',
  BE04: 'MissingCreditorAddress',
  BE07: 'MissingDebtorAddress',
  BE08: 'MissingDebtorName',
  BE09: 'InvalidCountry',
  BE10: 'InvalidDebtorCountry',
  BE11: 'InvalidCreditorCountry',
  BE15: 'InvalidIdentificationCode',
  BE16: 'InvalidDebtorIdentificationCode',
  BE17: 'InvalidCreditorIdentificationCode',
  BE19: 'InvalidChargeBearerCode',
  BE22: 'MissingCreditorName',
  CH03: 'RequestedExecutionDateOrRequestedCollectionDateTooFarInFuture',
  CH04: 'RequestedExecutionDateOrRequestedCollectionDateTooFarInPast',
  CH07: 'ElementIsNotToBeUsedAtB-andC-Level',
  CH16: 'ElementContentFormallyIncorrect',
  CH17: 'ElementNotAdmitted',
  CH20: 'DecimalPointsNotCompatibleWithCurrency',
  CH21: 'RequiredCompulsoryElementMissing',
  DT01: 'InvalidDate',
  DT02: 'InvalidCreationDate',
  DT03: 'InvalidNonProcessingDate',
  DT04: 'FutureDateNotSupported',
  DT05: 'InvalidCutOffDate',
  DU01: 'DuplicateMessageID',
  DU02: 'DuplicatePaymentInformationID',
  DU03: 'DuplicateTransaction',
  DUPL: 'DuplicatePayment',
  FF01: 'InvalidFileFormat',
  FF06: 'InvalidCategoryPurposeCode',
  FF07: 'InvalidPurpose',
  FF08: 'InvalidEndToEndId',
  NARR: 'Narrative',
  RC01: 'BankIdentifierIncorrect',
  RC02: 'InvalidBankIdentifier',
  RC03: 'InvalidDebtorBankIdentifier',
  RC04: 'InvalidCreditorBankIdentifier',
  RC11: 'InvalidIntermediaryAgent',
  RR04: 'RegulatoryReason',
  RR07: 'RemittanceInformationInvalid',
  RR09: 'InvalidStructuredCreditorReference',
  RR10: 'InvalidCharacterSet',
} as const;

export type ReasonCode = keyof typeof REASONS;

/**
 * Why a file or a transaction of it is not taken. `path` is the element's place in the message, e.g. `CdtTrfTxInf[3]/Cdtr/Nm`.
 * `rule` names what was broken: `schema` for the XML schema, an id of the rules' table, nothing for the form of an element.
 */
export type Refusal = { code: ReasonCode; text: string; path: string; rule?: string };
