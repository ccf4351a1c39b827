import type { Ctx } from '../../base/context.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import * as signing from '../signing-contract.ts';
import type { ReadinessDeps } from '../deps.ts';
import { decidedEvent } from '../events.ts';
import { approve } from '../gate/approve.ts';
import { plan } from '../gate/plan.ts';
import { verdictRecord } from '../gate/record-verdict.ts';
import { signOff } from '../gate/sign.ts';
import { ruleOut, waive } from '../gate/waive.ts';
import { withdraw } from '../gate/withdraw.ts';
import { decideWaiverRequest } from '../store/people-store.ts';
import { findRequest, lockOpenRequest } from './manage-waivers.ts';
import { requesterText } from './read-runs.ts';
import { signedAct, type Logged } from './signed-act.ts';

const plainly = (logged: Logged): Logged => logged;

/** Errors: those of `signedAct` and `signOff`. */
export function signLine(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof signing.signLine>): Promise<Logged> {
  const { name, line: lineId, role, statement, evidence } = input;
  return signedAct(deps, ctx, {
    operation: signing.signLine,
    name,
    make: (ground, signer) => signOff(ground, { lineId, role, statement, ...(evidence !== undefined && { evidence }) }, signer),
    answer: plainly,
  });
}

/** Errors: those of `signedAct` and `ruleOut`. */
export function ruleOutLine(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof signing.ruleOutLine>): Promise<Logged> {
  const { name, line: lineId, reason } = input;
  return signedAct(deps, ctx, {
    operation: signing.ruleOutLine,
    name,
    make: (ground, signer) => ruleOut(ground, { lineId, reason }, signer),
    answer: plainly,
  });
}

/** Errors: those of `signedAct` and `plan`. */
export function planLine(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof signing.planLine>): Promise<Logged> {
  const { name, line: lineId, plan: words, due } = input;
  return signedAct(deps, ctx, {
    operation: signing.planLine,
    name,
    make: (ground, signer) => plan(ground, { lineId, plan: words, due: new Date(due).toISOString() }, signer),
    answer: plainly,
  });
}

/** Errors: those of `signedAct` and `approve`. */
export function approveLines(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof signing.approveLines>): Promise<Logged> {
  const { name, lines: lineIds, reason } = input;
  return signedAct(deps, ctx, {
    operation: signing.approveLines,
    name,
    make: (ground, signer, { verdict }) => approve(ground, { verdict, lineIds, reason }, signer),
    answer: plainly,
  });
}

/**
 * Grants what somebody else asked for. Errors: `readiness.waiver_request_not_found`, `readiness.waiver_request_decided`,
 * those of `signedAct` and `waive`.
 */
export async function grantWaiver(deps: ReadinessDeps, ctx: Ctx, { id }: InputOf<typeof signing.grantWaiver>): Promise<Logged> {
  const { checklist, lineId, reason, until, requestedBy, requestedName } = await findRequest(deps, ctx, id);
  const requester = requesterText({ name: requestedName, id: requestedBy });
  const waiver = { lineId, reason, until: new Date(until).toISOString(), requestedBy: requester };
  return await signedAct(deps, ctx, {
    operation: signing.grantWaiver,
    name: checklist,
    make: (ground, signer) => waive(ground, waiver, signer),
    async also(tx) {
      await lockOpenRequest(tx, id);
      await decideWaiverRequest(tx, id, { state: 'granted', by: ctx.actor.name, at: deps.clock.now() });
    },
    answer: plainly,
  });
}

/** Errors: those of `signedAct` and `withdraw`. */
export function withdrawRecord(deps: ReadinessDeps, ctx: Ctx, input: InputOf<typeof signing.withdrawRecord>): Promise<Logged> {
  const { name, record, reason } = input;
  return signedAct(deps, ctx, {
    operation: signing.withdrawRecord,
    name,
    make: (ground, signer, { entries }) =>
      withdraw({ ...ground, withdrawn: ground.records.withdrawn, records: entries }, { record, reason }, signer),
    answer: plainly,
  });
}

/** The verdict as the gate has it, with the caller's name to it. Errors: those of `signedAct` and `verdictRecord`. */
export function decideRelease(
  deps: ReadinessDeps,
  ctx: Ctx,
  { name }: InputOf<typeof signing.decideRelease>,
): Promise<OutputOf<typeof signing.decideRelease>> {
  return signedAct(deps, ctx, {
    operation: signing.decideRelease,
    name,
    make: ({ log }, signer, { verdict }) => verdictRecord(name, verdict, signer, log),
    answer: (logged, { verdict: { decision, blocks } }) => ({ ...logged, decision, blocks: [...blocks] }),
    events: (_logged, { verdict: { decision, runId } }) => [
      decidedEvent(ctx.tenantId, deps.clock.now(), { checklist: name, runId: runId!, decision }),
    ],
  });
}
