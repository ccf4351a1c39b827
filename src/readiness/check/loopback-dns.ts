import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import type { Loopback } from './loopback.ts';

/** Records of a name server of a fixture: a name to addresses of IPv4 or to texts. Other names do not exist. */
export type Zone = Readonly<Record<string, { a?: readonly string[]; txt?: readonly string[]; cname?: string; mx?: readonly string[] }>>;

const TYPES: Readonly<Record<number, 'a' | 'txt' | 'cname' | 'mx'>> = { 1: 'a', 5: 'cname', 15: 'mx', 16: 'txt' };

/** Answers questions by RFC 1035 over UDP on a free port of loopback. */
export async function dnsOnLoopback(zone: Zone): Promise<Loopback> {
  const server = createSocket('udp4');
  server.on('message', (question, { port, address }) => server.send(replyTo(question, zone), port, address));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `dns://127.0.0.1:${port}`, port, end: () => new Promise((resolve) => server.close(() => resolve())) };
}

function replyTo(question: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]!; length > 0; length = question[at]!) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = question.readUInt16BE(at + 1);
  const entry = zone[labels.join('.').toLowerCase()];
  const answers = entry ? recordsOf(type, entry) : [];
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(entry ? 0x8580 : 0x8583, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, question.subarray(12, at + 5), ...answers]);
}

function recordsOf(type: number, entry: Zone[string]): Buffer[] {
  const kind = TYPES[type];
  const found = kind === undefined ? undefined : entry[kind];
  return [found ?? []].flat().map((value) => {
    const data = dataOf(kind!, value);
    const head = Buffer.alloc(12);
    // The name is the one of the question, at offset 12.
    head.writeUInt16BE(0xc00c, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt32BE(60, 6);
    head.writeUInt16BE(data.length, 10);
    return Buffer.concat([head, data]);
  });
}

function dataOf(kind: 'a' | 'txt' | 'cname' | 'mx', value: string): Buffer {
  if (kind === 'a') return Buffer.from(value.split('.').map(Number));
  if (kind === 'txt') return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  const name = Buffer.concat([
    ...value.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
  return kind === 'mx' ? Buffer.concat([Buffer.from([0, 10]), name]) : name;
}
