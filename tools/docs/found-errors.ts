import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Expression, type Node, type NewExpression, parseSync, Visitor } from 'oxc-parser';
import { AppError, type Kind } from '../../src/base/error.ts';
import { filesBelow, isSource, isTest } from '../check/files.ts';
import type { Finding } from '../check/finding.ts';
import { lineAt } from '../check/imports.ts';

/** An error that the code can answer with. `kind` as in AppError, or a bare HTTP status; holes in `message` are `…`. */
export type FoundError = { kind: string; code: string; message: string; file: string };

/** The HTTP status of a kind, or of what is a status already. */
export function statusOf(kind: string): number {
  return /^\d+$/.test(kind) ? Number(kind) : new AppError(kind as Kind, '', '').status;
}

type Args = readonly Node[];
type Fn = { name: string; params: readonly string[]; exported: boolean };
/** A place that makes an error: constructor arguments, and the functions around it, innermost first. */
type Site = { args: Args; within: readonly Fn[]; file: string; line: number };
type Call = { args: Args; within: readonly Fn[]; file: string };
type Bindings = ReadonlyMap<string, { node: Node; outer: Scope }>;
type Scope = { bindings: Bindings; file: string };
type Source = {
  file: string;
  sites: Site[];
  tuples: FoundError[];
  calls: Map<string, Call[]>;
  constants: Map<string, Node>;
  unpacked: Set<string>;
};

const CLASSES = new Set(['AppError', 'HttpError']);
const CODE = /^[a-z][a-z0-9]*(\.[a-z0-9_]+)+$/;

/**
 * Every error that the code of `src` makes: `new AppError(kind, code, message)`, subclasses of it, and tables of
 * `[kind, code, message]`. A code may come in through the parameters of a helper; where it cannot be followed, that is
 * a finding, since such a code could be neither searched for nor documented.
 */
export function errorsIn(root: string): { errors: FoundError[]; findings: Finding[] } {
  const files = filesBelow(root, 'src').filter((file) => isSource(file) && !isTest(file));
  const sources = files.map((file) => read(file, readFileSync(path.join(root, file), 'utf8')));
  const errors = sources.flatMap((source) => source.tuples);
  const findings: Finding[] = [];
  for (const source of sources) {
    for (const site of source.sites) {
      const found = resolveSite(site, sources, source);
      if (found) errors.push(...found);
      else
        findings.push({
          file: site.file,
          line: site.line,
          message: 'makes an error whose code cannot be read from the source; write it as a literal',
        });
    }
  }
  return { errors, findings };
}

function read(file: string, text: string): Source {
  const { program, errors } = parseSync(file, text);
  if (errors[0]) throw new SyntaxError(`${file}: ${errors[0].message}`);
  const source: Source = { file, sites: [], tuples: [], calls: new Map(), constants: new Map(), unpacked: new Set() };
  const within: Fn[] = [];
  /** The class around, when it is a kind of error; its constructor is then a helper like any other. */
  const subclass: string[] = [];
  let exported = false;
  const enter = (name: string, params: readonly Node[]) => within.unshift({ name, params: params.map(nameOf), exported });
  const leave = () => void within.shift();
  const site = (args: Args, start: number) => source.sites.push({ args, within: [...within], file, line: lineAt(text, start) });
  new Visitor({
    ExportNamedDeclaration: () => void (exported = true),
    'ExportNamedDeclaration:exit': () => void (exported = false),
    FunctionDeclaration: (node) => enter(node.id?.name ?? '', node.params),
    'FunctionDeclaration:exit': leave,
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'ArrayPattern' && init && isTableRow(init)) for (const one of id.elements) if (one) source.unpacked.add(nameOf(one));
      if (id.type !== 'Identifier' || !init) return;
      if (init.type === 'ArrowFunctionExpression' || init.type === 'FunctionExpression') enter(id.name, init.params);
      else source.constants.set(id.name, init);
    },
    'VariableDeclarator:exit': ({ id, init }) => {
      if (id.type === 'Identifier' && (init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression')) leave();
    },
    ClassDeclaration: ({ id, superClass }) => {
      subclass.push(superClass?.type === 'Identifier' && CLASSES.has(superClass.name) ? (id?.name ?? '') : '');
    },
    'ClassDeclaration:exit': () => void subclass.pop(),
    MethodDefinition: ({ kind, value }) => {
      if (kind === 'constructor') enter(subclass.at(-1) ?? '', value.params);
    },
    'MethodDefinition:exit': ({ kind }) => {
      if (kind === 'constructor') leave();
    },
    NewExpression: (node: NewExpression) => {
      if (node.callee.type !== 'Identifier') return;
      if (CLASSES.has(node.callee.name)) site(node.arguments, node.start);
      else addTo(source.calls, node.callee.name, { args: node.arguments, within: [...within], file });
    },
    CallExpression: ({ callee, arguments: args, start }) => {
      if (callee.type === 'Super' && subclass.at(-1)) site(args, start);
      if (callee.type === 'Identifier') addTo(source.calls, callee.name, { args, within: [...within], file });
    },
    ArrayExpression: ({ elements }) => {
      const [kind, code, message] = elements.map((element) =>
        element ? textsOf(element as Node, { bindings: new Map(), file }, source)[0] : undefined,
      );
      const first = elements[0];
      const kindLike = first?.type === 'Literal' && (typeof first.value === 'number' || /^[a-z_]+$/.test(String(first.value)));
      if (kindLike && elements.length === 3 && code && CODE.test(code))
        source.tuples.push({ kind: kind!, code, message: message ?? '…', file });
    },
  }).visit(program);
  return source;
}

