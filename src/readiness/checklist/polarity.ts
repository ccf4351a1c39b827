import type { Action, Polarity, Threshold } from './checklist.ts';
import { isCalledOff, isOfUntrue, isSentBack } from './called-off.ts';
import { directionOf } from './direction.ts';
import { remembering } from './remember.ts';
import { isWithholding } from './withhold.ts';
import type { Place } from './words.ts';

/** How a line is to be read: as what must be true, or as what must never be, with what that asks for. */
export type Sense = {
  polarity: Polarity;
  action?: Action;
  alert?: boolean;
  trigger?: boolean;
  /** Whether the words may as well be of something that is to be ready: `Rollback criteria agreed`, `Roll back if the network fails`. */
  unsure?: true;
  /** Signs that something goes wrong, which may show before the release as well: they are watched after it, and put off by nothing. */
  sign?: true;
};

const STOP_WORD = String.raw`roll(?:ing|ed)?[- ]?backs?|revert|abort|back[- ]?out|stop|halt|kill|pause|cancel|suspend|withdraw|undo|leave|evacuate|(?:go|step|fall|move|hand) back|escalate|postpone|reject|block|disable|scrub|call (?:it |the \S+ )?off|freeze|restore|fail[- ]?over|switch (?:back|over|to)|(?:turn|flip|cut|move|fall)[- ]?back|pull|yank|take \S+ (?:\S+ )?(?:offline|down)|hold|do not \w+|don['’]t \w+|never \w+|not (?:launch|go|ship|deploy|release)|retour arrière|abbrechen|abbruch|zurück\w*|einstellen|stoppen|anhalten|aussetzen|annuler|arrêter|suspendre|revenir|(?:on |nous )?(?:revient|revenons|arrête|annule|suspend)`;
/** What a heading may say that goes well when its condition holds. */
const GO_WORD = String.raw`(?:we |you |it is |is |only |safe to |ok to |can |may )*(?:proceed|continue|carry on|go(?! back)|launch|release|ship|deploy|promote|merge|done|ready|success\w*|complete\w*|start|begin|advance|resume|required|needed|optional|applicable|applies|apply|use|skip|relevant|celebrate|accept\w*|pass\w*|approve\w*|sign off|finished|good|check|verify|know|what|how|who)`;
/** Words of a good end, anywhere: `the roll-out is considered successful when`. */
const WELL = String.raw`success\w*|ready|done|complete\w*|accept\w*|approv\w*|healthy|safe|(?<!\b(?:the|a|this) )pass\w*|finished|considered|satisf\w*|met|good|(?<=\ba )go`;
const IF = String.raw`if|when(?:ever)?|once|as soon as|the moment|in case(?: of)?|in the event of|wenn|falls|sobald|sofern|si|quand|dès que|lorsque`;

const HALT = String.raw`abort|halt|stop|suspend|pause|kill|cancel|call off|turn back|back out(?: of)?|retreat(?: from)?`;
const UNDERTAKING = String.raw`moves?|ramp(?:[- ]?up)?|roll-?outs?|release|launch|deploy\w*|migration|cut-?over|switch-?over|changes?|wave|campaign|experiment|tests?|exercise|show|trial|pilot|upgrade|switch|transfer|go live|rollout|roll out|flip|import|cut ?over|run|plan|trading|traffic|everything|it|event|programme|program|project|update|go-live|operation|procedure`;

