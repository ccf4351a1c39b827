import type { Ctx } from '../base/context.ts';
import { route, type Route } from '../infra/http/route.ts';
import * as contract from './contract.ts';
import * as signing from './signing-contract.ts';
import * as watching from './watch-contract.ts';
import type { ReadinessDeps } from './deps.ts';
import { confirmBindings } from './operations/confirm-bindings.ts';
import { deleteChecklist } from './operations/delete-checklist.ts';
import { downloadReport } from './operations/download-report.ts';
import { getLine } from './operations/get-line.ts';
import { listSigners, setSigner } from './operations/manage-signers.ts';
import { endSigningKey, listSigningKeys } from './operations/manage-signing-keys.ts';
import { refuseWaiver, requestWaiver } from './operations/manage-waivers.ts';
import { confirmRollback, getWatch, listWatches, noteRollback, startWatch, stopWatch } from './operations/manage-watches.ts';
import { getChecklist, listChecklists, summaryOf } from './operations/read-checklists.ts';
import { getEvidence, getRun, listRuns, startRun } from './operations/read-runs.ts';
import { approveLines, decideRelease, grantWaiver, planLine, ruleOutLine, signLine, withdrawRecord } from './operations/sign-lines.ts';
import { uploadBindings, uploadChecklist } from './operations/upload-documents.ts';

/** Binds every contract of the module to its operation. */
export function routesOf(deps: ReadinessDeps): Route[] {
  const summary = async (ctx: Ctx, name: string) => summaryOf(deps, ctx, await deps.library.find(ctx, name));
  return [
    route(contract.listChecklists, (ctx) => listChecklists(deps, ctx)),
    route(contract.getChecklist, (ctx, input) => getChecklist(deps, ctx, input)),
    route(contract.uploadChecklist, async (ctx, input, request) => {
      await uploadChecklist(deps, ctx, input, request);
      return await summary(ctx, input.name);
    }),
    route(contract.uploadBindings, async (ctx, input, request) => {
      const { confirmations, validFor } = await uploadBindings(deps, ctx, input, request);
      return { ...(await summary(ctx, input.name)), takenOut: { confirmations: [...confirmations], validFor } };
    }),
    route(contract.confirmBindings, async (ctx, input) => {
      await confirmBindings(deps, ctx, input);
      return await summary(ctx, input.name);
    }),
    route(contract.deleteChecklist, (ctx, input) => deleteChecklist(deps, ctx, input)),
    route(contract.downloadReport, (ctx, input) => downloadReport(deps, ctx, input)),
    route(contract.startRun, (ctx, input) => startRun(deps, ctx, input)),
    route(contract.listRuns, (ctx, input) => listRuns(deps, ctx, input)),
    route(contract.getRun, (ctx, input) => getRun(deps, ctx, input)),
    route(contract.getLine, (ctx, input) => getLine(deps, ctx, input)),
    route(contract.getEvidence, (ctx, input) => getEvidence(deps, ctx, input)),
    route(signing.signLine, (ctx, input) => signLine(deps, ctx, input)),
    route(signing.ruleOutLine, (ctx, input) => ruleOutLine(deps, ctx, input)),
    route(signing.planLine, (ctx, input) => planLine(deps, ctx, input)),
    route(signing.approveLines, (ctx, input) => approveLines(deps, ctx, input)),
    route(signing.withdrawRecord, (ctx, input) => withdrawRecord(deps, ctx, input)),
    route(signing.decideRelease, (ctx, input) => decideRelease(deps, ctx, input)),
    route(signing.grantWaiver, (ctx, input) => grantWaiver(deps, ctx, input)),
    route(signing.requestWaiver, (ctx, input) => requestWaiver(deps, ctx, input)),
    route(signing.refuseWaiver, (ctx, input) => refuseWaiver(deps, ctx, input)),
    route(watching.startWatch, (ctx, input) => startWatch(deps, ctx, input)),
    route(watching.listWatches, (ctx, input) => listWatches(deps, ctx, input)),
    route(watching.getWatch, (ctx, input) => getWatch(deps, ctx, input)),
    route(watching.stopWatch, (ctx, input) => stopWatch(deps, ctx, input)),
    route(watching.noteRollback, (ctx, input) => noteRollback(deps, ctx, input)),
    route(watching.confirmRollback, (ctx, input) => confirmRollback(deps, ctx, input)),
    route(signing.listSigners, (ctx) => listSigners(deps, ctx)),
    route(signing.setSigner, (ctx, input) => setSigner(deps, ctx, input)),
    route(signing.listSigningKeys, (ctx) => listSigningKeys(deps, ctx)),
    route(signing.endSigningKey, (ctx, input) => endSigningKey(deps, ctx, input)),
  ];
}
