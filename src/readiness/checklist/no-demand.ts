import type { Comparator, Threshold } from './checklist.ts';
import type { Compared } from './comparator.ts';
import type { NumberPlace } from './number-place.ts';
import { TIME_MS } from './units.ts';

/** Numbers that look like demands, and are none: they tell how it is, how long to do something, or which ones are meant. */

/** What follows these words is how long to do something, not a demand on a measurement. */
export const INSTRUCTION =
  /\b(?:wait|monitor(?:ed)?|watch|observe|runs?|soak|bake|after|for|every|each|in|first|last|next|during|another|to|with|day|week|top|at|simulated|injected|artificial)\s+(?:the\s|a\s|another\s|~)?$/i;

/** A score or class says which ones are meant: `0 findings with a score of 7 or above`. */
export const SCORED = /\b(?:scor\w+|cvss|severity|rated|rating|priority|level|class|grade|category|tier|sev)\b/i;

/** Whether a number without a comparator tells how it is. */
export const isState = (place: NumberPlace, last: Threshold | undefined): boolean =>
  TARGET_BEHIND.test(place.right) || isTold(place, last) || isStepCell(place) || isStep(place) || isShareOfTraffic(place);

/** `50 % of traffic in all regions`: a step of a roll-out, at the beginning of what is to be done. */
const isShareOfTraffic = ({ quantity, left, right }: NumberPlace): boolean =>
  quantity.unit === '%' && /^\W*(?:(?:now|then|next|at|to|on)\s)?$/i.test(left) && SHARE_OF_TRAFFIC.test(right);
const SHARE_OF_TRAFFIC =
  /^\s(?:of\s)?(?:the\s|all\s|our\s|live\s|real\s|production\s)*(?:traffic|users|customers|players|members|visitors|devices|shops|stores|markets|tenants)\b(?=\s*(?:$|[,;.])|\s(?:in|on|to|at|moved|routed|switched|through|over to)\b)/i;

/** `Day 4: 50 %` */
const isStep = ({ quantity, text }: NumberPlace): boolean =>
  quantity.unit === '%' &&
  /\d\s?%(?:\s(?:of|der|des)\s[^,;.:<>≤≥\d]{1,30})?\s*(?:,|→|->|then|\/|,\s?(?:and |und |et )?(?:then|later|after that|dann|puis|ensuite)(?:\s(?:to|at|for|auf|à))?)\s*$|^\W*(?:day|week|phase|stage|step|wave|hour|ring|month|tag|woche|phase|stufe|jour|semaine|étape)\s*\d+\s*[:–—-]\s*$/i.test(
    text.slice(0, quantity.from),
  );

/** `| 50 % | errors below 0.1 % |`: a share alone in its cell, beside one that says what must hold. */
const isStepCell = ({ quantity, left, right }: NumberPlace): boolean =>
  quantity.unit === '%' &&
  /(?:^|[|—])\s*$/.test(left) &&
  /^\s*[|—][^|]*(?:[<>≤≥]|\b(?:under|below|above|over|at least|at most|(?:less|more|fewer) than|within)\b)/i.test(right);

