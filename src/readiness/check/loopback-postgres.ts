import { tcpOnLoopback, type Loopback } from './loopback.ts';

/**
 * Speaks so much of PostgreSQL's protocol (version 3) that a client can log in and ask: every statement with results is
 * answered with these rows of one text column. For negative fixtures only.
 */
export async function postgresOnLoopback(rows: readonly (readonly [string])[]): Promise<Loopback> {
  const { url, ...rest } = await tcpOnLoopback((socket) => {
    let pending = Buffer.alloc(0);
    let started = false;
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        const head = started ? 1 : 0;
        if (pending.length < head + 4) return;
        const length = pending.readInt32BE(head);
        if (pending.length < head + length) return;
        const type = started ? String.fromCharCode(pending[0]!) : 'startup';
        pending = pending.subarray(head + length);
        if (!started) socket.write(Buffer.concat([message('R', int32(0)), message('Z', Buffer.from('I'))]));
        else socket.write(replyTo(type, rows));
        started = true;
      }
    });
  }, 'postgresql');
  return { ...rest, url: `${url.replace('//', '//reader@')}/fixture` };
}

function replyTo(type: string, rows: readonly (readonly [string])[]): Buffer {
  switch (type) {
    case 'Q':
      return Buffer.concat([message('C', text('SET')), message('Z', Buffer.from('T'))]);
    case 'P':
      return message('1', Buffer.alloc(0));
    case 'B':
      return message('2', Buffer.alloc(0));
    case 'D':
      return message('T', Buffer.concat([int16(1), text('value'), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]));
    case 'E':
      return Buffer.concat([
        ...rows.map(([cell]) => message('D', Buffer.concat([int16(1), int32(Buffer.byteLength(cell)), Buffer.from(cell)]))),
        message('C', text(`SELECT ${rows.length}`)),
      ]);
    case 'S':
      return message('Z', Buffer.from('T'));
    default:
      return Buffer.alloc(0);
  }
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
