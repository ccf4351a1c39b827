import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { newId } from '../../base/id.ts';
import { Secret } from '../../base/secret.ts';
import { createMailer } from './send.ts';

/** What comes of a mail at a server that answers its sender with a code; without one it wants a login first. */
async function handedTo(responseCode?: number): Promise<unknown> {
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: responseCode !== undefined,
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode })),
  });
  server.on('error', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.server.address() as AddressInfo;
  const mailer = createMailer({ url: new Secret(`smtp://127.0.0.1:${port}`), from: 'desk@rialto.test' });
  onTestFinished(async () => {
    mailer.close();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return await mailer.send({ id: newId(), recipient: 'ada@rialto.test', subject: 's', plain: 'p', html: '<p>p</p>' });
}

test('a mail is given up for what the server says of it, and kept for what it says of our login', async () => {
  expect(await handedTo(550)).toMatchObject({ ok: false, refused: true });
  expect(await handedTo(451)).toMatchObject({ ok: false, refused: false });
  for (const code of [undefined, 530, 534, 535, 538]) expect(await handedTo(code), `${code}`).toMatchObject({ ok: false, refused: false });
});
