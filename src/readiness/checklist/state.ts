import type { Claim, StateRow } from './checklist.ts';
import { plainText } from './inline.ts';
import { repairMojibake } from './repair.ts';
import type { Block } from './block.ts';

const STATE = /[✅✔❌✖⏳⚠⌛🟢🟡🟠🔴🚧❗🔵⚪⛔🆗]|\b(?:ready|needs? fix|blocked|in progress|not started|operational|degraded|down)\b/iu;
const MARK = /^\s*(?:[✅✔❌✖⏳⚠⌛🟢🟡🟠🔴🚧❗🔵⚪⛔🆗])/u;

/** What a cell or line claims by a mark such as ✅ or by a share such as `75%`. */
function claimIn(text: string): Claim | undefined {
  if (!MARK.test(text) && !/^\W*\d{1,3}(?:\.\d+)?\s*%/.test(text)) return undefined;
  const share = /(\d{1,3}(?:\.\d+)?)\s*%/.exec(text);
  return { ...(share && { value: Number(share[1]), unit: '%' }), text: text.slice(0, 200) };
}

/** The rows of a table whose cells state conditions; nothing for a table without such marks. */
export function stateRows(table: Extract<Block, { kind: 'table' }>, section: readonly string[]): StateRow[] {
  if (!table.rows.some(({ cells }) => cells.some(({ text }) => MARK.test(repairMojibake(text)) && STATE.test(repairMojibake(text)))))
    return [];
  const header = table.header.map(({ text }, at) => plainText(repairMojibake(text)) || `column ${at + 1}`);
  return table.rows.map(({ line, cells }) => {
    const pairs = cells.map(({ text }, at) => [header[at] ?? `column ${at + 1}`, plainText(repairMojibake(text))] as const);
    const claim = pairs.map(([, text]) => claimIn(text)).findLast((found) => found !== undefined);
    return { line, section, cells: Object.fromEntries(pairs), ...(claim && { claim }) };
  });
}

/** A line of text that states a condition: `**Status:** ✅ 70% Complete`, `❌ Fix the importer`. */
export function stateLine(markdown: string, line: number, section: readonly string[]): StateRow | undefined {
  const text = plainText(repairMojibake(markdown)).slice(0, 400);
  const pair = /^([^:]{2,40}):\s*(.+)$/.exec(text);
  const [key, value] = pair && !MARK.test(text) ? [pair[1]!, pair[2]!] : ['text', text];
  if (!MARK.test(value) && !(key !== 'text' && /^~?\d{1,3}\s*%/.test(value))) return undefined;
  const claim = claimIn(value);
  return { line, section, cells: { [key]: value }, ...(claim && { claim }) };
}

/** A choice between outcomes on one line, `☐ Success ☐ Failed`: which of them, and which is ticked. */
export function outcomesOf(markdown: string): { key: string; outcomes: string[]; chosen: string[] } | undefined {
  const text = plainText(repairMojibake(markdown)).slice(0, 400);
  const marks = text.match(/[☐☑☒⬜🟢🟡🔴]/gu) ?? [];
  if (marks.length < 2) return undefined;
  const key = /^([^:☐☑☒⬜]{1,60}):/u.exec(text)?.[1] ?? '';
  const parts = [...text.matchAll(/([☐☑☒⬜🟢🟡🔴])\uFE0F?\s*([^☐☑☒⬜🟢🟡🔴]{1,60})/gu)];
  return {
    key,
    outcomes: parts.map((part) => part[2]!.trim()),
    chosen: parts.filter((part) => /[☑☒]/u.test(part[1]!)).map((part) => part[2]!.trim()),
  };
}
