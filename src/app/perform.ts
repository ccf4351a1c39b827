import type { Ctx } from '../base/context.ts';
import type { InputOf, Operation, OutputOf } from '../base/operation.ts';
import type { RequestExtras, Route } from '../infra/http/route.ts';
import { Reply } from '../infra/http/route.ts';

const NOTHING: RequestExtras = { cookies: {}, document: new Uint8Array(), remoteAddress: 'local', userAgent: 'rialto' };

/** Runs a public operation inside the process, as a request would, for the command line and the demonstration day. */
export async function perform<T extends Operation>(
  routes: readonly Route[],
  operation: T,
  call: { ctx: Ctx; input: InputOf<T>; document?: Uint8Array },
): Promise<OutputOf<T>> {
  const route = routes.find((candidate) => candidate.operation === operation);
  if (!route) throw new Error(`nothing here performs ${operation.name}`);
  const { ctx, input, document } = call;
  const answer = await route.handle(ctx, input as never, { ...NOTHING, ...(document && { document }) });
  return (answer instanceof Reply ? answer.output : answer) as OutputOf<T>;
}
