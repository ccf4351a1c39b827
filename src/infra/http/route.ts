import type { Ctx } from '../../base/context.ts';
import type { InputOf, Operation, OutputOf } from '../../base/operation.ts';

/** What a handler may know of the request beyond its input, for the few that need it. */
export type RequestExtras = {
  cookies: Readonly<Record<string, string>>;
  document: Uint8Array;
  /** What Content-Type says of the document's characters, for the few that read text in any encoding. */
  charset?: string | undefined;
  remoteAddress: string;
  userAgent: string;
  /** The `Range` header, for the few that send files. */
  range?: string | undefined;
};

/** An answer with more than a body. Return the bare output when there is nothing to add. */
export class Reply<T> {
  readonly output: T;
  readonly extras: { status?: number; headers?: Record<string, string>; cookies?: readonly CookieSpec[] };

  constructor(output: T, extras: Reply<T>['extras']) {
    this.output = output;
    this.extras = extras;
  }
}

/** An empty `value` clears the cookie. Always HttpOnly, SameSite=Strict; Secure when the public URL is https. */
export type CookieSpec = { name: string; value: string; path: string; maxAgeSeconds: number };

/** Binds a contract to what answers it; the compiler checks that the two agree. */
export type Route = { operation: Operation; handle: (ctx: Ctx, input: never, request: RequestExtras) => Promise<unknown> };

export function route<T extends Operation>(
  operation: T,
  handle: (ctx: Ctx, input: InputOf<T>, request: RequestExtras) => Promise<OutputOf<T> | Reply<OutputOf<T>>>,
): Route {
  return { operation, handle };
}
