import { readFileSync } from 'node:fs';
import { type Html, html } from './html.ts';
import type { OpenApi, OpenApiCall } from './openapi.ts';

type Schema = {
  type?: string;
  description?: string;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  anyOf?: Schema[];
  allOf?: Schema[];
  items?: Schema | Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  'x-id'?: string;
};

/** Styles of the page, light and dark by what the reader's system says; a file, since the content policy allows nothing inline. */
export const DOCS_CSS: string = readFileSync(new URL('docs.css', import.meta.url), 'utf8');

/** The API document as one page to read: no script, no foreign file, made once from the same document that machines get. */
export function docsPage(document: OpenApi): string {
  const groups = document.tags.map(({ name }) => ({ name, calls: callsOf(document, name) }));
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${document.info.title} API ${document.info.version}</title>
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/docs.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the operations</a>
        <nav aria-label="Operations">
          <p class="brand">${document.info.title} <small>${document.info.version}</small></p>
          <p><a href="/openapi.json">openapi.json</a></p>
          ${groups.map(({ name, calls }) => navigation(name, calls))}
          ${document['x-channels'] && html`<p><a href="#live">Live events</a></p>`}
          <p><a href="#errors">Errors</a></p>
        </nav>
        <main id="content">
          <h1>${document.info.title} API</h1>
          ${document.info.description.split('. ').map((sentence) => html`<p>${codeSpans(sentence.replace(/\.?$/, '.'))}</p>`)}
          ${groups.map(
            ({ name, calls }) =>
              html`<section aria-labelledby="group-${name}">
                <h2 id="group-${name}">${name}</h2>
                ${calls.map(operation)}
              </section>`,
          )}
          ${live(document)}
          ${errorIndex(
            document,
            groups.flatMap(({ calls }) => calls),
          )}
        </main>
      </body>
    </html>`;
  return page.text;
}

type Call = OpenApiCall & { path: string; method: string };

function callsOf(document: OpenApi, tag: string): Call[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, call]) => call.tags.includes(tag))
      .map(([method, call]) => ({ ...call, path, method: method.toUpperCase() })),
  );
}

function navigation(name: string, calls: readonly Call[]): Html {
  const items = calls.map(
    ({ operationId, method, summary }) =>
      html`<li>
        <a href="#${operationId}" title="${summary}"
          ><span class="method ${method}">${method}</span> ${operationId.slice(name.length + 1)}</a
        >
      </li>`,
  );
  return html`<details open>
    <summary>${name}</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

function operation(call: Call): Html {
  const [media, body] = Object.entries(call.requestBody?.content ?? {})[0] ?? [];
  const success = Object.entries(call.responses).find(([status]) => status.startsWith('2'));
  const [answerMedia, answer] = Object.entries((success?.[1]['content'] ?? {}) as Record<string, { schema: Schema }>)[0] ?? [];
  return html`<article id="${call.operationId}">
    <h3><span class="method ${call.method}">${call.method}</span> <code>${call.path}</code></h3>
    <p class="summary">${call.summary}.</p>
    <p class="facts"><code>${call.operationId}</code> · ${access(call)} · ${call['x-cost']} call</p>
    ${
      call.parameters.length > 0 &&
      fieldTable(
        'Parameters',
        call.parameters.map((parameter) => ({
          name: parameter.name,
          place: parameter.in,
          required: parameter.required,
          schema: parameter.schema as Schema,
          ...(parameter.description && { description: parameter.description }),
        })),
      )
    }
    ${
      body &&
      html`<h4>Body <small>${media}</small></h4>
        ${schemaView(body.schema as Schema)}`
    }
    <h4>Example</h4>
    <pre tabindex="0"><code>${curlOf(call)}</code></pre>
    ${
      success &&
      html`<h4>Answer <small>${success[0]} ${answerMedia}</small></h4>
        ${answer && schemaView(answer.schema)}`
    }
    ${
      call['x-errors'].length > 0 &&
      html`<h4>Errors</h4>
        <ul class="codes">
          ${call['x-errors'].map(
            (code) =>
              html`<li>
                <a href="#${code}"><code>${code}</code></a>
              </li>`,
          )}
        </ul>`
    }
  </article>`;
}

function access({ security }: Call): Html {
  const scopes = security[0]?.['bearer'] as string[] | undefined;
  if (!scopes) return html`open to all`;
  return scopes.length === 0 ? html`any login` : html`scope <code>${scopes.join(' ')}</code>`;
}

type Field = { name: string; place?: string; required: boolean; schema: Schema; description?: string };

function fieldTable(title: string, fields: readonly Field[]): Html {
  const rows = fields.map(
    ({ name, place, required, schema, description }) =>
      html`<tr>
        <th scope="row"><code>${name}</code>${required && html` <span class="required">required</span>`}</th>
        <td>
          ${place && html`<small>${place}</small> `}${describe(schema)}${description && description !== schema.description && html` — ${description}`}
        </td>
      </tr>`,
  );
  return html`<h4>${title}</h4>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>`;
}

function schemaView(schema: Schema): Html {
  if (schema.properties)
    return html`<table>
      <tbody>
        ${fieldRows(schema)}
      </tbody>
    </table>`;
  return html`<p>${describe(schema)}${nested(schema)}</p>`;
}

function fieldRows({ properties = {}, required = [] }: Schema): Html[] {
  return Object.entries(properties).map(
    ([name, field]) =>
      html`<tr>
        <th scope="row"><code>${name}</code>${required.includes(name) && html` <span class="required">required</span>`}</th>
        <td>${describe(field)}${nested(field)}</td>
      </tr>`,
  );
}

/** The fields inside a field, folded away; only a reader who wants them opens them. */
function nested(schema: Schema): Html | undefined {
  const inner = [
    schema,
    ...(schema.anyOf ?? []),
    ...(schema.allOf ?? []),
    ...[schema.items ?? []].flat(),
    ...Object.values(schema.patternProperties ?? {}),
  ];
  const objects = inner.filter(({ properties }) => properties && Object.keys(properties).length > 0);
  if (objects.length === 0) return undefined;
  return html`<details>
    <summary>fields</summary>
    ${objects.map(
      (object) =>
        html`<table>
          <tbody>
            ${fieldRows(object)}
          </tbody>
        </table>`,
    )}
  </details>`;
}

function describe(schema: Schema): Html {
  const limits = limitsOf(schema);
  const example = schema.examples?.[0];
  return html`${kindOf(schema)}${limits && html` <small>${limits}</small>`}${schema.description && html` — ${schema.description}`}${example !== undefined && html` <small>e.g.</small> <code>${JSON.stringify(example)}</code>`}`;
}

function kindOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map(kindOf).join(' | ');
  if (schema['x-id']) return `id (${schema['x-id']}_…)`;
  if (schema.items) return Array.isArray(schema.items) ? `[${schema.items.map(kindOf).join(', ')}]` : `list of ${kindOf(schema.items)}`;
  if (schema.patternProperties) return `map to ${Object.values(schema.patternProperties).map(kindOf).join(' | ')}`;
  return schema.type ?? 'any';
}

