import { AppError } from '../../base/error.ts';
import type { Uuid } from '../../base/id.ts';
import type { SettlementDeps } from '../deps.ts';
import type { MessageHandler } from '../message/handler.ts';
import type { RailRow } from '../rail/rail-store.ts';
import type { RailDocument } from '../rail/transport.ts';
import type { MessageOf } from '../iso20022/read-message.ts';
import { normalBic } from '../participant/directory.ts';
import { matchTaken } from './match-entries.ts';
import { readStatement, type StatementFamily, type StatementPiece } from './read-statement.ts';
import { takeStatement } from './take-statement.ts';

/** Statements that come as messages. They speak for a custodian, so nobody who acts for a participant can send them. */
export function statementHandler<F extends StatementFamily>(deps: SettlementDeps): MessageHandler<F> {
  return async (ctx, { message, sender }) => {
    const refuse = (text: string) => ({ outcome: 'refused' as const, refusals: [{ code: 'AG01' as const, text, path: '' }] });
    if (ctx.memberId !== undefined) return refuse('Statements of custody accounts are taken from their custodian only.');
    try {
      const background = { ...ctx, idempotency: undefined };
      await takeStatement(deps, background, { [Symbol.asyncIterator]: () => piecesOf(message) }, { servicerBic: normalBic(sender) });
      await matchTaken(deps, background);
      return { outcome: 'accepted' };
    } catch (error) {
      if (error instanceof AppError && error.status < 500) return refuse(error.message);
      throw error;
    }
  };
}

async function* piecesOf<F extends StatementFamily>(message: MessageOf<F>): AsyncGenerator<StatementPiece> {
  const { groups, records, header, family } = message as unknown as MessageOf<'camt.053'> & { family: StatementFamily };
  const byGroup = Map.groupBy(records, ({ group }) => group);
  for (const group of groups) {
    const entries = byGroup.get(group.index) ?? [];
    const bad = [group, ...entries].find(({ result }) => result === 'refused');
    if (bad) throw new AppError('invalid', 'settlement.statement_malformed', `The statement cannot be taken: ${bad.path} was refused.`);
    yield { kind: 'opens', family, header, statement: group.value as Extract<StatementPiece, { kind: 'opens' }>['statement'] };
    for (const { value } of entries) yield { kind: 'entry', entry: value as Extract<StatementPiece, { kind: 'entry' }>['entry'] };
    yield { kind: 'closes' };
  }
}

/** Whether a file holds a statement, by how it begins. */
async function isStatement(document: RailDocument): Promise<boolean> {
  for await (const bytes of document.read()) {
    const head = Buffer.from(bytes.subarray(0, 8_192)).toString('latin1').replaceAll('\0', '');
    return /tech:xsd:camt\.05[234]\./.test(head);
  }
  return false;
}

/** Statements that a rail puts down beside its answers: taken for accounts at the bank that it reaches. */
export function railStatements(deps: SettlementDeps) {
  return async (tenantId: Uuid, rail: Pick<RailRow, 'id' | 'servicerBic'>, document: RailDocument): Promise<boolean> => {
    if (!(await isStatement(document))) return false;
    const ctx = deps.access.systemCtx(`rail ${rail.id}`, tenantId);
    await takeStatement(
      deps,
      ctx,
      readStatement(() => document.read()),
      { servicerBic: rail.servicerBic },
    );
    await matchTaken(deps, ctx);
    return true;
  };
}
