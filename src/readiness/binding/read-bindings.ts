import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isNode, LineCounter, parseDocument, type Document, type Pair, isMap, isScalar } from 'yaml';
import { AppError } from '../../base/error.ts';
import { isLocalDate } from '../../base/time.ts';
import type { CheckKind } from '../check/check.ts';
import { unheldIn } from '../check/unheld.ts';
import { BINDING_SHAPE, DISPOSITION_SHAPES, FILE_SHAPE } from './binding-shape.ts';
import type { Bindings, BoundCheck } from './binding.ts';

/** The kinds of checks that are known: parameters are held against their shape, and each must be one that is looked at. */
export type KnownKinds = { find(name: string): Pick<CheckKind, 'params' | 'unheld'> | undefined };

/** One thing wrong with a file of bindings, with its place from line 1 and column 1. */
export type BindingProblem = { line: number; column: number; text: string };

const MAX_BYTES = 16 * 1024 * 1024;
// Anchors are welcome for checks that recur; more than this would be a trick to exhaust memory.
const MAX_ALIASES = 20_000;

type Path = readonly (string | number)[];
type Finding = { keyword: string; schemaPath: string; instancePath: string; message: string; params: object };
/** One reading: what is found is noted with its place in the file. */
type Reading = { kinds: KnownKinds | undefined; report(path: Path, text: string): void };

const shapes = new WeakMap<TSchema, ReturnType<typeof Compile>>();

/**
 * Reads a file of bindings strictly. With `kinds`, unknown kinds of checks and parameters that do not fit are refused.
 * Errors: `readiness.bindings_invalid`, naming every problem with its place as `file:line:column`.
 */
export function readBindings(text: string, options: { file: string; kinds?: KnownKinds }): Bindings {
  const { bindings, problems } = examineBindings(text, options.kinds);
  if (bindings) return bindings;
  const lines = problems.map(({ line, column, text: what }) => `  ${options.file}:${line}:${column} ${what}`);
  const message = `The bindings have ${problems.length} problem(s):\n${lines.join('\n')}`;
  throw new AppError('invalid', 'readiness.bindings_invalid', message);
}

/** The same without an error: the bindings, or every problem in the order of the file. */
export function examineBindings(text: string, kinds?: KnownKinds): { bindings?: Bindings; problems: readonly BindingProblem[] } {
  if (Buffer.byteLength(text) > MAX_BYTES) return { problems: [{ line: 1, column: 1, text: `is larger than ${MAX_BYTES} bytes` }] };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, version: '1.2', schema: 'core' });
  const found: (BindingProblem & { offset: number })[] = [];
  const note = (offset: number, what: string) => {
    const { line, col } = counter.linePos(offset);
    found.push({ line: Math.max(1, line), column: Math.max(1, col), text: what, offset });
  };
  for (const error of document.errors) note(error.pos[0], `is not YAML: ${error.message.split('\n', 1)[0]!.replace(/ at line \d.*$/, '')}`);
  const value = found.length > 0 ? undefined : valueOf(document, note);
  if (value !== undefined) checkFile(value, { kinds, report: (path, what) => note(offsetOf(document, path), what) });
  if (found.length === 0) return { bindings: value as Bindings, problems: [] };
  const problems = found.sort((a, b) => a.offset - b.offset).map(({ line, column, text: what }) => ({ line, column, text: what }));
  return { problems };
}

/** What is wrong with the checks of a binding that was read before, where what is known of the kinds has to be asked. */
export function problemsOfKinds(binding: Bindings['bindings'][number], kinds: KnownKinds): string[] {
  const found: string[] = [];
  checkBinding(binding, ['bindings', 0], { kinds, report: (_path, text) => void found.push(text) });
  return found;
}

function valueOf(document: Document, note: (offset: number, what: string) => void): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? null;
  } catch (error) {
    note(0, `cannot be read: ${(error as Error).message}`);
    return undefined;
  }
}

function checkFile(value: unknown, reading: Reading): void {
  if (!fits(FILE_SHAPE, value, [], reading)) return;
  (value as { bindings: unknown[] }).bindings.forEach((binding, at) => checkBinding(binding, ['bindings', at], reading));
}

type Loose = {
  confirmed?: { at?: unknown };
  disposition?: { kind?: unknown; until?: unknown; checks?: unknown; silence?: unknown };
};

function checkBinding(value: unknown, path: Path, reading: Reading): void {
  fits(BINDING_SHAPE, value, path, reading);
  const { confirmed, disposition } = (value ?? {}) as Loose;
  checkDay(confirmed?.at, [...path, 'confirmed', 'at'], reading);
  if (typeof disposition !== 'object' || disposition === null || typeof disposition.kind !== 'string') return;
  const here = [...path, 'disposition'];
  const shape = DISPOSITION_SHAPES[disposition.kind];
  if (!shape || !Object.hasOwn(DISPOSITION_SHAPES, disposition.kind))
    return reading.report([...here, 'kind'], `disposition.kind must be one of ${Object.keys(DISPOSITION_SHAPES).join(', ')}`);
  const whole = fits(shape, disposition, here, reading);
  checkDay(disposition.until, [...here, 'until'], reading);
  if (whole && disposition.checks !== undefined)
    (disposition.checks as BoundCheck[]).forEach((check, at) => checkCheck(check, [...here, 'checks', at], reading));
  if (whole && disposition.silence !== undefined) checkSilence(disposition as Silent, [...here, 'silence'], reading);
}