function limitsOf({ minLength, maxLength, minItems, maxItems, minimum, maximum }: Schema): string | undefined {
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    if (low === undefined && high === undefined) return [];
    if (low === undefined) return [`at most ${high}${unit}`];
    return [high === undefined ? `at least ${low}${unit}` : `${low} to ${high}${unit}`];
  };
  const all = [...range(minLength, maxLength, ' characters'), ...range(minItems, maxItems, ' items'), ...range(minimum, maximum, '')];
  return all.length > 0 ? all.join(', ') : undefined;
}

/** A command that a reader can paste; what must be filled in stands in capitals. */
function curlOf(call: Call): string {
  const [media, body] = Object.entries(call.requestBody?.content ?? {})[0] ?? [];
  const named = call.parameters.map(({ name, in: place, schema, example }) => ({
    name,
    place,
    value: plainText(example ?? (schema as Schema).examples?.[0] ?? name.toUpperCase()),
  }));
  const path = named
    .filter(({ place }) => place === 'path')
    .reduce((before, { name, value }) => before.replace(`{${name}}`, encodeURIComponent(value)), call.path);
  const query = new URLSearchParams(
    call.parameters
      .filter(({ in: place, required, example }) => place === 'query' && (required || example !== undefined))
      .map(({ name }): [string, string] => [name, named.find((entry) => entry.name === name)!.value]),
  );
  const json = body && media === 'application/json' ? JSON.stringify(body.example ?? sample(body.schema as Schema), null, 2) : undefined;
  const lines = [
    `curl ${call.method === 'GET' ? '' : `-X ${call.method} `}"$RIALTO${path}${query.size > 0 ? `?${query.toString()}` : ''}"`,
    ...(call.security.length > 0 ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...(named.some(({ name }) => name === 'Idempotency-Key') ? ['-H "Idempotency-Key: $(uuidgen)"'] : []),
    ...(media ? [`-H "Content-Type: ${media}"`] : []),
    ...(json !== undefined ? [`-d '${quoted(json)}'`] : media ? [`--data-binary ${fileOf(body?.example)}`] : []),
  ];
  return lines.join(' \\\n  ');
}

/** A document that is too long for an argument comes from standard input. */
function fileOf(example: unknown): string {
  return typeof example === 'string' ? `@- <<'END'\n${example.trimEnd()}\nEND` : '@FILE';
}

/** Text between single quotes of a shell. */
function quoted(text: string): string {
  return text.replaceAll("'", String.raw`'\''`);
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A value that shows the shape of a schema, from its own examples where it has some. */
function sample(schema: Schema): unknown {
  if (schema.examples?.length) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return sample(schema.anyOf.find(({ type }) => type !== 'null') ?? schema.anyOf[0]!);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sample));
  if (schema.type === 'array') return Array.isArray(schema.items) ? schema.items.map(sample) : schema.items ? [sample(schema.items)] : [];
  if (schema.properties)
    return Object.fromEntries(
      Object.entries(schema.properties)
        .filter(([name]) => schema.required?.includes(name))
        .map(([name, field]) => [name, sample(field)]),
    );
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1;
  if (schema.type === 'boolean') return true;
  return schema.type === 'string' ? 'text' : {};
}

