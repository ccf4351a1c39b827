import type { Criterion, Finding, Line, Threshold } from './checklist.ts';
import { claimsOf } from './claim.ts';
import { expectationsOf } from './hint.ts';
import { plainText } from './inline.ts';
import { readLine, type Surroundings } from './read-line.ts';
import { repairMojibake } from './repair.ts';
import type { Context, Entry, Outline } from './outline.ts';
import type { Block, ListItem } from './block.ts';
import { durationAt } from './quantity.ts';
import { boxesOf, cellsText, demandedIn } from './table.ts';
import { thresholdsOf } from './threshold.ts';

type Kind = Criterion['kind'];
type Tell = { guessed: Finding[]; notUnderstood: Finding[] };
type Survey = (context: Context, under: readonly string[]) => Surroundings;
type Fence = Extract<Block, { kind: 'fence' }>;

/** What criteria are gathered with: the places' meanings, the ids, and where to tell what was guessed. */
type Gathering = {
  outline: Outline;
  survey: Survey;
  tell: Tell;
  underOf: (entry: Entry) => readonly string[];
  boxedAbove: (entry: Entry) => Entry | undefined;
};

const SUCCESS =
  /^go criteria|\b(?:success|acceptance|exit|completion)\b[^.]{0,20}\bcriteri|\bcriteria (?:of|for) success|definition of done|(?:considered|deemed|counts as) (?:a )?success|erfolgskriterien|critères de (?:succès|réussite)/i;
const TARGETS =
  /\b(?:targets?|slos?|slas?|objectives?|thresholds?|kpis?|budgets?|expected results?|goals?|limits?|requirements?|specifications?)\b/i;
const EXPLICIT =
  /[<>≤≥±]|\b(?:at least|at most|less than|more than|under|below|above|over|within|min(?:imum)?|max(?:imum)?|no more than)\b/i;

/** Every line without a box that has to be judged all the same, in the order of the document. */
export function criteriaOf(gathering: Gathering): Criterion[] {
  const { outline } = gathering;
  const found = [
    ...outline.entries.flatMap((entry) => [
      ...bulletCriterion(gathering, entry),
      ...fencesOf(entry.blocks).flatMap((fence) => fenceCriteria(gathering, fence, entry.context, entry)),
    ]),
    ...outline.placed.flatMap(({ block, context }) => {
      if (block.kind === 'fence') return fenceCriteria(gathering, block, context);
      return block.kind === 'table' ? tableCriteria(gathering, block, context) : [];
    }),
  ];
  return found.sort((a, b) => a.line - b.line);
}

const fencesOf = (blocks: readonly Block[]): Fence[] => blocks.filter((block) => block.kind === 'fence');

/** A plain bullet: a number under a boxed line, a trigger, an alert, a sign of success, a target. */
function bulletCriterion(gathering: Gathering, entry: Entry): Criterion[] {
  const { item, context, id } = entry;
  if (item.box || item.lines.length === 0) return [];
  const under = gathering.underOf(entry);
  const around = gathering.survey(context, under);
  const text = plainText(repairMojibake(item.lines.join(' ')));
  const parent = gathering.boxedAbove(entry);
  const kind = bulletKind(around, {
    text,
    words: [...under, ...context.section, context.lead],
    child: parent !== undefined,
    group: entry.children.length > 0,
  });
  if (!kind) return [];
  const more = entry.children.filter((child) => !child.item.box).map((child) => child.item.lines.join(' '));
  const line = readLine(
    { id, line: item.line, lines: item.lines, more: kind === 'target' ? more : [], context, under },
    around,
    gathering.tell,
  );
  return [{ ...line, kind, ...polarityOf(kind, line), ...(parent && { parent: parent.id }) }];
}

/** A bare condition in a list of alerts is bad when true, in whatever words. */
const polarityOf = (kind: Kind, { polarity }: Line): Pick<Line, 'polarity'> => ({
  polarity: kind === 'alert' ? 'bad_when_true' : polarity,
});

function bulletKind(
  around: Surroundings,
  { text, words, child, group }: { text: string; words: readonly string[]; child: boolean; group: boolean },
): Kind | undefined {
  if (/_{3,}/.test(text)) return undefined;
  const { thresholds } = thresholdsOf(text, true);
  if (child) return thresholds.length > 0 ? 'target' : undefined;
  if (around.sense.trigger && !group) return around.sense.alert ? 'alert' : 'trigger';
  if (around.sense.alert && isAlert(text, thresholds.length > 0)) return 'alert';
  if (words.some((heading) => SUCCESS.test(heading)) && !group) return 'success';
  return thresholds.length > 0 && EXPLICIT.test(text) && words.some((heading) => TARGETS.test(heading)) ? 'target' : undefined;
}

function isAlert(text: string, measured: boolean): boolean {
  return (
    measured ||
    /\b(?:exhausted|triggered|down|unavailable|unreachable|failures?|failing|failed|lost|stale|expired|detected|crash\w*|unhealthy)\b/i.test(
      text,
    )
  );
}

/** A line of a block as it becomes a criterion. */
type Draft = { offset: number; text: string; kind: Kind };

function fenceCriteria(gathering: Gathering, fence: Fence, context: Context, owner?: Entry): Criterion[] {
  const around = gathering.survey(context, owner ? gathering.underOf(owner) : []);
  const drafts = isProse(fence) ? statedIn(fence, around) : commentedIn(fence, owner !== undefined);
  const boxed = owner && (owner.item.box ? owner : gathering.boxedAbove(owner));
  return drafts.map(({ offset, text, kind }) => {
    const id = gathering.outline.identify('criterion', text, context, owner?.item as ListItem | undefined);
    const line = readLine({ id, line: fence.line + 1 + offset, lines: [text], more: [], context, under: [] }, around, gathering.tell);
    return {
      ...line,
      kind,
      ...polarityOf(kind, line),
      ...(LADDER.test(text) && { thresholds: stepsOf(text) }),
      ...(boxed && { parent: boxed.id }),
    };
  });
}

