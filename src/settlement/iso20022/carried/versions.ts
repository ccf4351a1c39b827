import type { Said } from './said.ts';

/** Brings what other versions call or arrange otherwise to the names of the versions that are written. */

/** Of the versions of 2009. */
const RENAMED: Readonly<Record<string, string>> = {
  BIC: 'BICFI',
  BICOrBEI: 'AnyBIC',
  RmtLctnMtd: 'Mtd',
  RmtLctnElctrncAdr: 'ElctrncAdr',
  RmtLctnPstlAdr: 'PstlAdr',
};
const LOCATION = new Set(['Mtd', 'ElctrncAdr', 'PstlAdr']);

/** The name of an element as it is written; `above` is that of the element around. */
export function writtenName(name: string, above: string): string {
  if (name === 'Pty' && above === 'ChrgsInf') return 'Agt';
  return Object.hasOwn(RENAMED, name) ? RENAMED[name]! : name;
}

/** Amounts that later versions tell by a code: those that earlier ones have an element for. */
const AMOUNTS: ReadonlyMap<unknown, string> = new Map([
  ['DUEP', 'DuePyblAmt'],
  ['REMT', 'RmtdAmt'],
]);

/** An element as the versions that are written arrange it. Several, where what was inside stands for itself. */
export function arranged(said: Said): readonly Said[] {
  const [name, content] = said;
  if (!Array.isArray(content)) return [said];
  const inside = content as readonly Said[];
  if (name === 'AddtlDtTm') return inside;
  if (name === 'RltdRmtInf') return [locatedIn(said, inside)];
  if (name === 'RltdDt') return inside.filter(([each]) => each === 'Dt').map(([, day]) => ['RltdDt', day]);
  if (name === 'RmtAmtAndTp') return typedAmount(inside);
  return [said];
}

/** Of 2009, one place to which remittance advice goes stands directly in the element. */
function locatedIn(said: Said, inside: readonly Said[]): Said {
  const details = inside.filter(([name]) => LOCATION.has(name));
  if (details.length === 0) return said;
  return ['RltdRmtInf', [...inside.filter(([name]) => !LOCATION.has(name)), ['RmtLctnDtls', details]]];
}

function typedAmount(inside: readonly Said[]): readonly Said[] {
  const [, type] = inside.find(([name]) => name === 'Tp') ?? [];
  const code = Array.isArray(type) ? (type as readonly Said[]).find(([name]) => name === 'Cd')?.[1] : undefined;
  const as = AMOUNTS.get(code);
  const amount = inside.find(([name]) => name === 'Amt');
  return as !== undefined && amount ? [[as, amount[1], amount[2]]] : [];
}
