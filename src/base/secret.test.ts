/* oxlint-disable typescript/restrict-template-expressions, typescript/no-unnecessary-type-conversion -- what must not leak when someone does it */
import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Secret } from './secret.ts';

const PLAIN = 'correct horse battery staple';
const secret = new Secret(PLAIN);

/** What a writer to a stream puts out. */
function written(write: (stream: Writable) => void): string {
  const chunks: string[] = [];
  write(
    new Writable({
      write(chunk, _, done) {
        chunks.push(String(chunk));
        done();
      },
    }),
  );
  return chunks.join('');
}

test('only reveal gives the value out', () => expect(secret.reveal()).toBe(PLAIN));

test.each([
  ['a template', () => `${secret}`],
  ['concatenation', () => '' + (secret as unknown as string)],
  ['String()', () => String(secret)],
  ['JSON', () => JSON.stringify({ deep: [{ secret }] })],
  ['inspect', () => inspect({ secret }, { depth: 9, showHidden: true, getters: true })],
  ['inspect without custom functions', () => inspect(secret, { customInspect: false, showHidden: true })],
  ['format', () => format('%s %o %O %j %d', secret, secret, secret, secret, secret)],
  ['the console', () => written((stream) => new Console(stream).log('x', secret, { secret }))],
  ['a table on the console', () => written((stream) => new Console(stream).table([{ secret }]))],
  ['the log', () => written((stream) => pino(stream).info({ secret, deep: { secret } }, 'with %s', secret))],
  ['an error', () => inspect(new Error(`failed with ${secret}`, { cause: secret }))],
  ['spreading', () => inspect({ ...secret })],
  ['a clone', () => inspect(structuredClone(secret), { customInspect: false, showHidden: true })],
  ['its keys', () => inspect([Object.entries(secret), Reflect.ownKeys(secret), Object.getOwnPropertyDescriptors(secret)])],
  ['a form', () => new URLSearchParams({ secret: secret as unknown as string }).toString()],
])('%s never shows the value', (_, print) => expect(print()).not.toContain(PLAIN.slice(0, 7)));

test('what is shown instead says that something is hidden', () => {
  expect(`${secret} ${JSON.stringify(secret)} ${inspect(secret)}`).toBe('[secret] "[secret]" [secret]');
});
