import { remembering } from './remember.ts';

/** What the head of a table's column says of its cells: what must hold, what was measured, or which bound a number is. */

const KNOWN =
  /^(?:requirement|required(?: value)?|target|limit|threshold|expected(?: value)?|goal|must be|agreed value|setting|budget|bar|bound|spec|tolerance|allowed|objective|s[lr]o|norm|criterion|pass(?:[ -]?(?:mark|when|if|value|level|criteri(?:on|a)))?|(?:ok|good|accept(?:ed|able)?|green|done)(?: when| if| at| value)?|acceptance(?: (?:value|criteri(?:on|a)|level))?|needed|wanted|how (?:much|many|fast|long)|max(?:imum)?|min(?:imum)?|soll(?:wert)?|grenzwert|ziel(?:wert)?|vorgabe|cible|seuil|critère|objectif|exigence|valeur)s?$/i;
/** `Upper limit`, `Target value`, `Launch bar`, `Agreed level`. */
const QUALIFIED =
  /^(?:upper|lower|hard|soft|longest|shortest|launch|release|go[- ]live|our|agreed|contract(?:ual|ed)?|max(?:imum)?|min(?:imum)?|target|required|allowed|allowable|accept(?:ed|able)|wanted|desired|expected|needed|permitted|tolerated|demanded|promised|committed|passing|service|quality)\s+(?:result|duration|time|count|size|age|limit|bound|value|target|level|goal|threshold|bar|figure|number|range|ceiling|floor|requirement|objective|mark)s?$/i;
/** `What we want`, `Value we accept`, `Number to reach`, `What it must be`, `We need`. */
const SAID =
  /^(?:(?:what|value|figure|number|level|result)s?\s+)?(?:that\s+)?(?:(?:we|they|you|it|the \w+)\s+)?(?:(?:will|can|must|should|shall|has to|have to|to|is|are)\s+)?(?:accept(?:ed)?|want(?:ed)?|need(?:ed|s)?|allow(?:ed|s)?|require[ds]?|expect(?:ed)?|demand(?:ed|s)?|tolerate[ds]?|agreed?|promised?|aim for|ask for|be|reach|meet|hold|stay|not exceed)$/i;
/** Words that say all alone how it is, were they to match above. */
const ONLY = /^(?:be|reach|meet|hold|stay|need|want|accept|agree|to be|is|are)$/i;
/** `Target (p95)`, `Limit at go-live`. */
const TAIL =
  /\s*(?:\([^()]{1,30}\)|(?:for|at|in|by|before)\s(?:the\s)?(?:launch|release|go[- ]live|production|start|opening|cut-?over|day one|all|each|every|v?\d{1,3}\.\d)\b.{0,20})$/i;

/** Alone it may say what is wanted; beside a column that says so for sure it says how it is. */
const OPEN = /^value$/i;

const CLAIM =
  /^(?:(?:(?:last|latest|previous|prior) )?(?:measured(?: (?:on|in|at) .{1,20})?|actual|current(?:ly)?|today|now|seen|result|as is)|(?:last|latest|previous|prior|dry|test|trial) (?:run|time|value|test|measurement|reading|week|month|year|release|drill|rehearsal|load|event|mock|round)|(?:measured|current|actual|present|observed) (?:value|figure|level|number|state)|(?:value|what|figure)s? (?:(?:we|they) )?(?:now|today|measured|seen|saw|found|got|have|observed)|we (?:have|saw|got|measured|found)|observed|reading|at present|so far|rehearsal(?: \d)?|ist(?:wert)?|gemessen(?: am .{1,20})?|mesurée?(?: (?:le|au|en) .{1,20})?|répétition(?: \d)?|generalprobe|actuel)$/i;

/** `6.4` beside `needed for 7.0`: how the release before did. */
const RELEASE = /^v?\d{1,3}\.\d{1,3}(?:\.\d{1,4})?$/i;

const bare = (head: string): string => head.trim().replace(TAIL, '');

const isSaid = remembering((head: string): boolean => {
  const words = bare(head);
  return KNOWN.test(words) || QUALIFIED.test(words) || (SAID.test(words) && !ONLY.test(words)) || boundOf(head) !== undefined;
});

/** Not the column with the names of the rows, as `Criterion`, nor that of the boxes, as `Done`. */
const RIVAL =
  /target|limit|threshold|goal|bar|bound|required|allow|max|min|want|need|accept|expect|tolerance|budget|soll|ziel|grenz|vorgabe|cible|seuil/i;
const isRival = (head: string): boolean => RIVAL.test(head) && isSaid(head);