/** `at least 95 % (pilot result: 93 %)`: behind a demand, a figure in brackets tells how it is. */
const isTold = ({ quantity, text }: NumberPlace, last: Threshold | undefined): boolean =>
  last !== undefined &&
  (last.unit === quantity.unit ||
    (quantity.unit === '' &&
      (!/^(?:%|ms|s|min|h|d)$/.test(last.unit) || AS_IT_IS.test(text.slice(Math.max(0, quantity.from - 60), quantity.from))))) &&
  /\((?![^()]*\b(?:rto|rpo|p\d\d|target|goal|limit|max\w*|min\w*|budget|required|hard|soft|peak|burst)\b)[^()<>≤≥]{1,40}:\s*$/i.test(
    text.slice(Math.max(0, quantity.from - 60), quantity.from),
  );

/** `(real time: 11)`: a number without a unit that is said to be how it is, or how it was. */
const AS_IT_IS =
  /\([^()]{0,30}\b(?:real|really|actual|actually|measured|observed|current|currently|today|now|was|took|seen|got|result|so far|best|worst|last|previous|run|test|pilot|trial|rehearsal|drill|gemessen|zuletzt|mesuré)\b[^()]{0,30}:\s*$/i;

/** `82 % (target 80 %)` tells how it is before it tells what it should be. */
const TARGET_BEHIND = /^\s*\((?:target|goal|threshold|limit|required?|needs?|min\w*|max\w*)\b/i;

/** Whether a number only looks like a demand. */
export function isNoDemand(
  place: NumberPlace,
  compared: Compared | undefined,
  { op, last, trigger }: { op: Comparator; last: Threshold | undefined; trigger: boolean },
): boolean {
  return (
    (!trigger && isTreated(place, compared)) ||
    isLast(place, compared) ||
    isScene(place, compared) ||
    isSaid(place) ||
    isHeld(place, compared) ||
    isOrdinary(place, compared, op) ||
    isSample(place, compared, last) ||
    isSelection(place, compared, last)
  );
}

/** `Load test under 3x expected traffic: errors < 1 %`, `p95 < 300 ms under twice the usual load`: what is borne meanwhile. */
const isScene = ({ quantity, left, right }: NumberPlace, compared: Compared | undefined): boolean =>
  compared !== undefined &&
  !compared.behind &&
  /^(?:under|unter|sous)$/i.test(compared.text) &&
  ((quantity.unit === 'x' && LOADED.test(right) && !LOAD_ITSELF.test(left)) ||
    (!(quantity.unit in TIME_MS) && quantity.unit !== '%' && TESTED.test(left)));
const LOADED =
  /^\s*(?:of\s)?(?:[\p{L}\d'’-]+\s){0,4}?(?:peaks?|loads?|traffic|volumes?|demand|throughput|(?:spitzen)?last(?=\s*(?:$|[:,;.)]))|verkehr|charge|trafic)(?!\p{L})/iu;
const LOAD_ITSELF = /\b(?:traffic|load|volume|demand|throughput)\s+(?:(?:is|stays?|remains?|kept|must|be|to|will)\s+)*under\s*$/i;
const TESTED =
  /(?<!\p{L})(?:(?:load|stress|soak|performance|spike|volume|capacity|endurance)[- ]?test\w*|tested|benchmark\w*|simulated|(?:last|stress)tests?|getestet|tests? de charge|testée?s?)(?!\p{L})[^,;:.<>≤≥]{0,40}\s(?:under|unter|sous)\s*$/iu;

/** `(they say +35 %)`: in brackets, what somebody thinks will be. */
const isSaid = ({ text, quantity }: NumberPlace): boolean =>
  /\([^()<>≤≥]{0,40}\b(?:say|says|said|expects?|expected|guess\w*|thinks?|hopes?|assum\w+|forecast\w*|estimat\w+|predict\w*|reckon\w*|roughly|erwartet|geschätzt|prévu\w*)\s(?:about\s|around\s|up\sto\s|~\s?)?[+−-]?\s?$/i.test(
    text.slice(Math.max(0, quantity.from - 60), quantity.from),
  );

/** `in the last one`: which one. */
const isLast = ({ quantity, text }: NumberPlace, compared: Compared | undefined): boolean =>
  quantity.word && /\bone$/i.test(text.slice(0, quantity.to)) && /^(?:in|within) the (?:last|past|next)$/i.test(compared?.text ?? '');

/** `longer than 30 minutes above 5 %`: how long the next demand must hold. */
const isHeld = ({ quantity, left, right }: NumberPlace, compared: Compared | undefined): boolean =>
  quantity.unit in TIME_MS &&
  compared?.op === '>' &&
  /\b(?:länger als|longer than|for more than|mehr als)\s*$/i.test(left) &&
  /^\s*(?:lang\s+)?(?:über|unter|above|below|over|under|[<>≤≥])/i.test(right);

/** `≤ 1 % over 2,000 calls` names the calls that are measured, and demands nothing of their number. */
const isSample = ({ quantity, left, right }: NumberPlace, compared: Compared | undefined, last: Threshold | undefined): boolean =>
  compared?.text.toLowerCase() === 'over' &&
  ((last !== undefined && quantity.unit === '' && /^\s*(?:\p{L}+\s+){0,2}over\s*(?:(?:the|all|any|these)\s*)?$/iu.test(left)) ||
    (quantity.unit in TIME_MS && (/[<>≤≥]/.test(right) || /\b(?:measured|averaged|counted|computed|taken)\s+over\s*$/i.test(left))));

/** `reviews older than 90 days: none`: how many there are of them. */
const isCounted = (right: string, { behind, op }: Compared): boolean =>
  !behind &&
  /^[<>]=?$/.test(op) &&
  /^[^,;.:<>≤≥\d]{0,30}[:=–—]\s*(?:none|zero|nil|keine[rs]?|aucune?|0(?![.,]?\d))(?!\p{L}|\s?%)/iu.test(right);

/** `Crates heavier than 40 kg carried by crane`: what is done with those; what was merely seen of them is no treatment. */
const TREATED =
  /^\s(?!(?:measured|observed|seen|reported|caused|found|noticed|detected|reached|exceeded|sustained|achieved|confirmed|recorded|needed|limited)\b)(?:\p{L}{2,}ed|sent|kept|put|taken|split|done|shown|written|driven)\s(?:over\s)?(?:by|with|to|into|in|onto|via|from|through|manually|separately|individually)(?!\p{L})/iu;

/** Whether a number only says which things somebody does something with. */
const isTreated = ({ quantity, right, clause }: NumberPlace, compared: Compared | undefined): boolean =>
  compared?.op === '>' &&
  !compared.behind &&
  !compared.turned &&
  quantity.unit !== '' &&
  quantity.unit !== '%' &&
  !quantity.unit.startsWith('1/') &&
  /^\W*(?:all\s|every\s)?(?:[\p{L}-]+\s)?\p{L}+s\s\S+(?:\sthan)?\s*$/iu.test(clause) &&
  TREATED.test(right);

/** `Payments above 10,000 EUR need a second approval`: what is then to be done. */
const isCondition = (clause: string, right: string): boolean =>
  /^\W*(?:\p{L}+\s){1,2}\S+(?:\sthan)?\s*$/u.test(clause) &&
  /^(?:\s\p{L}+)?\s(?:needs?|requires?|asks? for|waits? for|go(?:es)? to)\s/u.test(right);

/** `all rooms over 100 seats are listed`, `0 findings with a score of 7 or above`, `in the last 30 days ≥ 99 %`: which ones, not how many. */
function isSelection({ quantity, left, right, clause }: NumberPlace, compared: Compared | undefined, last: Threshold | undefined): boolean {
  if (!compared) return false;
  if (/^(?:in|within) the (?:last|past)$/i.test(compared.text))
    return !(quantity.unit in TIME_MS) || /^\s*(?:is |of |at |: ?)?(?:[<>≤≥]|at least|above|over|below|under)/i.test(right);
  // `5 % higher than 8.13` names what is compared with.
  // `falls by more than 15 % within an hour`: in which time.
  if (last?.relative && /^within$/i.test(compared.text) && quantity.unit in TIME_MS) return true;
  if (last?.relative && /^\s*(?:above|below|over|under|\w+er than|(?:more|less) than)\s*(?:the |in |on )?$/i.test(left)) return true;
  if (
    (!compared.unsure || SCORED.test(left)) &&
    last?.value === 0 &&
    last.op === '=' &&
    /^\s+\p{L}[^,;.&]*\b(?:with|of|above|over|older|longer|rated|scor\w+)\b[^,;.&]*$/iu.test(left)
  )
    return true;
  if (isCounted(right, compared)) return true;
  if (compared.op !== '>' || compared.behind || quantity.unit === '%' || quantity.unit.startsWith('1/')) return false;
  if (/\b(?:anything|everything|those|the ones)\s+(?:\w+\s)?(?:than\s*)?$/i.test(clause)) return true;
  // `works on phones older than five years`: on which ones.
  if (
    /\b(?:works?|runs?|usable|tested|supported|readable)\s+(?:on|for|with|in)\s+(?:\p{L}+\s){1,3}(?:older|larger|longer|wider) than\s*$/iu.test(
      clause,
    )
  )
    return true;
  if (quantity.unit !== '' && isCondition(clause, right)) return true;
  // `a run over 1.4 million accounts finishes in …`
  if (/^over$/i.test(compared.text) && /^(?:\s[\w-]+){1,2}\s(?:finish\w*|takes?|complet\w*|ends?|runs?|stays?)\b/i.test(right)) return true;
  return (
    /^\W*(?:all|every|each)\b[^,;:()]{3,60}$/i.test(clause) &&
    /^(?:\s+[\w-]+){0,2}\s+(?:are|is|have|has|were|was|get|gets|must|go|\w+ed)\b/i.test(right)
  );
}

/** Numbers that only look like demands: `within ports 80, 443`, `over HTTP 2`, `in 3 regions`. */
function isOrdinary({ quantity, left, right }: NumberPlace, compared: Compared | undefined, op: Comparator): boolean {
  if (
    /\b(?:ports?|steps?|phase|tier|level|class|chapter|section|line|page|sprint|question|http|tls|ssl|sha|rfc|iso|soc|owasp top|cve|tcp|udp|ipv|room|gate|version|no\.|nr\.|#)\s*$/i.test(
      left,
    )
  )
    return !compared || quantity.unit === '';
  // `users under 18`, `filed under 7.2`
  if (
    quantity.unit === '' &&
    /\b(?:users?|people|persons?|players?|children|anyone|patients?|customers?|those) (?:under|over|above|below|aged)\s*$/i.test(left) &&
    quantity.value < 130
  )
    return true;
  if (/\b(?:filed|listed|described|recorded|documented|noted|registered|stored|found) under\s*$/i.test(left)) return true;
  if (/\btls\b[^,;]{0,20}$/i.test(left) && quantity.unit === '') return true;
  if (
    compared &&
    /^(?:over|past|under|above|below|within)$/i.test(compared.text) &&
    quantity.unit === '' &&
    /^\s*(?:ssl|tls|https?|ports?)\b/i.test(right)
  )
    return true;
  if (compared && /^inside/i.test(compared.text) && !(quantity.unit in TIME_MS)) return true;
  return op === '=' && quantity.unit === '' && /\b[a-z]+\/\s*$/i.test(left);
}
