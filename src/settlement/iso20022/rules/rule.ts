import type { Clock, LocalDate } from '../../../base/time.ts';
import { CATALOGUE, type Definition, type Family, type GroupOf, type HeaderOf, isOlder, type RecordOf } from '../catalogue.ts';
import { APPLICATION_HEADER } from '../envelope.ts';
import type { Agent } from '../parts.ts';
import type { AnyMessage, Part, RecordReading } from '../read-message.ts';
import type { ReasonCode, Refusal } from '../reason.ts';
import { type Kind, locate } from '../shape.ts';

/**
 * What the rules need to know of the world. Each is optional: without it the rules that need it are not applied.
 * `network` are the rules that every message has to keep; `cbpr` adds usage rules in the manner of CBPR+.
 */
export type RuleOptions = {
  profile?: 'network' | 'cbpr';
  /** For dates that are past or too far ahead. */
  clock?: Clock;
  isBusinessDay?: (day: LocalDate, currency: string) => boolean;
  /** Whether an agent takes part; asked of the agents of debtor and creditor. */
  isKnownAgent?: (agent: Agent) => boolean;
  /** Whether another message with this id was taken before. */
  isTakenMessage?: (messageId: string) => boolean;
  isTakenUetr?: (uetr: string) => boolean;
  /** Whether an application header may come from this BIC; asked only of messages that have one. */
  isSender?: (bic: string) => boolean;
  /** Whether an application header may be addressed to this BIC. */
  isAddressee?: (bic: string) => boolean;
};

/** Tells that a rule is broken: the code, the field (in the words of the mapping), and what is wrong. */
export type Tell = (code: ReasonCode, field: string, text: string) => void;

type Described = { id: string; about: string; profile?: 'cbpr' };

/** A rule about one record. */
export type RecordRule<F extends Family = Family> = Described & {
  families: readonly F[];
  record: (value: RecordOf<F>, tell: Tell, context: Context<F>) => void;
};
/** A rule about one group: a batch, a statement. */
export type GroupRule<F extends Family = Family> = Described & {
  families: readonly F[];
  group: (value: GroupOf<F>, tell: Tell, context: Context<F> & { records: readonly RecordReading<RecordOf<F>>[] }) => void;
};
/** Tells of the message as a whole, of the application header beside it, of one of its groups, of one of its records. */
export type Tells = { file: Tell; header: Tell; group: (group: Part<unknown>) => Tell; record: (record: RecordReading<unknown>) => Tell };
/** A rule about the whole message; it may also refuse single groups and records. */
export type FileRule = Described & {
  families?: readonly Family[];
  file: (message: AnyMessage, tells: Tells, options: RuleOptions) => void;
};
export type Rule = RecordRule<never> | GroupRule<never> | FileRule;

export type Context<F extends Family> = { header: Partial<HeaderOf<F>>; group?: GroupOf<F>; options: RuleOptions };

/** Declares a rule about records of some families, typed by them. */
export function recordRule<F extends Family>(rule: RecordRule<F>): Rule {
  return rule as unknown as Rule;
}

/** Declares a rule about groups of some families, typed by them. */
export function groupRule<F extends Family>(rule: GroupRule<F>): Rule {
  return rule as unknown as Rule;
}

/**
 * Holds a message against rules: the message with what broke them refused. A record that was refused before stays as it is,
 * since its value is not whole; a refused group refuses its records.
 */
