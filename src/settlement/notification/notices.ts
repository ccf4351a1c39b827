import type { Event } from '../../base/event.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';

/** What a mail can be about. */
export type NoticeKindName =
  | 'case_waiting'
  | 'window_settled'
  | 'participant_suspended'
  | 'report_ready'
  | 'list_refused'
  | 'webhook_disabled';

/** One notice in words: what happened, what to know of it, and the page of the console to look at. Names of parties stay out. */
export type NoticeText = { title: string; detail: string; path: string };

/** A kind of notice as data: who may have it, of which event it is made, and its words; undefined when the event is none. */
export type NoticeKind = {
  kind: NoticeKindName;
  label: string;
  about: string;
  scope: string;
  /** Whether those who have said nothing get it. */
  usual: boolean;
  type: string;
  text(event: Event): NoticeText | undefined;
};

type Data = Readonly<Record<string, string | number>>;

const say = (data: Data, key: string): string => String(data[key] ?? '');
const amount = (data: Data): string => {
  const asset = say(data, 'asset');
  return `${toDecimalText({ asset, units: BigInt(say(data, 'units')) })} ${codeOf(asset)}`;
};

function caseWaiting({ data, subject }: Event): NoticeText | undefined {
  const payment = data as Data;
  if (payment['status'] !== 'held') return undefined;
  const detail = `${amount(payment)} from ${say(payment, 'debtorAgent')} to ${say(payment, 'creditorAgent')} waits for a decision.`;
  return { title: 'A payment is held', detail, path: `/payments/${subject}` };
}

function windowSettled({ data, subject }: Event): NoticeText {
  const window = data as { number: number; currencies: readonly unknown[] };
  const currencies = window.currencies.length;
  return {
    title: `Window ${window.number} is settled`,
    detail: `Final in ${currencies} ${currencies === 1 ? 'currency' : 'currencies'}.`,
    path: `/windows/${subject}`,
  };
}

function suspended({ data, subject }: Event): NoticeText | undefined {
  const set = data as Data;
  if (set['state'] !== 'suspended') return undefined;
  return { title: `${say(set, 'bic')} is suspended`, detail: 'Its new payments are rejected.', path: `/participants/${subject}` };
}

function reportReady({ data, subject }: Event): NoticeText | undefined {
  const report = data as Data;
  if (report['state'] !== 'done') return undefined;
  return { title: 'A report is ready', detail: `${say(report, 'kind')}: ${say(report, 'rows')} rows.`, path: `/reports?id=${subject}` };
}

function listRefused({ data }: Event): NoticeText {
  const refused = data as Data;
  const detail = `A newer file was refused (${say(refused, 'code')}); the list in force stays.`;
  return { title: `The list ${say(refused, 'listId')} could not be replaced`, detail, path: '/screening' };
}

function webhookDisabled({ data }: Event): NoticeText {
  const disabled = data as Data;
  const detail = `${say(disabled, 'reason')}. What waits is kept; make it active and replay it.`;
  return { title: `The webhook to ${say(disabled, 'host')} is switched off`, detail, path: '/notifications' };
}

/** Every kind of notice. Another part adds one by a line here for an event of its contract. */
export const NOTICES: readonly NoticeKind[] = [
  {
    kind: 'case_waiting',
    label: 'A payment waits for a decision',
    about: 'A payment is held since a party of it matches a list or a rule',
    scope: 'screening:write',
    usual: false,
    type: 'settlement.payment_recorded',
    text: caseWaiting,
  },
  {
    kind: 'window_settled',
    label: 'A window is settled',
    about: 'Every currency of a netting window is final',
    scope: 'settlement:read',
    usual: false,
    type: 'settlement.window_settled',
    text: windowSettled,
  },
  {
    kind: 'participant_suspended',
    label: 'A participant is suspended',
    about: 'New payments of a bank are rejected until it is let in again',
    scope: 'participants:read',
    usual: true,
    type: 'settlement.participant_state_set',
    text: suspended,
  },
  {
    kind: 'report_ready',
    label: 'A report is ready',
    about: 'A report has been written and can be downloaded',
    scope: 'settlement:read',
    usual: false,
    type: 'settlement.report_changed',
    text: reportReady,
  },
  {
    kind: 'list_refused',
    label: 'A screening list is refused',
    about: 'A newer file could not be trusted; the list in force stays',
    scope: 'screening:read',
    usual: true,
    type: 'settlement.list_refused',
    text: listRefused,
  },
  {
    kind: 'webhook_disabled',
    label: 'A webhook is switched off',
    about: 'Every attempt has failed for three days, or the target says it is gone',
    scope: 'notifications:write',
    usual: true,
    type: 'settlement.webhook_disabled',
    text: webhookDisabled,
  },
];
