import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { EventDraft } from '../../base/event.ts';
import { toWireId } from '../../base/id.ts';
import type { Operation, OutputOf } from '../../base/operation.ts';
import type { Tx } from '../../infra/postgres/db.ts';
import type { ReadinessDeps } from '../deps.ts';
import { signedEvent } from '../events.ts';
import type { Ground } from '../gate/draft.ts';
import type { Standing } from '../ledger.ts';
import type { Signer } from '../people.ts';
import type { ReadinessRecord } from '../record/record.ts';
import type { SignedBody } from '../record/leaf.ts';
import { recordStoreIn } from '../store/record-store.ts';
import { linesAbout } from '../view.ts';
import { rolesOf } from './manage-signers.ts';

/** Where an entry was put: its index in the checklist's log, and its leaf in the tree. */
export type Logged = { record: number; at: string; leaf: string };

type Act<T extends Operation> = {
  operation: T;
  name: string;
  /** Looks at how things stand and makes the record, or says why not. Signs nothing that it does not hand back. */
  make(ground: Ground, signer: Signer, standing: Standing): Promise<SignedBody>;
  /** More that belongs to the act, in its transaction. */
  also?(tx: Tx): Promise<void>;
  answer(logged: Logged, standing: Standing): OutputOf<T>;
  events?(logged: Logged, standing: Standing): readonly EventDraft[];
};

/**
 * An act that is somebody's signature: only after a step-up login, in the roles that the account was given, over the
 * checklist as it stands now; entry, audit row and event commit together.
 * Errors: `readiness.checklist_not_found`, `readiness.step_up_required`, those of `make`.
 */
export async function signedAct<T extends Operation>(deps: ReadinessDeps, ctx: Ctx, act: Act<T>): Promise<OutputOf<T>> {
  const { operation, name } = act;
  const document = await deps.library.find(ctx, name);
  // An act that was done already is answered as it was then, also when the proof has ended since.
  if (!(await deps.access.keptAnswer(ctx, operation))) await requireStepUp(deps, ctx);
  return await deps.access.command(ctx, operation, async (tx) => {
    const standing = await deps.ledgers.standing(ctx.tenantId, document);
    const signer = await signerOf(deps, ctx);
    const store = recordStoreIn(tx, { tenantId: ctx.tenantId, clock: deps.clock });
    const body = await act.make({ ...groundOf(deps, standing), log: await store.root() }, signer, standing);
    const record = await store.append(name, body);
    await act.also?.(tx);
    const logged = { record: record.index, at: record.at, leaf: record.leaf };
    return {
      answer: act.answer(logged, standing),
      subject: `${name}#${record.index}`,
      detail: { kind: body.kind, lines: linesAbout(body), leaf: record.leaf },
      events: act.events?.(logged, standing) ?? [eventOf(deps, ctx, record)],
    };
  });
}

function eventOf(deps: ReadinessDeps, ctx: Ctx, { checklist, index, body }: ReadinessRecord): EventDraft {
  return signedEvent(ctx.tenantId, deps.clock.now(), { checklist, record: index, kind: body.kind, lines: linesAbout(body) });
}

/** Errors: `readiness.step_up_required` unless the caller proved its password within the last minutes. */
export async function requireStepUp(deps: ReadinessDeps, ctx: Ctx): Promise<void> {
  if (await deps.access.steppedUpAt(ctx)) return;
  throw new AppError(
    'forbidden',
    'readiness.step_up_required',
    'This is a signature. Prove your password first (POST /v1/auth/step-up); an API key cannot sign.',
  );
}

/** The caller as whoever signs, with the roles that this account was given. */
async function signerOf(deps: ReadinessDeps, ctx: Ctx): Promise<Signer> {
  const roles = await rolesOf(deps, ctx.tenantId, ctx.actor.id);
  return deps.people(ctx.tenantId).signerFor({ accountId: toWireId('usr', ctx.actor.id), name: ctx.actor.name, roles });
}

function groundOf({ clock, policy }: ReadinessDeps, { document, subject, run, state, authors, whoIs }: Standing): Ground {
  const { checklist, bindings } = document;
  return { checklist, bindings, subject, run, records: state, policy, at: clock.now(), whoIs, ...(authors && { authors }) };
}
