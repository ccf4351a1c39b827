import type { EventKind } from '../../src/base/event.ts';
import type { Operation } from '../../src/base/operation.ts';
import type { Contract } from './contracts.ts';
import { type FoundError, statusOf } from './found-errors.ts';
import { cell, page, row, table } from './markdown.ts';
import { type Field, fieldsOf, typeOf } from './schema.ts';

/** docs/reference/errors.md: every code, its status, what it says, and which operations name it. */
export function renderErrors(errors: readonly FoundError[], contracts: readonly Contract[]): string {
  const byCode = Map.groupBy(errors, (error) => error.code);
  const operations = contracts.flatMap((contract) => contract.operations);
  const areas = Map.groupBy([...byCode.keys()].sort(), (code) => code.split('.')[0]!);
  const sections = [...areas].map(([area, codes]) => {
    const rows = codes.map((code) => {
      const found = byCode.get(code)!;
      const users = operations.filter((operation) => operation.errors.includes(code)).map(({ name }) => linkTo(name));
      const messages = [...new Set(found.map(({ message }) => cell(message)))];
      return row(`<a id="${code}"></a>\`${code}\``, statuses(found), messages.join('<br>'), users.join(', '));
    });
    return `## ${area}\n\n${table(['Code', 'Status', 'What it says', 'Named by'], rows)}`;
  });
  return page(
    '# Errors',
    'Every answer that is not a success is `application/problem+json` (RFC 9457) with a stable `code`, a `detail` for people and the `requestId`. `…` stands for what differs from case to case. Any operation can answer with the codes of `request`, `access` and `database`; beside its own codes only those that concern it are named.',
    'What nobody foresaw is answered with status 500, code <a id="internal"></a>`internal` and a fixed text; its cause is in the log under the request id.',
    ...sections,
  );
}

function statuses(found: readonly FoundError[]): string {
  const each = found.map(({ kind }) => [statusOf(kind), ...(/^\d+$/.test(kind) ? [] : [kind])].join(' '));
  return [...new Set(each)].join('<br>');
}

const linkTo = (operation: string) => `[\`${operation}\`](operations.md#${operation.replace(/[^\w-]/g, '')})`;

/** docs/reference/operations.md: every operation with its input, its answer and its errors. */
export function renderOperations(contracts: readonly Contract[]): string {
  const withOperations = contracts.filter(({ operations }) => operations.length > 0);
  const overview = withOperations.map(({ module, operations }) => {
    const rows = operations.map((one) =>
      row(linkTo(one.name).replace('operations.md', ''), `\`${one.method} ${one.path}\``, cell(one.summary)),
    );
    return `## ${module}\n\n${table(['Operation', 'Call', 'What it does'], rows)}\n\n${operations.map(renderOperation).join('\n\n')}`;
  });
  return page(
    '# Operations',
    'Every public operation, from its contract. The same as an OpenAPI 3.1 document is at `/openapi.json`.',
    ...overview,
  );
}

function renderOperation(operation: Operation): string {
  const { name, method, path, summary, scope, cost, idempotencyKey, status, consumes, produces, input, output, errors } = operation;
  const media = [consumes, produces].some((type) => type !== 'application/json') ? ` · ${consumes} → ${produces}` : '';
  const places = (['params', 'query', 'body'] as const).flatMap((place) => fieldsOf(input[place]).map((field) => ({ place, field })));
  const inputs = places.map(({ place, field }) => row(place === 'params' ? 'path' : place, ...fieldCells(field)));
  return [
    `### ${name}`,
    `\`${method} ${path}\` · scope \`${scope}\` · cost ${cost} · Idempotency-Key ${idempotencyKey} · answers ${status}${media}`,
    `${summary}.`,
    inputs.length > 0 ? table(['In', 'Field', 'Type', 'Note'], inputs) : '',
    renderAnswer(output),
    errors.length > 0 ? `Errors: ${errors.map((code) => `[\`${code}\`](errors.md#${code})`).join(', ')}` : '',
    ...exampleOf(operation),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function exampleOf({ example, consumes }: Operation): string[] {
  const { document, ...fields } = example ?? {};
  return [
    ...(Object.keys(fields).length > 0 ? [`Example:\n\n\`\`\`json\n${JSON.stringify(fields, null, 2)}\n\`\`\``] : []),
    ...(document === undefined ? [] : [`Example of the body:\n\n\`\`\`${consumes.split('/').at(-1)}\n${document.trimEnd()}\n\`\`\``]),
  ];
}

function renderAnswer(output: Operation['output']): string {
  const fields = fieldsOf(output);
  if (fields.length === 0) return `Answer: ${typeOf(output)}`;
  return `Answer:\n\n${table(
    ['Field', 'Type', 'Note'],
    fields.map((field) => row(...fieldCells(field))),
  )}`;
}

function fieldCells({ name, type, required, note }: Field): string[] {
  return [`\`${name}\`${required ? '' : ' (optional)'}`, cell(type), cell(note)];
}

/** docs/reference/events.md: every kind of event with its data. */
export function renderEvents(contracts: readonly Contract[]): string {
  const sections = contracts
    .filter(({ events }) => events.length > 0)
    .map(({ module, events }) => `## ${module}\n\n${events.map(renderEvent).join('\n\n')}`);
  return page(
    '# Events',
    'Events tell what has happened, at least once each and in order within a tenant: `{ id, tenantId, seq, type, version, subject, at, data }`. `seq` has no gaps. Within a version only fields are added.',
    ...sections,
  );
}

function renderEvent({ type, version, summary, data }: EventKind): string {
  const rows = fieldsOf(data).map((field) => row(...fieldCells(field)));
  return `### ${type}\n\nVersion ${version}. ${summary}.\n\n${table(['Field of data', 'Type', 'Note'], rows)}`;
}