/** An order with its condition in the middle: `Roll back if the error rate`, below which conditions stand, or what is to be done then. */
const ORDER_IF = new RegExp(
  String.raw`^(?:\W*(?:immediate(?:ly)?|automatic(?:ally)?|auto|please|we|you|must|should|consider|also|then)\W+){0,3}(?!kill[- ]switch|fall-?back)(?:${STOP_WORD})\b(?:[^.]|\.\w){0,60}\b(?:${IF})\b(?!\s+(?:needed|required|necessary|applicable|possible))`,
  'i',
);
/** What comes behind the `if` of a heading that its lines go on with: nothing, or how many of them it takes. */
const GOES_ON = new RegExp(
  String.raw`\b(?:${IF})\b(?:\s+(?:any|one|two|three|either|some|all|at least)\b[^.]{0,60}|\s+(?:these|the following|this)\b[^.]{0,30}|,\s*(?:by|before|at|after|until|within|on|bis|um|avant)\b[^.;]{1,40})?\s*[:…,]*\s*(?:\([^()]*\))?$|:\s*$`,
  'i',
);
/** Of triggers, that they have been made: the lines are what has to be so before the release. */
const MADE =
  /\b(?:documented|defined|agreed|reviewed|tested|approved|rehears\w*|drill\w*|known|communicated|configured|in place|written|set[- ]?up|trained|understood|prepared|ready)\b/i;

