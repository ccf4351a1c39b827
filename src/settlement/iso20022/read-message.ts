import { setImmediate } from 'node:timers/promises';
import { type Carried } from './carried/said.ts';
import { carriedIn, carriedInHeader } from './carried/keep.ts';
import type { Definition, Family, GroupOf, HeaderOf, RecordOf } from './catalogue.ts';
import { definitionOf } from './catalogue.ts';
import { type ApplicationHeader, findMessage, messageOf, readApplicationHeader } from './envelope.ts';
import { amountAsWritten } from './kinds.ts';
import type { Refusal } from './reason.ts';
import { CutLines } from './schema/cut.ts';
import type { Kind, Reader, Spot } from './shape.ts';
import { readXml, type XmlElement, type XmlLimits } from './xml.ts';

/** How the sender calls a transaction; whatever of it is readable is given even when the transaction is refused. */
export type References = { instructionId?: string; endToEndId?: string; transactionId?: string; uetr?: string };

/** A part of a message as read: its value, or why there is none. `value` of what is refused has what could be read of it. */
export type Part<T> = {
  /** From 1, in the order of the file. */
  index: number;
  /** From the message's element, e.g. `PmtInf[2]/CdtTrfTxInf[7]`. */
  path: string;
  /** Of what goes on with a payment: what its order does not keep. */
  carried?: Carried;
} & ({ result: 'ok'; value: T } | { result: 'refused'; value: Partial<T>; refusals: Refusal[] });

/** A record: what is taken or refused by itself. `group` is the index of the group that it stands in, 0 without groups. */
export type RecordReading<T> = Part<T> & { group: number; references: References; amount?: { currency: string; value: string } };

/**
 * A message as read. `refused` means that nothing of it may be taken (its header or sums do not hold, so that something may
 * be lost); otherwise every group and record stands for itself.
 */
export type MessageOf<F extends Family> = {
  family: F;
  version: number;
  /** As banks name it, e.g. `pacs.008.001.08`. */
  message: string;
  application?: ApplicationHeader;
  /** As that of a record, of all of them. */
  carried?: Carried;
  groups: Part<GroupOf<F>>[];
  records: RecordReading<RecordOf<F>>[];
} & ({ result: 'ok'; header: HeaderOf<F>; refusals: Refusal[] } | { result: 'refused'; header: Partial<HeaderOf<F>>; refusals: Refusal[] });

/** Any message that is read; `family` tells which. */
export type AnyMessage = { [F in Family]: MessageOf<F> }[Family];

export type ReadOptions = {
  limits?: Partial<XmlLimits>;
  /** What was said of the encoding beside the document. */ charset?: string | undefined;
  /** Others are refused as not supported. */ families?: readonly Family[];
};

/** A message, and the lines along which its text may be cut for the schema check. */
export type ReadResult = { message: AnyMessage; cut: CutLines };

/**
 * Reads any message of the catalogue, whatever prefixes, encoding and envelope it comes in. Elements are held to their
 * form; rules between them are for `applyRules`, the schema for `Schemas`. A transaction takes about 0.1 ms; for files of
 * hundreds use `readMessageInTurns`.
 *
 * Errors: `iso20022.not_xml`, `iso20022.unsafe_xml`, `iso20022.unsupported_message`.
 */
export function readMessage(bytes: Uint8Array, options: ReadOptions = {}): AnyMessage {
  const steps = readSteps(bytes, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value.message;
  }
}

