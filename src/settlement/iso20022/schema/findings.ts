import type { ReasonCode, Refusal } from '../reason.ts';
import type { Fault } from './check-piece.ts';
import type { Piece } from './cut.ts';

/** Names of a message's groups and records; their numbers in a piece are not those in the message. */
export type CutNames = { group?: string; record: string };

/** What a schema found wrong, as a reason with the element's path in the whole message. */
export function refusalOf({ steps, text }: Fault, piece: Piece, names?: CutNames): Refusal {
  const [root] = steps;
  // `Document` and the message's element are in no path; an application header is.
  const inside = root?.name === 'Document' ? steps.slice(2) : steps;
  const path = inside.map(({ name, nth, of }, depth) => `${name}${numberOf({ name, nth, of }, depth, inside, piece, names)}`).join('/');
  return { code: codeOf(text, steps.length), path, text: `The schema says: ${text}`, rule: 'schema' };
}

function numberOf(step: Fault['steps'][number], depth: number, inside: Fault['steps'], piece: Piece, names?: CutNames): string {
  const isGroup = depth === 0 && step.name === names?.group;
  const isRecord = step.name === names?.record && depth === (names.group ? 1 : 0) && (!names.group || inside[0]?.name === names.group);
  if (isGroup) return `[${step.nth + piece.groupsBefore}]`;
  const inFirstGroup = !names?.group || inside[0]?.nth === 1;
  if (isRecord) return `[${step.nth + (inFirstGroup ? piece.recordsBefore : 0)}]`;
  return step.of > 1 ? `[${step.nth}]` : '';
}

/** A schema says what is wrong in a sentence only. */
function codeOf(text: string, depth: number): ReasonCode {
  if (depth === 0) return 'FF01';
  if (text.startsWith('Missing child element') || text.includes('is required but missing')) return 'CH21';
  if (text.startsWith('This element is not expected') || text.includes('is not allowed') || text.startsWith('No matching global'))
    return 'CH17';
  return 'CH16';
}
