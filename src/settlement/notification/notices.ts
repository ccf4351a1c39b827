import type { Event } from '../../base/event.ts';
import { codeOf, toDecimalText } from '../../base/money.ts';

/** What a mail can be about. */
export type NoticeKindName =
  | 'case_waiting'
  | 'sla_breached'
  | 'window_settled'
  | 'position_settled'
  | 'set_off_completed'
  | 'set_off_share_cleared'
  | 'participant_suspended'
  | 'recall_overdue'
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
/** `payment_held` → `Payment held`. */
const words = (data: Data, key: string): string => {
  const text = say(data, key).replaceAll('_', ' ');
  return text.slice(0, 1).toUpperCase() + text.slice(1);
};

const dueText = (data: Data): string => say(data, 'dueAt').slice(0, 16).replace('T', ' at ');

function caseWaiting({ data, subject }: Event): NoticeText {
  const opened = data as Data;
  const detail = `${words(opened, 'kind')}, ${say(opened, 'priority')} priority, due on ${dueText(opened)} UTC.`;
  return { title: `Case ${say(opened, 'number')} waits for a decision`, detail, path: `/cases/${subject}` };
}

function slaBreached({ data, subject }: Event): NoticeText {
  const late = data as Data;
  const detail = `${words(late, 'kind')}, ${say(late, 'priority')} priority, was due on ${dueText(late)} UTC.`;
  return { title: `Case ${say(late, 'number')} has missed its time`, detail, path: `/cases/${subject}` };
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

function positionSettled({ data }: Event): NoticeText {
  const settled = data as { number: number; windowId: string; positions: readonly unknown[] };
  const currencies = settled.positions.length;
  return {
    title: `Your positions in window ${settled.number} are settled`,
    detail: `Final in ${currencies} ${currencies === 1 ? 'currency' : 'currencies'}.`,
    path: `/windows/${settled.windowId}`,
  };
}

/** An amount of an event with its currency, such as `1250.00 EUR`. */
const amount = (data: Data, key: string): string => {
  const asset = say(data, 'asset');
  return `${toDecimalText({ asset, units: BigInt(say(data, key)) })} ${codeOf(asset)}`;
};

function setOffDone({ data, subject }: Event): NoticeText {
  const round = data as Data;
  return {
    title: `Round ${say(round, 'number')} of set-off is done`,
    detail: `${amount(round, 'cleared')} of ${amount(round, 'gross')} cleared, ${say(round, 'discharged')} of ${say(round, 'obligations')} obligations in full.`,
    path: `/set-off/rounds/${subject}`,
  };
}

function shareCleared({ data }: Event): NoticeText {
  const share = data as Data;
  const [owes, owed] = [amount(share, 'owes'), amount(share, 'owed')];
  return {
    title: `Your obligations were set off in round ${say(share, 'number')}`,
    detail: `${amount(share, 'cleared')} is cleared of the ${owes} that the bank owes, and as much of the ${owed} that it is owed. No money moves.`,
    path: `/set-off/rounds/${say(share, 'roundId')}`,
  };
}

function suspended({ data, subject }: Event): NoticeText | undefined {
  const set = data as Data;
  if (set['state'] !== 'suspended') return undefined;
  return { title: `${say(set, 'bic')} is suspended`, detail: 'Its new payments are rejected.', path: `/participants/${subject}` };
}

function recallLate({ data }: Event): NoticeText {
  const late = data as Data;
  return {
    title: `A recall to ${say(late, 'responder')} is overdue`,
    detail: `Asked by ${say(late, 'requester')} (${say(late, 'reason')}), to be answered by ${say(late, 'dueOn')}.`,
    path: '/messages?box=recalls',
  };
}

function reportReady({ data, subject }: Event): NoticeText | undefined {
  const report = data as Data;
  if (report['state'] !== 'done') return undefined;
  return { title: 'A report is ready', detail: `${say(report, 'kind')}: ${say(report, 'rows')} rows.`, path: `/reports?id=${subject}` };
}

function listRefused({ data }: Event): NoticeText {
  const refused = data as Data;
  const isFirst = (data as { inForce?: boolean }).inForce === false;
  const what = isFirst ? 'Its first file was refused' : 'A newer file was refused';
  const detail = `${what} (${say(refused, 'code')}); ${isFirst ? 'no payment is screened against it' : 'the list in force stays'}.`;
  return { title: `The list ${say(refused, 'listId')} could not be ${isFirst ? 'loaded' : 'replaced'}`, detail, path: '/screening' };
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
    label: 'A case waits for a decision',
    about: 'A payment is held, or something else has to be looked at',
    scope: 'screening:write',
    usual: false,
    type: 'settlement.case_opened',
    text: caseWaiting,
  },
  {
    kind: 'sla_breached',
    label: 'A case has missed its time',
    about: 'It is not decided although it was due',
    scope: 'screening:write',
    usual: true,
    type: 'settlement.case_breached',
    text: slaBreached,
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
    kind: 'position_settled',
    label: 'A bank’s positions in a window are settled',
    about: 'What it paid and got on balance is final; a bank is told of itself',
    scope: 'settlement:read',
    usual: false,
    type: 'settlement.position_settled',
    text: positionSettled,
  },
  {
    kind: 'set_off_completed',
    label: 'A round of set-off is done',
    about: 'What was cleared in it of all that is owed',
    scope: 'settlement:read',
    usual: false,
    type: 'settlement.set_off_completed',
    text: setOffDone,
  },
  {
    kind: 'set_off_share_cleared',
    label: 'A bank’s obligations were set off',
    about: 'What a round has cleared of its debts and its claims; a bank is told of itself',
    scope: 'settlement:read',
    usual: false,
    type: 'settlement.set_off_share_cleared',
    text: shareCleared,
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
    kind: 'recall_overdue',
    label: 'A recall is overdue',
    about: 'The bank that was paid has not answered by the day of the scheme; both banks are told',
    scope: 'payments:read',
    usual: true,
    type: 'settlement.recall_overdue',
    text: recallLate,
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
    about: 'A file could not be trusted; the list in force stays, if there is one',
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
