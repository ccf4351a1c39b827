import type { Address, Agent, Party, Remittance } from '../parts.ts';
import type { ReasonCode } from '../reason.ts';
import { recordRule, type FileRule, type Rule, type Tell } from './rule.ts';

/** Usage rules in the manner of CBPR+: what correspondent banks have agreed upon beyond the schema. */

/** SWIFT's character set X, in which references are written. */
const SET_X = /^[0-9A-Za-z/\-?:().,'+ ]*$/;
/** What names, addresses and remittance information may have besides. */
const EXTENDED = /^[0-9A-Za-z/\-?:().,'+ !#$%&*=^_`{|}~";<>@[\]\\]*$/;

const payments = ['pacs.008', 'pacs.009'] as const;

const single: FileRule = {
  id: 'C01',
  about: 'A message has exactly one payment.',
  profile: 'cbpr',
  families: ['pacs.008', 'pacs.009', 'pacs.004'],
  file({ records }, { file: tell }) {
    if (records.length > 1) tell('AM18', 'transactions', `A message has one payment, this one has ${records.length}.`);
  },
};

const messageId: FileRule = {
  id: 'C02',
  about: 'The id of a message is written in character set X, without a slash at either end and without two in a row.',
  profile: 'cbpr',
  file({ header }, { file: tell }) {
    checkReference('messageId', header.messageId, tell);
  },
};

const references = recordRule({
  id: 'C03',
  about: 'A payment has a UETR and an instruction id; references are written in character set X.',
  profile: 'cbpr',
  families: payments,
  record({ uetr, instructionId, endToEndId, transactionId }, tell) {
    if (uetr === undefined) tell('CH21', 'uetr', 'The UETR is missing.');
    if (instructionId === undefined) tell('CH21', 'instructionId', 'The instruction id is missing.');
    checkReference('instructionId', instructionId, tell);
    checkReference('endToEndId', endToEndId, tell);
    checkReference('transactionId', transactionId, tell);
  },
});

function checkReference(field: string, text: string | undefined, tell: Tell): void {
  if (text === undefined) return;
  if (!SET_X.test(text)) tell('RR10', field, 'A reference is written in character set X.');
  else if (/^\/|\/$|\/\//.test(text)) tell('CH16', field, 'A reference neither starts nor ends with a slash, nor has two in a row.');
}

const charges = recordRule({
  id: 'C04',
  about: 'Charges are borne by one side or shared, by no scheme rule; what the creditor bears is told.',
  profile: 'cbpr',
  families: ['pacs.008'],
  record({ chargeBearer, charges: taken }, tell) {
    if (chargeBearer === 'SLEV') tell('BE19', 'chargeBearer', 'SLEV is for schemes; say DEBT, CRED or SHAR.');
    if (chargeBearer === 'CRED' && !taken) tell('CH21', 'charges', 'The creditor bears the charges, so they have to be told.');
  },
});

const notes = recordRule({
  id: 'C05',
  about: 'Remittance information is one free text or structured, not both.',
  profile: 'cbpr',
  families: ['pacs.008', 'pain.001'],
  record({ remittance }, tell) {
    if (remittance?.lines && remittance.structured) tell('RR07', 'remittance.structured', 'Free text is given as well.');
    if (remittance?.lines && remittance.lines.length > 1)
      tell('RR07', 'remittance.lines.1', 'Free text is given once, of at most 140 characters.');
    checkRemittance(remittance, tell);
  },
});

function checkRemittance(remittance: Remittance | undefined, tell: Tell): void {
  remittance?.lines?.forEach((line, i) => checkText(`remittance.lines.${i}`, line, tell));
}

function checkText(field: string, text: string | undefined, tell: Tell): void {
  if (text !== undefined && !EXTENDED.test(text)) tell('RR10', field, 'The text has a character that the network does not carry.');
}

const SIDES = { debtor: { name: 'BE08', address: 'BE07' }, creditor: { name: 'BE22', address: 'BE04' } } as const;

const parties = recordRule({
  id: 'C06',
  about: 'Debtor and creditor have a name or a BIC, and an address with a name; addresses are structured.',
  profile: 'cbpr',
  families: ['pacs.008'],
  record(payment, tell) {
    for (const side of ['debtor', 'creditor'] as const) {
      const { name, bic, address } = payment[side];
      const codes = SIDES[side];
      if (name === undefined && bic === undefined) tell(codes.name, `${side}.name`, 'Neither name nor BIC is given.');
      else if (name === undefined && address) tell(codes.name, `${side}.name`, 'An address is given, but no name.');
      checkParty(side, payment[side], codes.address, tell);
    }
    checkParty('ultimateDebtor', payment.ultimateDebtor, 'BE07', tell);
    checkParty('ultimateCreditor', payment.ultimateCreditor, 'BE04', tell);
    checkParty('initiator', payment.initiator, 'CH21', tell);
  },
});

function checkParty(field: string, party: Party | undefined, code: ReasonCode, tell: Tell): void {
  if (!party) return;
  checkText(`${field}.name`, party.name, tell);
  checkAddress(`${field}.address`, party.address, code, tell);
}

/** Since November 2026: a town and a country in elements of their own; besides them at most two lines, and none that repeats them. */
function checkAddress(field: string, address: Address | undefined, code: ReasonCode, tell: Tell): void {
  if (!address) return;
  const { lines = [], town, country } = address;
  if (town === undefined || country === undefined) {
    tell(code, town === undefined ? `${field}.town` : `${field}.country`, 'An address has town and country in elements of their own.');
  }
  if (lines.length > 2) tell(code, `${field}.lines.2`, 'Beside structured elements an address has at most two lines.');
  lines.forEach((line, i) => checkText(`${field}.lines.${i}`, line, tell));
  for (const name of ['street', 'town', 'district'] as const) checkText(`${field}.${name}`, address[name], tell);
}

const AGENTS: readonly [string, ReasonCode][] = [
  ['debtorAgent', 'RC03'],
  ['creditorAgent', 'RC04'],
  ['intermediary1', 'RC11'],
  ['intermediary2', 'RC11'],
  ['intermediary3', 'RC11'],
  ['previousAgent1', 'RC02'],
  ['previousAgent2', 'RC02'],
  ['previousAgent3', 'RC02'],
];

const agents = recordRule({
  id: 'C07',
  about: 'An agent has a BIC, or else a name and an address.',
  profile: 'cbpr',
  families: payments,
  record(payment, tell) {
    const all = payment as Readonly<Record<string, unknown>>;
    for (const [name, code] of AGENTS) checkAgent(name, all[name] as Agent | undefined, code, tell);
  },
});

function checkAgent(field: string, agent: Agent | undefined, code: ReasonCode, tell: Tell): void {
  if (!agent || agent.bic !== undefined) return;
  if (agent.name === undefined || agent.address === undefined)
    tell(code, `${field}.bic`, 'Without a BIC an agent has a name and an address.');
  checkText(`${field}.name`, agent.name, tell);
  checkAddress(`${field}.address`, agent.address, code, tell);
}

const route = recordRule({
  id: 'C08',
  about: 'The agent that instructs and the agent that is instructed are named by their BIC.',
  profile: 'cbpr',
  families: payments,
  record(payment, tell, { header }) {
    for (const name of ['instructingAgent', 'instructedAgent'] as const) {
      if ((payment[name] ?? header[name])?.bic === undefined) tell('RC02', `${name}.bic`, 'The BIC is missing.');
    }
  },
});

export const CBPR_RULES: readonly Rule[] = [single, messageId, references, charges, notes, parties, agents, route];