/** The steps of a ladder of traffic, `5% → 25% → 100% over 1 hour`: each is to be had in its turn. */
function stepsOf(text: string): Threshold[] {
  const shares = [...text.matchAll(/(\d+(?:\.\d+)?)\s*%/g)];
  const over = /\b(?:over|in|within)\s+(.{1,30})$/i.exec(text);
  const duration = over ? durationAt(over[1]!) : undefined;
  const common = { metric: 'share of traffic', op: '=', unit: '%', ...(duration && { overMs: duration.ms }) } as const;
  return shares.map((share, at) => ({ ...common, value: Number(share[1]), scope: `step ${at + 1}`, text: share[0] }));
}

const isProse = ({ info }: Fence): boolean => /^(?:|text|txt|plain\w*|yaml|yml|properties)(?:\s|$)/i.test(info);

/** `Key: value` in an untyped block: a target where a comparator stands, else an expected setting. Bullets of alerts. */
function statedIn({ lines }: Fence, around: Surroundings): Draft[] {
  const filled = lines
    .slice(0, 500)
    .map((raw, offset) => ({ offset, text: repairMojibake(raw.trim().slice(0, 500)) }))
    .filter(({ text }) => text !== '');
  const bullets = filled.filter(({ text }) => /^[-*•]\s+\S/.test(text));
  if (bullets.length > 0 && bullets.length === filled.length && (around.sense.trigger || around.sense.alert)) {
    return bullets.map(({ offset, text }) => ({
      offset,
      text: text.replace(/^[-*•]\s+/, ''),
      kind: around.sense.alert ? 'alert' : 'trigger',
    }));
  }
  const pairs = filled.filter(({ text }) => /^[A-Za-z][\w /%().-]{1,60}:\s+\S/.test(text) && !/_{3,}/.test(text));
  if (pairs.length === 0 || pairs.length < filled.length * 0.6) return [];
  return pairs.map(({ offset, text }) => {
    const pair = text.replace(/:\s+/, ': ');
    return { offset, text: pair, kind: EXPLICIT.test(pair.slice(pair.indexOf(':'))) ? 'target' : 'setting' };
  });
}

const CRON = /^(?:@(?:hourly|daily|weekly|monthly)|(?:\*|\d)[\d,*/-]*(?:\s+(?:\*|\d)[\d,*/-]*){4})\s+\S/;
const LADDER = /\d\s*%\s*(?:→|->|=>|>|,)\s*\d+(?:\.\d+)?\s*%\s*(?:→|->|=>|>|,)\s*\d/;

/** Numbers that comments in commands ask for, times of cron, expected lines that name a state. */
function commentedIn({ lines }: Fence, owned: boolean): Draft[] {
  const expected = new Map(expectationsOf(lines).map((expectation) => [expectation.offset, expectation]));
  return lines.slice(0, 500).flatMap((raw, offset): Draft[] => {
    const text = repairMojibake(raw.trim().slice(0, 500));
    if (CRON.test(text)) return [{ offset, text, kind: 'setting' }];
    const expectation = expected.get(offset);
    if (expectation?.listed)
      return /\S:\s*(?:pass(?:ed)?|ok|success|healthy|up|green)\W*$/i.test(text)
        ? [{ offset, text: expectation.text, kind: 'success' }]
        : [];
    const comment = /^#+\s+(.+)$/.exec(text)?.[1];
    if (comment === undefined || (owned && expectation)) return [];
    return LADDER.test(comment) || thresholdsOf(comment).thresholds.length > 0 ? [{ offset, text: comment, kind: 'target' }] : [];
  });
}

/** Rows of a table that lists targets, or has a column of them. */
function tableCriteria(gathering: Gathering, table: Extract<Block, { kind: 'table' }>, context: Context): Criterion[] {
  const header = table.header.map(({ text }) => plainText(text));
  const lists = header.some((text) => TARGETS.test(text) || /^(?:alert|trigger|condition)s?$/i.test(text));
  const around = gathering.survey(context, []);
  const boxed = new Set(boxesOf(table).map(({ line }) => line));
  return table.rows.flatMap((row): Criterion[] => {
    const { line, cells } = row;
    if (cells.some(({ text }) => /^\\?\[[ xX]?\\?\]/.test(text)) || boxed.has(line)) return [];
    const text = cellsText(cells);
    const isTold = lists && EXPLICIT.test(text) && thresholdsOf(text).thresholds.length > 0;
    const demanded = isTold ? undefined : demandedIn(table, row);
    if (!isTold && !demanded) return [];
    const lines = demanded ? [`**${demanded.title.replaceAll('*', '')}**: ${demanded.detail}`] : [text];
    if (demanded && thresholdsOf(claimsOf(plainText(lines[0]!)).rest).thresholds.length === 0) {
      gathering.tell.notUnderstood.push({
        line,
        kind: 'threshold',
        text: `“${plainText(demanded.detail).slice(0, 80)}” stands where a demand does, but was not understood.`,
      });
      return [];
    }
    const id = gathering.outline.identify('criterion', text, context);
    const read = readLine({ id, line, lines, more: [], context, under: [] }, around, gathering.tell);
    return [{ ...read, kind: around.sense.trigger ? 'trigger' : 'target' }];
  });
}
