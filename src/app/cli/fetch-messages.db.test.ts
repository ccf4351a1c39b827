import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitBanks, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { camt056, pacs008 } from '../../../test/support/messages.ts';
import { sampleServer, type SampleServer } from '../../../test/support/sample-http.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { getMailbox } from '../../settlement/message/manage-mailbox.ts';
import { submitIso20022 } from '../../settlement/payment/submit-iso20022.ts';
import { fetchMessages } from './fetch-messages.ts';
import { sendFile } from './send-file.ts';

let house: TestHouse;
let server: SampleServer;
let url: string;
let a: Bank, b: Bank;
beforeAll(async () => {
  house = await createTestHouse();
  [a, b] = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 1_000_000n })) as [Bank, Bank];
  // A key is the id of the bank that it belongs to.
  const authenticate = async (key: string) => house.memberCtx(key).actor;
  server = await sampleServer({ routes: house.settlement.routes, authenticate });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.close();
  await house.close();
});

let made = 0;
/** Puts recalls into the box of the second bank. */
async function recalls(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const [id, uetr] = [`M-${++made}`, crypto.randomUUID()];
    const send = (document: Buffer) => submitIso20022(house.settlement.deps, house.ctx, {}, { document });
    await send(pacs008(id, [{ id, uetr, from: a, to: b }]));
    await send(camt056(`${id}-CXL`, a, b, [{ id, uetr }]));
  }
}

const whole = (folder: string) => readdirSync(folder).toSorted();
const fetched = async () => (await getMailbox(house.settlement.deps, house.memberCtx(b.id), {})).fetchedSeq;

test('messages come as files in the order of their numbers, each once, and are noted as fetched', async () => {
  const folder = temporaryFolder();
  await recalls(3);
  const first = await fetchMessages(folder, { url, key: b.id });
  expect(first.written).toHaveLength(3);
  expect(whole(folder)).toEqual(first.written);
  expect(readFileSync(path.join(folder, first.written[0]!), 'utf8')).toContain('camt.056.001');
  expect(await fetched()).toBe('3');
  await recalls(1);
  expect((await fetchMessages(folder, { url, key: b.id })).written).toEqual([expect.stringMatching(/^000000000004-camt\.056/)]);
  expect(await fetchMessages(folder, { url, key: b.id })).toEqual({ written: [], present: 0, through: '4' });
});

test('a fetch that was cut short goes on: what is whole stays, what is damaged is written anew', async () => {
  const folder = temporaryFolder();
  const { written } = await fetchMessages(folder, { url, key: b.id, after: '0' });
  rmSync(path.join(folder, written[1]!));
  writeFileSync(path.join(folder, written[2]!), '<half');
  const again = await fetchMessages(folder, { url, key: b.id, after: '0' });
  expect(again.written).toEqual(written.slice(1, 3));
  expect(again.present).toBe(written.length - 2);
  expect(readFileSync(path.join(folder, written[2]!), 'utf8')).toContain('</Document>');
});

test('any kind of message is sent and answered; without a key nothing is tried', async () => {
  const uetr = crypto.randomUUID();
  const folder = temporaryFolder({
    'p.xml': pacs008('CLI', [{ id: 'CLI', uetr, from: a, to: b }]).toString(),
    'r.xml': camt056('CLI-CXL', a, b, [{ id: 'CLI', uetr }]).toString(),
  });
  expect(await sendFile(path.join(folder, 'p.xml'), { url, key: a.id })).toContain('<TxSts>ACSP</TxSts>');
  expect(await sendFile(path.join(folder, 'r.xml'), { url, key: a.id })).toContain('<TxCxlSts>PDCR</TxCxlSts>');
  await expect(fetchMessages(folder, { url, key: undefined })).rejects.toMatchObject({ code: 'cli.key_missing' });
  await expect(fetchMessages(path.join(folder, 'p.xml', 'x'), { url, key: b.id })).rejects.toMatchObject({ code: 'cli.folder_unusable' });
});