/** Whether a column tells what must hold; a plain `Value` does so only where no other column does. */
export function isDemandColumn(header: readonly string[], at: number): boolean {
  const head = header[at] ?? '';
  return isSaid(head) || (OPEN.test(head) && !header.some(isRival));
}

/** Whether a column tells what was measured. */
export function isClaimColumn(header: readonly string[], at: number): boolean {
  const head = (header[at] ?? '').replace(/^p\d\d(?:\.\d+)?\s|\sp\d\d(?:\.\d+)?$/i, '');
  return CLAIM.test(head) || ((OPEN.test(head) || RELEASE.test(head)) && header.some(isRival));
}

const BOUNDS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:max(?:imum|imal|\.)?|at (?:the )?most|no more than|not (?:more than|over|above)|up to|upper (?:limit|bound)|ceiling|cap|(?:max(?:imum|\.)?|longest) (?:duration|time|wait|outage|downtime|delay|age|size|count)|(?:must|may|can|should|shall) not (?:exceed|be (?:above|over|more than))|höchstens|maximal(?:wert)?|au plus)$/i,
    'at most',
  ],
  [
    /^(?:min(?:imum|imal|\.)?|at (?:the )?least|no less than|not (?:less than|under|below)|lower (?:limit|bound)|floor|(?:min(?:imum|\.)?|shortest) (?:duration|time|count|size|age)|(?:must|may|should|shall) not (?:be|fall|go|drop) (?:below|under)|mindestens|minimal(?:wert)?|au moins)$/i,
    'at least',
  ],
  [/^(?:under|below|less than|fewer than)$/i, 'under'],
  [/^(?:over|above|more than)$/i, 'over'],
];
const OBJECTIVE = /^(?:rto|rpo)$/i;

const boundOf = (head: string): string | undefined => BOUNDS.find(([pattern]) => pattern.test(bare(head)))?.[1];

const WHICH = String.raw`p\d\d(?:\.\d+)?|\d\d(?:\.\d+)?(?:st|nd|rd|th) (?:percentile|pctl)|percentile \d\d|median|mean|average|avg`;
const MEASURED = String.raw`latency|time|wait|response(?: time)?|duration|answer`;
const WANTED = String.raw`target|limit|max(?:imum)?|goal|budget|slo|allowed|wanted`;
const PERCENTILE = new RegExp(
  String.raw`^(?:(?:${WANTED}|${MEASURED})\s){0,2}(${WHICH})(?:\s(?:${MEASURED}|${WANTED})){0,2}(?:\s\([^()\d]{1,12}\))?$`,
  'i',
);
const IS_WANTED = new RegExp(String.raw`\b(?:${WANTED})\b`, 'i');
const COMPARED = String.raw`(?:[<>≤≥]=?\s*|(?:under|below|less than|at most|no more than|max(?:imum)?|up to|within|over|above|more than|at least|min(?:imum)?)\s)`;
const SIGNED = new RegExp(String.raw`^${COMPARED}[^|]{0,30}$`, 'i');
const PERCENTILE_SAID = new RegExp(String.raw`\b(?:${WHICH})\b`, 'i');

/** A demand with the percentile that the head of its column names, `p95 < 180 ms` under `p95`, or nothing where it names none. */
export function percentileTold(header: readonly string[], at: number, text: string): string | undefined {
  const head = header[at] ?? '';
  const mark = PERCENTILE.exec(head)?.[1];
  if (mark === undefined || PERCENTILE_SAID.test(text)) return undefined;
  return SIGNED.test(text) || (IS_WANTED.test(head) && /^\d/.test(text)) ? `${mark} ${text}` : undefined;
}

const UNIT_IN_HEAD =
  /[([]\s?(?:in\s)?(us|µs|ms|s|sec|min|h|hours|days?|%|[KMGT]B|[KMG]bit\/s|(?:req|requests|orders|calls)\/(?:s|min|h)|\/s|\/min|\/h|°C|kW)\s?[)\]]$/;
const BARE = new RegExp(String.raw`^(?:${COMPARED})?\d[\d.,]*$`, 'i');

/** A bare number with the unit that the head of its column bears in brackets: `< 180 ms` under `p95 (ms)`. */
export function unitTold(head: string, text: string): string {
  const unit = BARE.test(text) ? UNIT_IN_HEAD.exec(head)?.[1] : undefined;
  return unit === undefined ? text : `${text} ${unit}`;
}

/** A number with the bound that the head of its column is for it: `at most 5` under `Max`, `RTO: 4 h` under `RTO`. */
export function boundTold(head: string, text: string): string {
  if (OBJECTIVE.test(head)) return `${head}: ${text}`;
  const bound = boundOf(head);
  return bound === undefined ? text : `${bound} ${text}`;
}
