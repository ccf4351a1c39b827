import { expect } from 'vitest';
import { leiOf } from '../../src/base/check-digit.ts';
import type { Ctx } from '../../src/base/context.ts';
import { newId, type Uuid } from '../../src/base/id.ts';
import { confirmCase, decideCase } from '../../src/settlement/compliance/decide-case.ts';
import { createCaseOpener } from '../../src/settlement/compliance/open-cases.ts';
import { listCases } from '../../src/settlement/compliance/read-cases.ts';
import { createParticipant } from '../../src/settlement/participant/create-participant.ts';
import { getParticipant } from '../../src/settlement/participant/read-participants.ts';
import { setParticipantState } from '../../src/settlement/participant/set-participant-state.ts';
import { loadScreeningList } from '../../src/settlement/screening/manage-lists.ts';
import { listRescreeningFindings, listRescreenings } from '../../src/settlement/screening/rescreening/read-rescreenings.ts';
import { rescreenJob } from '../../src/settlement/screening/rescreening/rescreen.ts';
import type { TestHouse } from './house.ts';

const COLUMNS = 'id,name,aliases,ids,bic,lei,programmes';

/** Banks of a house whose lists change, and the people who decide on them. */
export function listedBanks(house: () => TestHouse, clock: { advance(ms: number): void }) {
  let made = 0;
  const deps = () => house().settlement.deps;
  const ctx = () => house().ctx;
  /** Somebody else of the operator. */
  const another = (): Ctx => ({ ...ctx(), actor: { ...ctx().actor, id: newId(), name: 'second@rialto.test' } });

  /** Puts a list in force in place of the one before; lines are `id,name,aliases,ids,bic,lei,programmes`, as far as they go. */
  const load = (...lines: string[]) => {
    // What is found later is later by the clock, too.
    clock.advance(1_000);
    const whole = lines.map((line) => line + ','.repeat(COLUMNS.split(',').length - line.split(',').length));
    const document = Buffer.from(`${[COLUMNS, ...whole].join('\n')}\n`);
    return loadScreeningList(deps(), ctx(), { id: 'house', allowSmaller: 'true' }, { document });
  };

  /** Runs the job until everything was screened against the lists in force. */
  async function screenAgain(): Promise<void> {
    for (let turn = 0; turn < 100; turn++) {
      await rescreenJob(deps(), { settledDays: 0 }).run(new AbortController().signal);
      if ((await listRescreenings(deps(), ctx())).items[0]?.stage === 'done') return;
      clock.advance(35_000);
    }
    throw new Error('the run does not end');
  }

  const admit = (change: { name?: string; bic?: string; lei?: string } = {}, as = ctx()) =>
    createParticipant(deps(), as, {
      name: 'Solvik Bank',
      bic: `SOL${'ABCDEFGHIJKLMNOP'[++made]}FIHH`,
      lei: leiOf(`TESTADMITTED${String(made).padStart(6, '0')}`),
      assets: ['EUR/2'],
      ...change,
    });
  const state = async (id: Uuid) => (await getParticipant(deps(), ctx(), { id })).state;
  const letIn = (id: Uuid) => setParticipantState(deps(), ctx(), { id, state: 'active' });
  const findings = async (id: Uuid) =>
    (await listRescreeningFindings(deps(), ctx(), { limit: 500 })).items.filter(({ participantId }) => participantId === id);

  const caseOf = async (title: string) => {
    await createCaseOpener(deps())(house().tenantId);
    const { items } = await listCases(deps(), ctx(), { state: 'active' });
    return items.find((one) => one.title === title)!;
  };
  /** Two people dismiss the case of a bank that is suspended. */
  const dismissed = async (title: string) => {
    clock.advance(1_000);
    const { id } = await caseOf(title);
    expect((await decideCase(deps(), ctx(), { id, decision: 'dismiss', comment: 'Another bank' })).state).toBe('proposed');
    await expect(confirmCase(deps(), ctx(), { id, answer: 'approve', comment: 'Mine' })).rejects.toMatchObject({
      code: 'settlement.four_eyes_needed',
    });
    return confirmCase(deps(), another(), { id, answer: 'approve', comment: 'Seen' });
  };
  return { another, load, screenAgain, admit, state, letIn, findings, caseOf, dismissed };
}