function nameOf(param: Node): string {
  if (param.type === 'Identifier') return param.name;
  if (param.type === 'AssignmentPattern') return nameOf(param.left);
  return param.type === 'TSParameterProperty' ? nameOf(param.parameter) : '';
}

/** `TABLE[key]`, a row itself, or one for want of the other. */
function isTableRow(node: Node): boolean {
  if (node.type === 'LogicalExpression') return isTableRow(node.left) && isTableRow(node.right);
  return node.type === 'MemberExpression' || (node.type === 'ArrayExpression' && node.elements.length === 3);
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The errors of one site: as it stands, else once for each call of the function around it. Undefined when the code stays unknown. */
function resolveSite(site: Site, sources: readonly Source[], source: Source): FoundError[] | undefined {
  // `new AppError(...table[key])`, or a row unpacked before: the table's rows are found as tuples.
  const [, code] = site.args;
  const fromTable =
    site.args.some((arg) => arg.type === 'SpreadElement') || (code?.type === 'Identifier' && source.unpacked.has(code.name));
  if (fromTable) return source.tuples.length > 0 ? [] : undefined;
  const plain = errorsAt(site, { bindings: new Map(), file: site.file }, source);
  if (plain) return plain;
  const fn = site.within.find(({ params, name }) => name !== '' && params.length > 0);
  if (!fn) return undefined;
  const from = fn.exported ? sources : [source];
  const calls = from.flatMap((one) => (one.calls.get(fn.name) ?? []).map((call) => ({ call, in: one })));
  const found = calls.map(({ call, in: caller }) => {
    const outer: Scope = { bindings: new Map(), file: call.file };
    const bindings: Bindings = new Map(
      fn.params.flatMap((param, i) => (call.args[i] ? [[param, { node: call.args[i]!, outer }] as const] : [])),
    );
    return errorsAt(site, { bindings, file: site.file }, caller);
  });
  return found.length > 0 && found.every((each) => each !== undefined) ? found.flat() : undefined;
}

function errorsAt({ args, file }: Site, scope: Scope, source: Source): FoundError[] | undefined {
  const [kinds, codes, messages] = [0, 1, 2].map((i) => (args[i] ? textsOf(args[i]!, scope, source) : []));
  if (codes!.length === 0 || codes!.some((code) => !CODE.test(code))) return undefined;
  return codes!.map((code, i) => ({ kind: kinds![i] ?? kinds![0] ?? '', code, message: messages![i] ?? messages![0] ?? '…', file }));
}

/** The texts that an expression can be; holes of a template that stay unknown are `…`. Empty when nothing is known. */
function textsOf(node: Node | Expression, scope: Scope, source: Source): string[] {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' || typeof node.value === 'number' ? [String(node.value)] : [];
    case 'ConditionalExpression':
      return [...textsOf(node.consequent, scope, source), ...textsOf(node.alternate, scope, source)];
    case 'LogicalExpression':
      return [...textsOf(node.left, scope, source), ...textsOf(node.right, scope, source)];
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return textsOf(node.expression, scope, source);
    case 'BinaryExpression': {
      const [left, right] = [node.left, node.right].map((side) => textsOf(side as Expression, scope, source)[0] ?? '…');
      return node.operator === '+' ? [`${left}${right}`] : [];
    }
    case 'TemplateLiteral': {
      const holes = node.expressions.map((hole) => (hole.type === 'Identifier' ? (textsOf(hole, scope, source)[0] ?? '…') : '…'));
      return [node.quasis.map((quasi, i) => `${quasi.value.cooked ?? ''}${holes[i] ?? ''}`).join('')];
    }
    case 'Identifier': {
      const bound = scope.bindings.get(node.name);
      if (bound) return textsOf(bound.node, bound.outer, source);
      const constant = source.constants.get(node.name);
      return constant?.type === 'Literal' ? textsOf(constant, scope, source) : [];
    }
    default:
      return [];
  }
}