export function judge(message: AnyMessage, rules: readonly Rule[], options: RuleOptions): AnyMessage {
  const definition: Definition = CATALOGUE[message.family];
  const older = isOlder(message.family, message.version);
  const verdicts = { file: [...message.refusals], groups: new Map<number, Refusal[]>(), records: new Map<number, Refusal[]>() };
  // A list is made only when something is told, which is seldom.
  const tellAt =
    (list: () => Refusal[], kind: Kind<unknown>, { path, value }: { path: string; value: unknown }, rule: string): Tell =>
    (code, field, text) =>
      void list().push({ code, text, path: [path, locate(kind, field, value, older)].filter(Boolean).join('/'), rule });
  const telling = (rule: string): Tells => ({
    file: tellAt(() => verdicts.file, definition.header, { path: '', value: message.header }, rule),
    header: tellAt(() => verdicts.file, APPLICATION_HEADER, { path: 'AppHdr', value: message.application }, rule),
    group: (group) => tellAt(() => listIn(verdicts.groups, group.index), definition.group!.kind, group, rule),
    record: (record) => tellAt(() => listIn(verdicts.records, record.index), definition.record.kind, record, rule),
  });
  const applicable = rules.filter(({ profile, families }) => isFor(message.family, families) && (!profile || profile === options.profile));
  for (const rule of applicable) if ('file' in rule) rule.file(message, telling(rule.id), options);
  judgeGroups(message, applicable, telling, options);
  judgeRecords(message, applicable, telling, options);
  return withVerdicts(message, verdicts);
}

const isFor = (family: Family, families: readonly Family[] | undefined) => !families || families.includes(family);

function listIn(lists: Map<number, Refusal[]>, index: number): Refusal[] {
  let list = lists.get(index);
  if (!list) lists.set(index, (list = []));
  return list;
}

type LooseContext = { header: never; group?: never; options: RuleOptions };

function judgeGroups(message: AnyMessage, rules: readonly Rule[], telling: (rule: string) => Tells, options: RuleOptions): void {
  const applicable = rules.filter((rule): rule is GroupRule<never> => 'group' in rule);
  if (applicable.length === 0) return;
  const records: readonly RecordReading<unknown>[] = message.records;
  const inGroup = Map.groupBy(records, ({ group }) => group);
  for (const group of message.groups as readonly Part<unknown>[]) {
    if (group.result === 'refused') continue;
    const context = { header: message.header as never, options, records: (inGroup.get(group.index) ?? []) as never };
    for (const rule of applicable) rule.group(group.value as never, telling(rule.id).group(group), context);
  }
}

function judgeRecords(message: AnyMessage, rules: readonly Rule[], telling: (rule: string) => Tells, options: RuleOptions): void {
  const applicable = rules.filter((rule): rule is RecordRule<never> => 'record' in rule);
  const groups = message.groups as readonly Part<unknown>[];
  for (const record of message.records as readonly RecordReading<unknown>[]) {
    if (record.result === 'refused') continue;
    const context: LooseContext = { header: message.header as never, group: groups[record.group - 1]?.value as never, options };
    for (const rule of applicable) rule.record(record.value as never, telling(rule.id).record(record), context);
  }
}

type Verdicts = { file: Refusal[]; groups: Map<number, Refusal[]>; records: Map<number, Refusal[]> };

function withVerdicts(message: AnyMessage, { file, groups, records }: Verdicts): AnyMessage {
  const judged = (message.groups as Part<unknown>[]).map((part) => withRefusals(part, groups.get(part.index)));
  const verdictOn = (record: RecordReading<unknown>) => {
    const part = withRefusals(record, records.get(record.index));
    const group = judged[record.group - 1];
    return group?.result === 'refused' ? withRefusals(part, group.refusals.slice(0, 1)) : part;
  };
  return {
    ...message,
    result: file.length > 0 ? 'refused' : 'ok',
    refusals: file,
    groups: judged,
    records: (message.records as RecordReading<unknown>[]).map(verdictOn),
  } as unknown as AnyMessage;
}

/** A part with further reasons for refusing it, if there are any. */
export function withRefusals<P extends Part<unknown>>(part: P, refusals: readonly Refusal[] | undefined): P {
  if (!refusals || refusals.length === 0) return part;
  const before = part.result === 'refused' ? part.refusals : [];
  return { ...part, result: 'refused', refusals: [...before, ...refusals] };
}