type Silent = { checks: BoundCheck[]; silence: { control: BoundCheck[] } };

/** A control that asks the same target, or none, would tell nothing of the network. */
function checkSilence({ checks, silence: { control } }: Silent, path: Path, reading: Reading): void {
  const asked = new Set(checks.map(({ params }) => params['target']));
  for (const [at, check] of control.entries()) {
    const here = [...path, 'control', at];
    checkCheck(check, here, reading);
    const target = check.params['target'];
    if (typeof target !== 'string') reading.report([...here, 'params'], 'a control must ask a target');
    else if (asked.has(target)) reading.report([...here, 'params', 'target'], 'a control must ask another target than what it controls');
  }
}

function checkCheck(check: BoundCheck, path: Path, reading: Reading): void {
  if (!reading.kinds) return;
  const kind = reading.kinds.find(check.kind);
  if (!kind) return reading.report([...path, 'kind'], `there is no check of the kind ${JSON.stringify(check.kind)}`);
  if (!fits(kind.params, check.params, [...path, 'params'], reading)) return;
  const unheld = unheldIn(kind, check.params);
  if (unheld) reading.report([...path, 'params', unheld.name], unheld.why);
}

function checkDay(moment: unknown, path: Path, { report }: Reading): void {
  if (typeof moment !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(moment)) return;
  const sound = isLocalDate(moment.slice(0, 10)) && !Number.isNaN(Date.parse(moment));
  if (!sound) report(path, `${fieldOf(path)} is not a day that exists`);
}

/** Whether a value has a shape; what does not fit is reported, each field once. */
function fits(shape: TSchema, value: unknown, path: Path, { report }: Reading): boolean {
  let checker = shapes.get(shape);
  if (!checker) shapes.set(shape, (checker = Compile(shape)));
  if (checker.Check(value)) return true;
  const findings = checker.Errors(value) as unknown as Finding[];
  const unions = findings.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf').map(({ schemaPath }) => schemaPath);
  const seen = new Set<string>();
  for (const finding of findings) {
    const { keyword, schemaPath, instancePath } = finding;
    // An unknown field is reported twice and a union once per branch; one line each is enough.
    if (keyword === 'boolean' || unions.some((union) => schemaPath.startsWith(`${union}/`))) continue;
    const kind = `${keyword} ${instancePath}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    tell(finding, [...path, ...stepsOf(instancePath, value)], report);
  }
  return false;
}

function tell({ keyword, message, params, instancePath }: Finding, path: Path, report: Reading['report']): void {
  const field = fieldOf(path);
  if (keyword === 'additionalProperties') {
    const names = (params as { additionalProperties?: string[] }).additionalProperties ?? [];
    for (const name of names) report([...path, name], `${field} has no field ${JSON.stringify(name.slice(0, 64))}`);
    return;
  }
  if (keyword === 'required') {
    const names = (params as { requiredProperties?: string[] }).requiredProperties ?? [];
    return report(path, `${field} lacks ${names.join(', ')}`);
  }
  const hint = instancePath.endsWith('/line') && keyword === 'type' ? ' (an identity of digits stands in quotes)' : '';
  report(path, `${field} ${message}${hint}`);
}

/** The path below the list of bindings, as people would say it. */
function fieldOf(path: Path): string {
  const below = path[0] === 'bindings' ? path.slice(2) : path;
  return below.length > 0 ? below.join('.') : path[0] === 'bindings' ? 'the binding' : 'the file';
}

/** A JSON pointer as steps, numbers where the value is a list. */
function stepsOf(pointer: string, value: unknown): (string | number)[] {
  let at = value;
  return pointer
    .split('/')
    .slice(1)
    .map((raw) => {
      const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(at) ? Number(name) : name;
      at = (at as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}

/** Where a path begins in the source: at its key, or at the nearest that is there. */
function offsetOf(document: Document, path: Path): number {
  const parent = document.getIn(path.slice(0, -1), true);
  if (path.length > 0 && isMap(parent)) {
    const pair = parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === path.at(-1));
    if (pair && isNode(pair.key) && pair.key.range) return pair.key.range[0];
  }
  const node = path.length > 0 ? document.getIn(path, true) : document.contents;
  if (isNode(node) && node.range) return node.range[0];
  return path.length > 0 ? offsetOf(document, path.slice(0, -1)) : 0;
}
