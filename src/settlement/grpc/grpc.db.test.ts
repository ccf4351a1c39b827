import grpc from '@grpc/grpc-js';
import { fromBinary, fromJson, toJson, type JsonObject } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callerOf } from '../../../test/support/access.ts';
import { admitBanks, orderOf, type Bank } from '../../../test/support/fixtures.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import {
  metadataOf,
  openSettlementGrpc,
  reasonOf,
  type Failure,
  type Reply,
  type SettlementGrpc,
} from '../../../test/support/settlement-grpc.ts';
import { revokeApiKey } from '../../access/contract.ts';
import { toWireId } from '../../base/id.ts';
import { HEALTH_CHECK, REFLECTION } from '../../infra/grpc/standard.ts';
import { generated } from './generated.ts';

let house: TestHouse;
let served: SettlementGrpc;
let banks: [Bank, Bank];
const call: SettlementGrpc['call'] = (...args) => served.call(...args);
const keyOf: SettlementGrpc['keyOf'] = (...args) => served.keyOf(...args);
const clientOf: SettlementGrpc['clientOf'] = (service) => served.clientOf(service);

const order = (change = {}) => {
  const { units, ...rest } = orderOf(banks[0], banks[1], change);
  return { ...rest, units: units.toString() };
};

beforeAll(async () => {
  house = await createTestHouse();
  banks = (await admitBanks(house, ['AAAAFIHH', 'BBBBNOKK'], { 'EUR/2': 10n ** 9n })) as [Bank, Bank];
  served = await openSettlementGrpc(house, { units: 150 });
});
afterAll(async () => {
  await served.close();
  await house.close();
});

describe('a payment over gRPC', () => {
  test('is taken as over HTTP, and read, listed and settled', async () => {
    const metadata = metadataOf(await keyOf());
    const sent = await call('PaymentService', 'SendPayment', order({ units: 12_345n }), metadata);
    expect(sent).toMatchObject({ status: 'reserved', asset: 'EUR/2', units: '12345', debtorAgent: { bic: 'AAAAFIHH' } });
    const read = await call('PaymentService', 'GetPayment', { id: sent['id'] }, metadata);
    expect(read).toMatchObject({ id: sent['id'], timeline: expect.arrayContaining([expect.objectContaining({ step: 'reserved' })]) });
    const { items } = (await call('PaymentService', 'ListPayments', { status: 'reserved' }, metadata)) as { items: Reply[] };
    expect(items.map(({ id }) => id)).toContain(sent['id']);
    expect(await call('WindowService', 'CloseWindow', {}, metadata)).toMatchObject({ state: 'settled', payments: 1 });
    expect(await call('PaymentService', 'GetPayment', { id: sent['id'] }, metadata)).toMatchObject({ status: 'settled' });
    const bank = await call('ParticipantService', 'GetParticipant', { id: toWireId('mem', banks[0].id) }, metadata);
    expect(bank).toMatchObject({ bic: 'AAAAFIHH', accounts: [{ available: (10n ** 9n - 12_345n).toString() }] });
  });

  test('with a key repeated is the first one, and with other content is refused', async () => {
    const metadata = metadataOf(await keyOf(), { 'idempotency-key': 'once' });
    const body = order({ units: 7n });
    const [first, second] = [
      await call('PaymentService', 'SendPayment', body, metadata),
      await call('PaymentService', 'SendPayment', body, metadata),
    ];
    expect(second).toEqual(first);
    const other = call('PaymentService', 'SendPayment', { ...body, units: '8' }, metadata);
    await expect(other).rejects.toMatchObject({ code: grpc.status.FAILED_PRECONDITION });
    expect(await reasonOf(other)).toBe('request.key_reused');
  });

  test('of a batch is an answer of its own, the bad ones too', async () => {
    const metadata = metadataOf(await keyOf());
    const payments = [order(), order({ debtorAgent: 'NOWHDEFF' }), { ...order(), units: '-1' }];
    const { results } = (await call('PaymentService', 'SendPayments', { payments }, metadata)) as { results: Reply[] };
    expect(results.map(({ payment, error }) => (payment as Reply | null)?.['status'] ?? (error as Reply)['code'])).toEqual([
      'reserved',
      'settlement.participant_unknown',
      'request.invalid',
    ]);
  });
});

describe('whoever may not', () => {
  const cases: [what: string, key: () => Promise<string | undefined>, code: number, reason: string | undefined][] = [
    ['without a credential', async () => undefined, grpc.status.UNAUTHENTICATED, 'request.credential_missing'],
    ['with a wrong one', async () => 'rlt_wrong', grpc.status.UNAUTHENTICATED, undefined],
    ['without the scope', () => keyOf(['settlement:read']), grpc.status.PERMISSION_DENIED, 'request.scope_missing'],
  ];
  test.each(cases)('calls %s is told so', async (_, key, code, reason) => {
    const refused = call('PaymentService', 'SendPayment', order(), metadataOf(await key()));
    await expect(refused).rejects.toMatchObject({ code });
    if (reason !== undefined) expect(await reasonOf(refused)).toBe(reason);
  });

  test('calls too often is told when to come again', async () => {
    const metadata = metadataOf(await keyOf());
    const calls = Array.from({ length: 200 }, (): Promise<Reply | Failure> =>
      call('PaymentService', 'ListPayments', {}, metadata).catch((error: unknown) => error as Failure),
    );
    const refused = (await Promise.all(calls)).filter((answer): answer is Failure => answer instanceof Error);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED });
    expect(Number(refused[0]!.metadata.get('retry-after')[0])).toBeGreaterThan(0);
  });

  test('asks with what does not fit is told which field', async () => {
    const refused = call('PaymentService', 'SendPayment', { ...order(), asset: 'euro' }, metadataOf(await keyOf()));
    await expect(refused).rejects.toMatchObject({ code: grpc.status.INVALID_ARGUMENT, details: expect.stringContaining('asset') });
    expect(await reasonOf(refused)).toBe('request.invalid');
  });

  test('is of another bank sees no payment between others', async () => {
    const [third] = (await admitBanks(house, ['CCCCDEFF'], { 'EUR/2': 1n })) as [Bank];
    const sent = await call('PaymentService', 'SendPayment', order(), metadataOf(await keyOf()));
    const stranger = metadataOf(await keyOf(['payments:read'], third.id));
    await expect(call('PaymentService', 'GetPayment', { id: sent['id'] }, stranger)).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    expect(((await call('PaymentService', 'ListPayments', {}, stranger)) as { items?: unknown[] }).items ?? []).toEqual([]);
  });
});