function live(document: OpenApi): Html | undefined {
  const channels = document['x-channels'];
  if (!channels) return undefined;
  const rows = channels.map(
    ({ name, scope, eventTypes }) =>
      html`<tr>
        <th scope="row"><code>${String(name)}</code></th>
        <td>scope <code>${String(scope)}</code>${Array.isArray(eventTypes) && html` — ${(eventTypes as string[]).join(', ')}`}</td>
      </tr>`,
  );
  return html`<section aria-labelledby="live">
    <h2 id="live">Live events</h2>
    <p>
      Open a WebSocket at <code>/v1/stream</code> and send <code>{"type":"auth","token":"…"}</code> within five seconds, then
      <code>{"type":"subscribe","channel":"…","afterSeq":0}</code>. Events come in order of <code>seq</code>; after a break, subscribe with
      the last one you have. A <code>gap</code> message says that history does not reach so far back: read the lists again.
    </p>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
}

function errorIndex(document: OpenApi, calls: readonly Call[]): Html {
  const byCode = new Map<string, string[]>();
  for (const { operationId, 'x-errors': codes } of calls) {
    for (const code of codes) byCode.set(code, [...(byCode.get(code) ?? []), operationId]);
  }
  const common = Object.entries(document['x-common-errors']);
  const rows = [...byCode]
    .filter(([code]) => !(code in document['x-common-errors']))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, ids]) => errorRow(code, html`${ids.map((id) => html`<a href="#${id}">${id}</a> `)}`));
  return html`<section aria-labelledby="errors">
    <h2 id="errors">Errors</h2>
    <p>Decide by <code>code</code>. These any operation may answer with:</p>
    <table>
      <tbody>
        ${common.map(([code, meaning]) => errorRow(code, html`${codeSpans(meaning)}`))}
      </tbody>
    </table>
    <p>And these the operations named beside them:</p>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`;
}

function errorRow(code: string, meaning: Html): Html {
  return html`<tr id="${code}">
    <th scope="row"><code>${code}</code></th>
    <td>${meaning}</td>
  </tr>`;
}

/** Text with `code` in backticks. */
function codeSpans(text: string): Html[] {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}
