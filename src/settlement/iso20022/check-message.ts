import type { Refusal } from './reason.ts';
import { type AnyMessage, type Part, readMessageInTurns, type ReadOptions, type RecordReading } from './read-message.ts';
import { withRefusals, type RuleOptions } from './rules/rule.ts';
import { applyRules } from './rules/rules.ts';
import type { Schemas } from './schema/schemas.ts';

/** What a message is held against beyond being safe, well-formed XML with elements of the right form. */
export type Checks = ReadOptions & {
  /** Without it the schema layer is left out. */
  schemas?: Schemas;
  /** `false` leaves the business rules out; what rules have to know may depend on the message as it was read. */
  rules?: RuleOptions | false | ((read: AnyMessage) => Promise<RuleOptions>);
};

/** A message that went through the layers. `schema` says whether there was a schema to hold it against. */
export type CheckedMessage = { message: AnyMessage; schema: 'checked' | 'not_configured' | 'no_such_schema' };

/**
 * Takes a message through three layers: safe and well-formed, its XML schema, the business rules. What is wrong with one
 * record or group refuses that one, with a code, words and a path; only what puts the whole in doubt refuses the file.
 *
 * Errors: `iso20022.not_xml`, `iso20022.unsafe_xml`, `iso20022.unsupported_message`, `iso20022.schema_check_failed`.
 */
export async function checkMessage(bytes: Uint8Array, { schemas, rules, ...options }: Checks = {}): Promise<CheckedMessage> {
  const { message: read, cut } = await readMessageInTurns(bytes, options);
  const report = await schemas?.check(cut);
  const held = report ? withFindings(read, report.refusals) : read;
  const message = rules === false ? held : applyRules(held, typeof rules === 'function' ? await rules(held) : rules);
  return { message, schema: report === undefined ? 'not_configured' : report.checked ? 'checked' : 'no_such_schema' };
}

/** Puts each finding to the record or group that it is about; the rest is about the file. */
function withFindings(message: AnyMessage, findings: readonly Refusal[]): AnyMessage {
  if (findings.length === 0) return message;
  const owners = Map.groupBy(findings, ({ path }) => ownerOf(message, path));
  const attach = <P extends Part<unknown>>(part: P): P => {
    const known = new Set(part.result === 'refused' ? part.refusals.map(({ path }) => plain(path)) : []);
    return withRefusals(
      part,
      owners.get(part.path)?.filter(({ path }) => !known.has(plain(path))),
    );
  };
  const known = new Set(message.refusals.map(({ path }) => plain(path)));
  const refusals = [...message.refusals, ...(owners.get('') ?? []).filter(({ path }) => !known.has(plain(path)))];
  return {
    ...message,
    result: refusals.length > 0 ? 'refused' : 'ok',
    refusals,
    groups: (message.groups as Part<unknown>[]).map(attach),
    records: (message.records as RecordReading<unknown>[]).map(attach),
  } as unknown as AnyMessage;
}

/** Elements that come once in one reading and several times in another are numbered in one of them only. */
const plain = (path: string) => path.replaceAll('[1]', '');

/** The path of the record or group that a path leads into, empty when it leads into none. */
function ownerOf({ groups, records }: AnyMessage, path: string): string {
  const [first = '', second = ''] = path.split('/');
  const within = (parts: readonly { path: string }[], candidate: string, index: number) => parts[index]?.path === candidate;
  const number = (step: string) => Number(/\[(\d+)\]$/.exec(step)?.[1] ?? 0) - 1;
  if (groups.length === 0) return within(records, first, number(first)) ? first : '';
  if (!within(groups, first, number(first))) return '';
  const record = `${first}/${second}`;
  return (records as readonly { path: string }[]).some(({ path: own }) => own === record) ? record : first;
}