/** As `readMessage`, but lets the process do other work every few milliseconds, and tells where the text may be cut. */
export async function readMessageInTurns(bytes: Uint8Array, options: ReadOptions = {}): Promise<ReadResult> {
  const steps = readSteps(bytes, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}

function* readSteps(bytes: Uint8Array, options: ReadOptions): Generator<void, ReadResult> {
  let collected = collector();
  // Asked for anew when the document is read a second time, which then begins with nothing.
  const onElement = () => (collected = collector()).onElement;
  const { text, root } = yield* readXml(bytes, { limits: options.limits, charset: options.charset, onElement });
  const found = findMessage(root, options.families);
  const reader: Reader = { refusals: [], codes: {} };
  const application = readApplicationHeader(reader, found);
  const header = found.definition.header.read(reader, { element: found.element, label: '' }) ?? {};
  const { groups, records, cut } = collected;
  if (records.length === 0 && found.definition.needsRecords) {
    const path = found.definition.record.name;
    reader.refusals.push({ code: 'CH21', text: 'The file has no transaction.', path });
  }
  const { family, version, message } = found;
  const { refusals } = reader;
  const { passedOnAs } = found.definition;
  const carried = passedOnAs && carriedInHeader(found.element, passedOnAs);
  const read = { family, version, message, ...(application && { application }), ...(carried && { carried }), header, groups, records };
  cut.finish(text, found);
  // The catalogue holds the kinds of each family together; TypeScript cannot follow that through the lookup.
  return { message: { ...read, refusals, result: refusals.length > 0 ? 'refused' : 'ok' } as unknown as AnyMessage, cut };
}

/** Takes records and groups out of the tree as they end, so that a long file is held as values only. */
function collector() {
  const groups: Part<object>[] = [];
  const records: RecordReading<object>[] = [];
  const cut = new CutLines();
  let open: { element: XmlElement; records: number } | undefined;
  let known: { uri: string; definition?: Definition } = { uri: '' };
  const definitionFor = (uri: string) => {
    if (known.uri !== uri) known = { uri, definition: definitionOf(messageOf(uri) ?? '')?.definition };
    return known.definition;
  };
  const onElement = (element: XmlElement, ancestors: readonly XmlElement[]): boolean => {
    const definition = definitionFor(element.uri);
    const parent = ancestors.at(-1);
    if (!definition || !parent || parent.uri !== element.uri) return false;
    const { group, record } = definition;
    const inGroup = group !== undefined && parent.name === group.name && isMessage(definition, ancestors.at(-2), ancestors.at(-3));
    if (element.name === record.name && (group ? inGroup : isMessage(definition, parent, ancestors.at(-2)))) {
      if (group && open?.element !== parent) open = { element: parent, records: 0 };
      const nth = open ? ++open.records : records.length + 1;
      const up: Spot | undefined = open && { element: parent, label: `${group!.name}[${groups.length + 1}]` };
      records.push(
        readRecord(definition, { element, up, label: `${record.name}[${nth}]` }, records.length + 1, open ? groups.length + 1 : 0),
      );
      cut.record(element);
      return true;
    }
    if (element.name !== group?.name || !isMessage(definition, parent, ancestors.at(-2))) return false;
    open = undefined;
    const part = readPart(group.kind as Kind<object>, { element, label: `${group.name}[${groups.length + 1}]` }, groups.length + 1);
    groups.push(withCarried(part, element, definition));
    cut.group(element);
    return true;
  };
  return { groups, records, cut, onElement };
}

function isMessage(definition: Definition, element: XmlElement | undefined, above: XmlElement | undefined): boolean {
  return element?.name === definition.root && above?.name === 'Document' && above.uri === element.uri;
}

function readPart(kind: Kind<object>, spot: Spot, index: number): Part<object> {
  const reader: Reader = { refusals: [], codes: {} };
  const value = kind.read(reader, spot)!;
  const path = spot.up ? `${spot.up.label}/${spot.label}` : spot.label;
  if (reader.refusals.length === 0) return { index, path, result: 'ok', value };
  return { index, path, result: 'refused', value, refusals: reader.refusals };
}

/** A part with what goes on of it. */
function withCarried(part: Part<object>, element: XmlElement, { passedOnAs }: Definition): Part<object> {
  const carried = passedOnAs && carriedIn(element, passedOnAs);
  return carried ? { ...part, carried } : part;
}

function readRecord(definition: Definition, spot: Spot, index: number, group: number): RecordReading<object> {
  const { record } = definition;
  const read = readPart(record.kind as Kind<object>, spot, index);
  const part = withCarried(read, spot.element, definition);
  const amount = record.amount && amountIn(spot.element, record.amount);
  return { ...part, group, references: referencesIn(part.value), ...(amount && { amount }) };
}

function amountIn(element: XmlElement, paths: string): { currency: string; value: string } | undefined {
  for (const path of paths.split('|')) {
    let at: XmlElement | undefined = element;
    for (const name of path.split('/')) at = at?.children.find((child) => child.name === name && child.uri === element.uri);
    if (at) return amountAsWritten.read({ refusals: [], codes: {} }, { element: at, label: '' });
  }
  return undefined;
}

const REFERENCES = ['instructionId', 'endToEndId', 'transactionId', 'uetr'] as const;

function referencesIn(value: Partial<References>): References {
  const references: References = {};
  for (const name of REFERENCES) if (value[name] !== undefined) references[name] = value[name];
  return references;
}
