import http2 from 'node:http2';

/** What a call was answered, and how to hang up on a stream. */
export type WireCall = {
  /** The status (`grpc-status`) once the call is over. */
  status: Promise<number>;
  /** Messages of the answer as they come; the first `count` of them. */
  messages(count: number): Promise<Buffer[]>;
  send(message: Buffer): void;
  /** No more questions. */
  end(): void;
  hangUp(): Promise<void>;
};

/** A gRPC caller that knows frames and no contract: what a stranger may send. */
export function wireTo(port: number) {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  function open(path: string, headers: Record<string, string> = {}): WireCall {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...headers,
    });
    let bytes = Buffer.alloc(0);
    let status = NaN;
    const heard = new Set<() => void>();
    const read = ({ 'grpc-status': told }: http2.IncomingHttpHeaders) => void (told !== undefined && (status = Number(told)));
    stream.on('error', () => undefined);
    stream.on('response', (told) => {
      read(told);
      // Not gRPC at all: an address where nothing is.
      if (told[':status'] !== 200) status = Number(told[':status']);
    });
    stream.on('trailers', read);
    // The answer is over: what we might still ask, nobody reads.
    stream.on('end', () => stream.close());
    stream.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (const tell of heard) tell();
    });
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    return {
      status: closed.then(() => status),
      messages: (count) =>
        new Promise((resolve, reject) => {
          const look = (): void => void (framesIn(bytes).length >= count && resolve(framesIn(bytes).slice(0, count)));
          heard.add(look);
          void closed.then(() => reject(new Error(`the call ended with ${status}`)));
          look();
        }),
      send: (message) => void stream.write(framed(message)),
      end: () => void stream.end(),
      async hangUp() {
        stream.close(http2.constants.NGHTTP2_CANCEL);
        await closed;
      },
    };
  }
  return {
    open,
    /** One question, all of its answer. */
    ask(path: string, message: Buffer = Buffer.alloc(0), headers: Record<string, string> = {}): Promise<number> {
      const call = open(path, headers);
      call.send(message);
      call.end();
      return call.status;
    },
    close: () => session.destroy(),
  };
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function framesIn(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    frames.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return frames;
}
