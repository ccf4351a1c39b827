import { bindingOf, bindingsOf, checked, checklistOf, finished, NOW, runOf, stateOf, subjectOfTest, testPeople } from './readiness.ts';
import type { Binding } from '../../src/readiness/binding/binding.ts';
import type { Checklist, Item } from '../../src/readiness/checklist/checklist.ts';
import { DEFAULT_POLICY, type GatePolicy } from '../../src/readiness/record/fold.ts';
import type { RecordBody } from '../../src/readiness/record/record.ts';
import type { CheckState } from '../../src/readiness/run/result.ts';
import { decide, type Effect, type Verdict } from '../../src/readiness/gate/decide.ts';

export const people = testPeople();
export const ada = people.signer('Ada', 'QA Lead');
export const grace = people.signer('Grace Approver', 'Release Manager');

export type Scene = {
  /** Boxes, or a document with them. */
  items: readonly Item[] | Checklist;
  /** One check a box unless told. */
  bindings?: readonly Binding[];
  /** What the check of each box finds; a box that is missing here has no result. */
  states: Readonly<Record<string, CheckState | readonly CheckState[]>>;
  environment?: string;
  policy?: GatePolicy;
};

/** A checklist with one run, on which people act one after the other. */
export function sceneOf({ items, bindings, states, environment = 'production', policy = DEFAULT_POLICY }: Scene) {
  const checklist = 'items' in items ? items : checklistOf(items);
  const file = bindingsOf(...(bindings ?? checklist.items.map(({ id }) => bindingOf(id, checked()))));
  const subject = { ...subjectOfTest(checklist, file), environment };
  const run = runOf(subject, states);
  const bodies: RecordBody[] = [finished(run)];
  const ground = async (at = NOW) => {
    const records = await stateOf(bodies, { people, subject, at, policy });
    return { checklist, bindings: file, subject, run, records, policy, at };
  };
  const verdict = async (at = NOW): Promise<Verdict> => decide(await ground(at));
  const act = async (make: (given: Awaited<ReturnType<typeof ground>> & { verdict: Verdict }) => Promise<RecordBody>) => {
    bodies.push(await make({ ...(await ground()), verdict: await verdict() }));
  };
  return { checklist, bindings: file, subject, run, bodies, ground, verdict, act };
}

/** What a line does to a decision. */
export const effectOn = ({ lines }: Verdict, id: string): Effect => lines.find(({ lineId }) => lineId === id)!.effect;