describe('a stream of payments', () => {
  const open = (metadata: grpc.Metadata, request = {}) =>
    clientOf('PaymentService')['WatchPayments']!(request, metadata) as grpc.ClientReadableStream<Reply>;

  async function take(stream: grpc.ClientReadableStream<Reply>, count: number): Promise<Reply[]> {
    const taken: Reply[] = [];
    stream.on('error', () => undefined);
    for await (const message of stream) if (taken.push(message) === count) break;
    stream.cancel();
    return taken;
  }

  test('begins behind a number, goes on live, and leaves nothing out', async () => {
    const metadata = metadataOf(await keyOf());
    const heard = take(open(metadata, { afterSeq: 0 }), 30);
    const sent: unknown[] = [];
    for (let i = 0; i < 12; i++) sent.push((await call('PaymentService', 'SendPayment', order(), metadata))['id']);
    const rest = take(open(metadata, { afterSeq: 0 }), 30);
    for (let i = 0; i < 30; i++) sent.push((await call('PaymentService', 'SendPayment', order(), metadata))['id']);
    const [first, second] = await Promise.all([heard, rest]);
    expect(first).toEqual(second);
    const seqs = first.map(({ seq }) => seq as number);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(30);
    const resumed = await take(open(metadata, { afterSeq: seqs[9] }), 5);
    expect(resumed).toEqual(first.slice(10, 15));
  });

  test('ends when its key is taken away', async () => {
    const key = await keyOf();
    const stream = open(metadataOf(key));
    const ended = new Promise<Failure>((resolve) => stream.on('error', resolve));
    stream.on('data', () => undefined);
    const [row] = await house.database.admin<{ id: string }>('select id from access.api_key order by id desc limit 1');
    await callerOf(house.access.routes).output(revokeApiKey, house.ctx, { id: row!.id });
    expect((await ended).code).toBe(grpc.status.UNAUTHENTICATED);
  });
});

describe('the server tells about itself', () => {
  test('which services there are and how their messages look', async () => {
    const transport = createGrpcTransport({ baseUrl: `http://${served.address}` });
    const [v1, alpha] = REFLECTION;
    for (const { service } of [v1!, alpha!]) {
      const client = createClient(service, transport) as unknown as Record<
        string,
        (questions: AsyncIterable<object>) => AsyncIterable<never>
      >;
      const ask = async (question: object): Promise<JsonObject> => {
        async function* one() {
          yield fromJson(service.methods[0]!.input, question as JsonObject);
        }
        for await (const answer of client['serverReflectionInfo']!(one())) return toJson(service.methods[0]!.output, answer) as JsonObject;
        throw new Error('no answer');
      };
      const { listServicesResponse } = await ask({ listServices: '' });
      const names = (listServicesResponse as { service: { name: string }[] }).service.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['rialto.settlement.v1.PaymentService', 'grpc.health.v1.Health', service.typeName]));
      const { fileDescriptorResponse } = await ask({ fileContainingSymbol: 'rialto.settlement.v1.PaymentService.SendPayment' });
      const [bytes] = (fileDescriptorResponse as { fileDescriptorProto: string[] }).fileDescriptorProto;
      const file = fromBinary(FileDescriptorProtoSchema, Buffer.from(bytes!, 'base64'));
      expect(file.messageType.map(({ name }) => name)).toContain('SendPaymentRequest');
      expect(await ask({ fileByFilename: 'nowhere.proto' })).toMatchObject({ errorResponse: { errorCode: grpc.status.NOT_FOUND } });
    }
  });

  test('whether it can serve', async () => {
    const client = createClient(HEALTH_CHECK.service, createGrpcTransport({ baseUrl: `http://${served.address}` })) as unknown as Record<
      string,
      (question: object) => Promise<never>
    >;
    const answer = await client['check']!({ service: '' });
    expect(toJson(HEALTH_CHECK.service.methods[0]!.output, answer)).toEqual({ status: 'SERVING' });
  });

  test('in a proto file that is as the contracts are now, with numbers that never change', () => {
    const { proto, numbers, kept } = generated();
    expect(proto, 'run node tools/grpc.ts').toBe(kept.proto);
    expect(numbers, 'run node tools/grpc.ts').toBe(kept.numbers);
    for (const fields of Object.values(JSON.parse(kept.numbers) as Record<string, Record<string, number>>)) {
      expect(new Set(Object.values(fields)).size).toBe(Object.keys(fields).length);
    }
  });
});
