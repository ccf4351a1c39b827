import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import { constants } from 'node:http2';

/** How long a connection may stay without its first call and without any, and how long a question may take to arrive. */
export type GrpcTimes = { firstMs: number; idleMs: number; messageMs: number };

/** Clients open a connection anew when they need it; a message takes no longer than a body in HTTP. */
export const USUAL_TIMES: GrpcTimes = { firstMs: 30_000, idleMs: 300_000, messageMs: 30_000 };

/** What it takes to tell a client and hang up. */
const FAREWELL_MS = 1_000;

/** Ends a connection on which nothing is called: nobody else would, and it holds memory and a place. */
export function endWhenIdle(session: ServerHttp2Session, { firstMs, idleMs }: GrpcTimes): void {
  let open = 0;
  const end = (): void => {
    // Told first, so that a client that is there connects anew instead of failing a call.
    session.close();
    setTimeout(() => session.destroy(), FAREWELL_MS).unref();
  };
  let timer = setTimeout(end, firstMs).unref();
  session.on('stream', (stream) => {
    open += 1;
    clearTimeout(timer);
    stream.once('close', () => {
      open -= 1;
      if (open === 0 && !session.closed) timer = setTimeout(end, idleMs).unref();
    });
  });
  session.once('close', () => clearTimeout(timer));
}

/** Ends a call whose question does not arrive in time. */
export function boundMessage(request: Http2ServerRequest, { stream }: Http2ServerResponse, { messageMs }: GrpcTimes): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), messageMs).unref();
  for (const over of ['end', 'close'] as const) request.once(over, () => clearTimeout(timer));
}