/** Headings and leads whose lines are bad when true. */
const BAD: readonly RegExp[] = [
  new RegExp(
    String.raw`\b(?:roll[- ]?back|revert|abort|back[- ]?out|stop(?:ping)?|halt|kill|pause|cancel(?:lation)?|failure|fail|fall[- ]?back|retreat|suspension|withdrawal|termination|evacuation|interruption|escalation|no[- ]go|shut-?down|circuit[- ]?break(?:er|ing)?)[- ](?:triggers?|criteri(?:a|on)|conditions?|thresholds?|reasons?|signals?|indicators?|events?)\b`,
    'i',
  ),
  ORDER_IF,
  new RegExp(
    String.raw`^(?!\W*(?:${GO_WORD})\b)(?!.*\b(?:${WELL})\b)(?:[^.]|\.\w){2,100}\b(?:${IF})(?:\s+(?:any|one|either|some|all)\b[^.]{0,60}|\s+(?:these|the following|this)\b[^.]{0,30})?\s*[:…]?$`,
    'i',
  ),
  // `The change shall be withdrawn without delay where:`
  new RegExp(
    String.raw`\b(?:be|is|are|gets?) (?:\p{L}+ )?(?:withdrawn|rolled[- ]back|reverted|aborted|stopped|halted|suspended|cancell?ed|reversed|undone|discontinued|backed[- ]out|taken (?:back|down|offline))\b[^.;]{0,60}\b(?:where|upon|in (?:any|each|either|one) of the following cases|${IF})(?:\s+(?:any|one|either|some)\b[^.]{0,40}|\s+(?:these|the following)\b[^.]{0,30})?\s*[:…]$`,
    'iu',
  ),
  /^(?:(?:incident|escalation|stop|emergency|failure)\s+)?triggers?$|^immediate(?:ly)? (?:abort|stop|halt|revert)$/i,
  // An order to stop what the document is about, as a whole heading: under it stand the reasons. `Stop the old server` is a step.
  new RegExp(
    String.raw`^\W*(?:${HALT})(?:(?:\s+and|,|\s*/)\s+(?:roll (?:it )?back|revert|go back|step back|turn back|undo))?(?:\s+(?:the|this|all|any))?(?:\s+(?:${UNDERTAKING}))?(?:\s+(?:immediately|now|at once|early|here))?\W*$`,
    'i',
  ),
  /^\W*(?:(?:abort|stop)\W+)?(?:(?:turn|go|fall|switch|step|move|flip|cut|return) ?)?(?:back|return) to (?:the )?(?:old|previous|former|paper|manual|last)\b/i,
  /^\W*(?:pull the plug|(?:pull|roll|take|back|turn|move|put|switch) (?:it|this|that|everything|the \w+) (?:back|out|off|down)|pull (?:it|out|back)|undo (?:it|this)|call (?:it|this|everything) off|bail out|scrub (?:it|this|the \w+))\W*$/i,
  /\b(?:stop|abort|halt|kill|roll[- ]?back|pause|cancel|suspend|freeze|turn[- ]?back|no[- ]?go|emergency|panic|bail(?:[- ]?out)?|pull)[- ](?:\p{L}+[- ]){0,2}(?:triggers?|criteria|conditions?|signals?|reasons?)$/iu,
  /^(?:conditions|criteria|triggers|reasons|grounds|signals) (?:for|to|of) (?:\p{L}+ ){0,3}?(?:(?:the|a|our) )?(?:fall-?back|contingency|roll-?back|back-?out|reversal|abort|rolling [^.]{0,30}\bback|withdrawal|withdrawing|abandoning|suspending|cancelling|reverting|reversion|retreat)\b/iu,
  /^(?:conditions?|circumstances|cases|situations) (?:under|in|on|upon) which\b.*\b(?:withdraw\w*|abort\w*|stop\w*|roll\w*|suspend\w*|cancel\w*|revert\w*|halt\w*|back|abandon\w*|off)\b/i,
  // `The shift manager reverts to the old system on any of these:`
  /\b(?:reverts?|goes back|go back|stops?|aborts?|halts?|cancels?|suspends?|rolls? back|switch(?:es)? back|returns? to|retreats?|withdraws?)\b[^.]{0,60}\b(?:on|at|upon|for|with) (?:any|one|either|each)\b[^.]{0,40}:?$/i,
  // `Any one of these and we stop:`
  /^(?:any|one|either|a single)\b[^.]{0,60}\b(?:halts?|stops?|aborts?|kills?|cancels?|pauses?|blocks|rolls? (?:it )?back|rolled back|reverts?|goes back|go back|back out|turns? back|no[- ]go|ends (?:it|the)|is enough)\b[^.]{0,40}[:.]?$/i,
  /^\W*(?:STOP|ABORT|HALT)\s*[:–—-]/,
  /^(?:looking back|afterwards)\b[^.]{0,30}\btick (?:if|when|what)\b|\btick (?:if|when|whatever) (?:it|this|any of (?:it|this|these)) (?:really )?(?:happen|occur)\w*/i,
  /^when (?:to|(?:do |should |must )?(?:we|you)) (?:give up|return|switch back|revert|go back|turn back|pull out|bail|fall back|roll[- ]?back|abort|stop|halt|escalate|revert|back out|cancel|pull)/i,
  /\b(?:immediate|automatic|mandatory|auto) roll[- ]?back(?: required| triggers?)?$|\broll[- ]?back (?:is )?(?:recommended|required|mandatory|advised|immediately|now|considered)\b|^(?:recommend(?:ed)?|consider) roll[- ]?back(?!s?\s+(?:drills?|tests?|rehears\w*|exercises?|plans?|procedures?))/i,
  /\b(?:red flags?|warning signs?|danger signs?|tripwires?|anti-?patterns?|deal ?breakers?|disqualifiers?|bad signs|signs (?:that|to) (?:we |you |to )?(?:return|go back|stop|abort|roll|turn back|leave|revert)|signs of (?:trouble|failure))\b/i,
  /^(?:no[- ]?go|nogo|stop|abort|rote flaggen|warnzeichen|(?:abbruch|rückfall)(?!\w*(?:plan|ebene|probe|quote|test|verfahren|szenari\w+|übung|konzept|prozedur|handbuch|anleitung|rate|version|lösung|betrieb)$)\w*)$|abbruch(?:kriterien|bedingungen)|rollback-?(?:kriterien|auslöser)|critères? (?:d['’](?:arrêt|abandon)|de retour)|conditions? d['’](?:arrêt|abandon)|signaux d['’]alerte/i,
  /\b(?:reasons?|grounds) (?:to|for|not to) (?!(?:go|launch|ship|release|proceed|continue)\b)|\b(?:conditions|criteria|triggers|reasons) (?:to|for|of) (?:a |an |the )?(?:(?:fall|go|turn|step|mov|switch|pull|back)\w*[- ](?:back|out)|abandon\w*|withdraw\w*|retreat\w*|suspen\w*|fallback|cancel\w*|roll(?:ing)?[- ]?back|abort(?:ing)?|stop(?:ping)?|halt(?:ing)?|revert(?:ing)?|no[- ]go)/i,
  /^(?:alert|alarm|page|paging)s?(?:ing)? (?:conditions?|triggers?|criteria|if|when|on)\b/i,
];

/** Headings and leads that end the reach of a bad one around them. */
const GOOD: readonly RegExp[] = [
  /^\W*(?:(?:final|release|go-live|launch) )?(?:sign[- ]?offs?|signatures?|approvals?|approved by|signed by|contacts?)\W*$/i,
  /\b(?:roll[- ]?back|revert|abort|back[- ]?out|failover)\b[^.]{0,20}\b(?:plan|procedure|steps?|process|script|checklist|readiness|preparation|prep|test|tests|testing|tested|strategy|capability|verification|validation|runbook|instructions|execution|actions?|drill|complete|path)\b/i,
  /^(?:(?:safe|ok|fine|free) to |we (?:can )?)?(?:continue|proceed|carry on|keep going|go ahead|promote|resume|advance)\b/i,
  /\b(?:success|acceptance|exit|entry|launch|release|readiness|done|completion|go) (?:criteria|conditions?)\b|\bcriteria (?:of|for) success\b|\bdefinition of (?:done|ready)\b|^go(?: if| when)?$/i,
  /\bgo ?(?:\/|-|or|vs\.?) ?no[- ]?go\b/i,
  // `After midnight there is no way back.` is a remark and leads to no lines.
  /^(?:after|before|during|post|pre)\b(?!.*(?<!\b(?:following|these|below|this))\.$)|\b(?:checks|steps|tasks|procedure)$/i,
];

const ALERTS = /\b(?:alerts?|alarms?|alerting|paging|notifications?)\b/i;

type Verdict = 'bad' | 'continues' | 'good' | 'alert' | 'nothing';

/** The number that a heading bears in its document: `4 Halt the rollout`, `C. Abort if`, `§ 7`. */
const NUMBERED =
  /^\W{0,3}(?:\d{1,2}(?:\.\d{1,2})*|[A-Za-z](?:\d{1,2}(?:\.\d{1,2})?)?|[IVX]{1,4})(?:[.):]\s+|\s+[–—-]\s+)|^\W{0,3}\d{1,2}(?:\.\d{1,2})*\s+(?=\p{L})/u;
/** What a heading is called, in front of what it says: `Point of no return: go back if`. */
const LABELLED = /^[^:;.!?]{3,40}[:–—]\s+(?=\S+\s+\S+)/;

/** What a heading says of itself in brackets: `No-Go (any single item stops it)`. */
const EXPLAINED = /\s*\([^()]*\)\s*:?\s*$/;

/** Of a lead of several sentences the last one says what the lines are; where that says nothing, all of it, then without its number and its label. */
const verdictOf = remembering((text): Verdict => {
  const last = /[.!?]\s+([^.!?]{6,}:)\s*$/.exec(text)?.[1];
  const bare = text.replace(NUMBERED, '');
  for (const words of new Set([last, text, bare, bare.replace(LABELLED, ''), bare.replace(EXPLAINED, '')])) {
    const verdict = words === undefined ? 'nothing' : verdictOn(words);
    if (verdict !== 'nothing') return verdict;
  }
  return 'nothing';
});

const isBad = (text: string): boolean =>
  !isOfUntrue(text) && (BAD.some((pattern) => pattern.test(text)) || isWithholding(text) || isSentBack(text) || isCalledOff(text));

function verdictOn(text: string): Verdict {
  const gate = /\bgo ?(?:\/|-|or|vs\.?) ?no[- ]?go\b/i.test(text);
  if (!gate && isBad(text)) return 'bad';
  if (GOOD.some((pattern) => pattern.test(text))) return continues(text) ? 'continues' : 'good';
  return ALERTS.test(text) ? 'alert' : 'nothing';
}

/** Conditions under which something is not begun at all. `Do not resume` and `do not go back` are of the time after that. */
const NO_LAUNCH: readonly RegExp[] = [
  /\b(?:no[- ]?go|nogo)\b/i,
  /^\W*(?:we )?(?:do not|don['’]t|must not|may not|never) (?!continue|resume|carry|keep|leave|wait|(?:go|roll|turn|fall|switch|step) back|revert|restart|proceed (?:to|with) (?:the )?(?:next|roll))\w+/i,
  /\b(?:do not|don['’]t|must not|may not|will not|won['’]t|should not|never) (?:launch|go(?! back)|ship|release|deploy|open|start|begin|approve|accept|sign|publish|promote|go-?live)\b/i,
  /^(?!.*\b(?:roll|revert|back)\b)\W*(?:we |reasons (?:to|for) |grounds (?:to|for) )?(?:postpon|reject|defer|delay|withhold|scrub|hold|block|refus)\w*\b/i,
  /^(?!.*\b(?:roll|revert|back)\b).*\b(?:abort\w*|stop\w*|cancel\w*|halt\w*|call(?:ing)? off|suspend\w*)\b[^.]{0,20}\b(?:launch|go-?live|release|opening|submission)\b/i,
];
const isNoLaunch = (text: string): boolean => isWithholding(text) || isCalledOff(text) || NO_LAUNCH.some((pattern) => pattern.test(text));
const GOING_BACK =
  /\b(?:roll\w*[- ]?(?:it )?back|revert\w*|back\w*[- ]?out|fall\w*[- ]?back|(?:switch|go|turn|flip|step|move)\w* (?:it )?back|return\w*|withdraw\w*|undo|restore|pull|yank|take \S+ (?:\S+ )?(?:offline|down))\b/i;

/** Other words for giving it up. */
const ENDING = /\b(?:pull(?:ing)? (?:the plug|out)|bail\w*|call(?:ing)? (?:\S+ )?off|retreat\w*|scrub)\b/i;
/** Nobody says what is done then: going back is for a person to decide. */
const SIGNS =
  /\b(?:red flags?|warning signs?|danger signs?|tripwires?|bad signs|signs of (?:trouble|failure))\b|rote flaggen|warnzeichen|signaux d['’]alerte/i;

/** What the words around a line say of it; the innermost that says anything decides. */
export function senseOf({ words }: Place): Sense {
  let alert = false;
  for (const [at, text] of words.entries()) {
    const verdict = verdictOf(text);
    if (verdict === 'bad') return badSense(text, words);
    if (verdict === 'continues') return begins(text) ? BEGIN_SENSE : continueSense(text);
    if (verdict === 'good') break;
    // A document about notifications is no list of alarms.
    alert ||= verdict === 'alert' && (at === 0 || at < words.length - 1);
  }
  return alert ? ALERT_SENSE : GOOD_SENSE;
}

const GOOD_SENSE: Sense = { polarity: 'good_when_true' };
const CONTINUE_SENSE: Sense = { polarity: 'good_when_true', action: 'continue', trigger: true };
/** `Continue the nightly backups` is a task, and no condition of going on. */
const continueSense = (text: string): Sense =>
  GOES_ON.test(text) || /\b(?:criteria|conditions?|signals?)\b/i.test(text) ? CONTINUE_SENSE : { ...CONTINUE_SENSE, unsure: true };
const BEGIN_SENSE: Sense = { polarity: 'good_when_true', trigger: true };
const ALERT_SENSE: Sense = { polarity: 'good_when_true', alert: true };

const continues = (text: string): boolean =>
  /^(?:(?:safe|ok|fine|free) to |we (?:can )?)?(?:continue|proceed|carry on|keep going|go ahead)\b/i.test(text);

/** `Proceed if` and `Continue to the launch if` tell what must hold to begin: a demand like any other. The rest is of a roll-out. */
const begins = (text: string): boolean =>
  /\b(?:launch|go-?live|release|ship)\b/i.test(text) ||
  (/\b(?:proceed|go ahead)\b/i.test(text) &&
    !/\b(?:roll-?out|ramp\w*|waves?|stages?|phase|steps?|next|deploy\w*|canary|traffic)\b|\d ?%/i.test(text));

function badSense(text: string, words: readonly string[]): Sense {
  const inner = words.slice(0, words.indexOf(text) + 1).join(' ');
  if (/\b(?:alert|alarm|pag(?:e|ing))/i.test(text)) return { polarity: 'bad_when_true', alert: true, trigger: true };
  const recommended = /\b(?:recommend\w*|consider|warning|optional|discuss|advised)\b/i.test(inner);
  const stops = /roll|revert|abort|back[- ]?out|halt|stop|kill|no[- ]?go|not |n['’]t|abbruch|retour|arrêt|fail|leave|switch|cancel/i.test(
    inner,
  );
  // Under `Do not launch, or roll back, if` a line is due before the launch all the same.
  if (isNoLaunch(text) || (!GOING_BACK.test(text) && isNoLaunch(inner)))
    return { polarity: 'bad_when_true', trigger: true, action: 'stop_launch' };
  const sense: Sense = { polarity: 'bad_when_true', trigger: true, ...(isUnsure(text) && { unsure: true }) };
  if (stops || GOING_BACK.test(text) || ENDING.test(text) || isSentBack(text))
    return { ...sense, action: recommended ? 'recommend_rollback' : 'rollback' };
  if (SIGNS.test(text)) return { ...sense, action: 'recommend_rollback', sign: true };
  return recommended ? { ...sense, action: 'recommend_rollback' } : sense;
}

/** Whether a heading of triggers may as well be one of what is to be made before, or of what is done then. */
const isUnsure = (text: string): boolean => MADE.test(text) || (ORDER_IF.test(text) && !GOES_ON.test(text));

const OWN_TRIGGER =
  /^(?:immediately |automatically )?(?:roll ?back|revert|abort|halt|back out|stop|pause)(?:\s+(?:the|all|everything|immediately|now|at once|deploy\w*|release|roll-?out|migration|launch|test|traffic)){0,3}\s+(?:if|when|as soon as)\s+(?!needed|necessary|required|possible|applicable)/i;
const ABORTED_LAUNCH = /^\W*(?:\w+ly )?(?:abort|halt|stop|pause)\s+(?:the\s+)?(?:release|launch)\b/i;
const SET_UP =
  /\b(?:configured|defined|set[- ]?up|setup|created|enabled|tested|routed|sent|received|written|documented|in place|reviewed|verified|wired|working|active|exists?|installed|notifications?|policies|rotation|channels?|thresholds|rules?|attempts|issues|alerts?|covered|connected|fires?|firing|reach(?:es)?|false (?:pages?|alarms?|positives?)|fewer than)\b/i;
const CONDITION =
  /\b(?:exhausted|triggered|down|unavailable|unreachable|failures?|failing|failed|dropped|crash(?:es|ed|ing)?|stale|missing|expired|full|lost|unhealthy|not responding|zero|detected|offline|stopped|stuck|out of|spikes?)\b/i;

/** Whether a number is one to be alarmed by: too much of it, or too little of what is good. */
const isAlarm = ({ op, text }: Threshold, line: string): boolean =>
  op === '>' ||
  (op === '>=' && !/least|min|\+/i.test(text)) ||
  (op === '<' && (directionOf(line) === 'more' || /\b(?:free|left|remaining|healthy|expir\w*|valid)\b/i.test(line))) ||
  op === '=' ||
  op === '!=';

/** The sense of one line: a bare condition under a heading of alerts is bad when true, `alert configured` is not. */
export function lineSense(around: Sense, text: string, thresholds: readonly Threshold[]): Sense {
  if (around.polarity === 'good_when_true' && OWN_TRIGGER.test(text))
    return { polarity: 'bad_when_true', action: ABORTED_LAUNCH.test(text) ? 'stop_launch' : 'rollback', trigger: true };
  if (!around.alert || around.trigger) return around;
  const raised = /\balerts? (?:is |was )?(?:triggered|raised|open)\b/i.test(text);
  const condition =
    (raised || !SET_UP.test(text)) && (thresholds.length > 0 ? thresholds.some((one) => isAlarm(one, text)) : CONDITION.test(text));
  return condition ? { polarity: 'bad_when_true', alert: true } : { polarity: 'good_when_true' };
}
