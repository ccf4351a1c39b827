import type { Tier } from './checklist.ts';
import { mayHold } from './first-look.ts';

/** How much something is owed, from a phrase of its own: `Must work before the doors open`, `Things that would be nice to have`. */

const ADVERB = String.raw`(?:(?:absolutely|strictly|legally|definitely|really|very|highly|strongly|always|formally)\s+)?`;
/** Who or what is owed, in front of its verb. */
const WHAT = String.raw`(?:things?|items?|points?|checks?|features?|parts?|stuff|what|all|everything|those)(?:\s+(?:that|which|we|you|i|they|everybody))*\s+`;
const REST = String.raw`(?:[\s-][\p{L}\d'’-]+){0,12}$`;

const VERBS: readonly (readonly [Tier, string])[] = [
  ['critical', String.raw`must|ha(?:s|ve) to|muss|müssen|doi(?:t|vent)`],
  ['high', String.raw`should|ought to|soll(?:te|ten|en)?|devrai(?:t|ent)`],
  ['medium', String.raw`(?:would|will) be (?:nice|good|great)|(?:nice|good|great)[- ]to[- ]have|could`],
  ['low', String.raw`(?:can|may|kann|können|darf|peut|peuvent) (?:wait|be left|come later|follow later|warten|entfallen|später|attendre)`],
];
const VERB = VERBS.map(([tier, verb]) => [tier, new RegExp(String.raw`^(?:${WHAT})?${ADVERB}(?:${verb})${REST}`, 'iu')] as const);
const OWED = 'needs? to|needs?|shall|required?';
const VERB_OF_ALL: readonly (readonly [Tier, RegExp])[] = [['critical', new RegExp(String.raw`^${WHAT}${ADVERB}(?:${OWED})${REST}`, 'iu')]];
/** `Should something go wrong` is a condition, and `all must be true` says how many of them. */
const OTHERWISE =
  /^(?:(?:should|could|may|might|would) (?:(?:not|never)\b(?! (?:be missing|block|delay|hold|wait|take|cost)\b)|(?:have |be |get |go )?(?:attack|hack|abus|breach|corrupt|compromis|exploit|damag|los[et]|leak|fail|break|crash|expos|harm|hurt|destroy|kill|steal|stolen|brok|wrong|fatal|dangerous|happen|occur|cause|overflow|deadlock|bankrupt|double|vanish|disappear|tamper|forg)\w*)|(?:should|could) (?:(?:some|any|every)\w*|it|we|you|i|they|this|that|these|the|an?|one|things?)\b|(?:all|everything) must be\b)/i;

/** `Optional modules installed` says what has to be so of things that are called optional. */
const SEEN_TO = /^optional\s.*\b(?:\w{3,}ed|set up|in place|done|written|known|shown|off|on)$/i;

const ADJECTIVES: readonly (readonly [Tier, string])[] = [
  [
    'critical',
    'mandatory|required(?=$| (?:before|for|by|under|from|in|on|at|as|per|to|if|when|prior|whatever)\\b)|obligatory|compulsory|imperative',
  ],
  ['high', 'recommended|advisable'],
  ['medium', 'desirable'],
  ['low', 'optional'],
];
/** `Mandatory conditions for release`, `Recommended by the users`, `Required before midnight`: whatever follows is owed like that. */
const ADJECTIVE = ADJECTIVES.map(([tier, words]) => [tier, new RegExp(String.raw`^${ADVERB}(?:${words})\b${REST}`, 'iu')] as const);

const GRADES: readonly (readonly [Tier, string])[] = [
  ['critical', 'critical|essential|required'],
  ['high', 'major|important'],
  ['medium', 'minor'],
];
/** `Critical acceptance points`, `Minor stuff`, `Major but survivable`; `critical alerts` are about something else. */
const GRADE = GRADES.map(
  ([tier, words]) =>
    [
      tier,
      new RegExp(
        String.raw`^(?:${words})\s+(?:but\b.*|(?:(?!incident|version|release|upgrade|update|customer|account|bug)\p{L}+\s+)?(?:points?|stuff|things?|measures?|features?|requirements?|items?|checks?|tasks?|criteria|prerequisites?|gates?|must-?haves?|conditions?))$`,
        'iu',
      ),
    ] as const,
);

/** Each expression above that gives a tier holds one of these. */
const ANY_WORD = new RegExp([...[...VERBS, ...ADJECTIVES, ...GRADES].map(([, words]) => words), OWED].join('|'), 'iu');

/** Whether a phrase with `should` or `could` is a condition or a fear: `Should the mast break`, `Could lose a rope`. */
export const isCondition = (phrase: string): boolean => OTHERWISE.test(phrase);

/** The tier that a phrase owes, if it does. */
export function obligationOf(phrase: string): Tier | undefined {
  if (!mayHold(phrase, ANY_WORD) || OTHERWISE.test(phrase) || SEEN_TO.test(phrase)) return undefined;
  for (const table of [VERB, VERB_OF_ALL, ADJECTIVE, GRADE]) for (const [tier, pattern] of table) if (pattern.test(phrase)) return tier;
  return undefined;
}
