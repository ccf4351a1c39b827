import type { Comparator } from './checklist.ts';

const MORE =
  /availab|uptime|\bon[- ]time\b|\bin time\b|first[- ]time|punctual|(?<!-|\b(?:start|pick|set|warm|ramp|boot|spin) )\bup ?time|coverage|success|throughput|capacity|hit[- ](?:rate|ratio)|score|efficien|retention|retain|\bkept|users?\b|sessions?\b|connections?\b|bandwidth|conversion|complete|accura|precision|\brecall|authori[sz]ation rate|[- ]free\b|satisf|\bnps\b|complian|trained|training|encrypted|monitored|covered|participa|adoption|\brating|integration score|\bauc\b|head ?room|durability|fill rate|match rate|approval rate|verfügbar|abdeckung|disponib|couverture|savings?\b|saved|improvement/i;
const LESS =
  /laten|response|time to|duration|delay|\blag\b|error|fail|\bloss\b|\blost\b|\bcpu\b|usage|utili[sz]ation|\bcost|\bage\b|\brto\b|\brpo\b|recovery (?:time|point)|downtime|bounce|churn|vulnerab|defect|\bbugs?\b|load time|ttfb|\blcp\b|\bfcp\b|\bcls\b|\binp\b|drift|offset|queue|backlog|jitter|crash|percentile|paint|start-?up|cold start|rebuffer|timeouts?\b|rollback time|deploy(?:ment)? time|\bmttr\b|\btime\b|degrad|regress|\bscrap\b|\bwaste\b|emission|\bnoise\b|complaint|incident|accident|refund|chargeback|\bfraud|\bspam|abandon|no-shows?\b|antwortzeit|fehler|temps de|erreur|délai|durée|dauer\b|frist\b/i;

/** Whether more or less of something is better, as far as its name tells. */
export function directionOf(metric: string): 'more' | 'less' | undefined {
  if (MORE.test(metric)) return 'more';
  return LESS.test(metric) ? 'less' : undefined;
}

/** What nobody wants more of in a second. */
const HARM =
  /error|fail|\bloss|\blost\b|crash|defect|\bbugs?\b|time-?outs?\b|complain|\bchurn|dropp|\bdrops\b|retr(?:y|ies)\b|reject|leak|\bcost|fehler|ausf[aä]ll|erreur/i;

/**
 * What `better` and `worse` mean for a metric. Seconds are better when they are fewer, whatever is timed; of what is done in a
 * second more is better, whatever else is named, as in `the queue drains at 50/s or better`.
 */
export function betterOp(metric: string, unit: string, word: 'better' | 'worse', inclusive: boolean): Comparator {
  const direction = unit.startsWith('1/')
    ? HARM.test(metric)
      ? 'less'
      : 'more'
    : (directionOf(metric) ?? (/^(?:us|ms|s|min|h|d)$/.test(unit) ? 'less' : 'more'));
  const more = (direction === 'more') === (word === 'better');
  return more ? (inclusive ? '>=' : '>') : inclusive ? '<=' : '<';
}

const SETTING =
  /(?:time-?outs?|\bttl|interval|\bsize|\blimits?|\bpool|\bthreads|\breplicas|\bset to|\bsetting|\bfactor|\bworkers|configured)\b/i;
/** `maxUnavailable: 1`, `pool.max_size = 20` */
const SETTING_NAME = /(?:^|[\s(])[a-z]+(?:[A-Z]\w*|[._][a-z]\w*)+(?<![pP]ort)(?::\s+|\s*=\s*)$/;
const KEEP = /\b(?:keep(?!-)|kept|retain\w*|retention|stor(?:ed|age) for|archived|archives? for|valid for)\b/i;
const CAPACITY = /^\W*(?:[A-Z][\w-]* )?(?:ram|memory|storage|ssd|disk|free|network|bandwidth|cores?|v?cpus?|nodes?)\b/i;
const RECOVERY = /\b(?:rto|rpo|mttr|recovery (?:time|point)[\w ]*)\b/i;
/** `p50 5 ms`, `95th percentile: 2 s` */
const PERCENTILE = /\b(?:p\d\d(?:\.\d+)?|percentile|median|avg\.?)\s*[:=]?\s*$/i;
/** `took 38 min (limit 45 min)` */
const BRACKETED_LIMIT = /\(\s*(?:limit|cap|ceiling|allowed|permitted|tolerated)\s*:?\s*$/i;
const FINISHED =
  /\b(?:finish\w*|complet\w*|answer\w*|respond\w*|loads?|opens?|starts?|boots?|done|ready|returns?|recover\w*|promot\w*|restor\w*|takes?|caught up|catch\w* up|fails? over|detect\w*|reach\w*|deliver\w*|arriv\w*|record\w*|process\w*|issued|printed|sent|paid|settled|booked|approved|acknowledged|confirmed)\b[^,;.]{0,20}\bin\s*$/i;
const TARGET = /(?:target|goal|objective|slo|sla|recommended|required|requirement|expected|budget|threshold)s?\s*(?:of|is|:|=)?\s*\(?$/i;

/** `100 % green`, `100 % of vendors covered`: a state that all of them are to be in. What is sent or widened is a step. */
const STATE =
  /^\s?(?:(?:der|des|aller|d['’])\s?(?:\p{L}+\s){1,3}?)?(?:(?:is|are|sind|sont)\s)?(?:grün|bestanden|erfolgreich|geprüft|geschult|verschlüsselt|abgedeckt|au vert|verte?s|réussi(?:e?s)?|conformes?|green|pass|passes|passing|success(?:ful|fully)?|correct|valid|healthy|online|reachable|consistent|identical|compliant|legible|present|match|complete|done|ready|(?!(?:fail|block|shift|switch|rout|mov|ramp|roll|expos|deploy|releas|load|increas|decreas|reduc|discount|direct|sampl|refund|unus|delay|reject|fill|us|utili[sz]|allocat|occupi|spe|fe|se|ne|r|b|sh|we)ed\b)\p{L}{2,}ed)(?!\p{L}|-)/iu;
const STATE_OF_MOST = /^\s?(?:(?:is|are)\s)?(?:green|pass|passes|passed|passing|success(?:ful|fully)?|covered|signed)(?!\p{L}|-)/iu;

/** Whether what stands behind a share is the state that so many are to be in. */
export const isShareInState = (right: string): boolean => STATE_OF_MOST.test(right);

/** `MFA enrolled for 100 % of admins`, `eingerichtet für 100 % der Konten`: what has been done, and for how many. */
const DONE_FOR =
  /(?<!\p{L})(?:(?!(?:bas|load|limit|need|aim)ed\b)\p{L}{3,}ed|done|known|set up|in place|on|active|present|available|taken|signed off|(?:\p{L}*ge\p{L}{2,}|\p{L}{3,}ier)t|\p{L}*gege?ben|vorhanden|aktiv|bekannt|\p{L}{2,}ée?s?|connus?|en place)\s(?:for|by|on|in|across|für|bei|auf|von|pour|chez|sur|par)\s*$/iu;
const OF_THEM = /^\s?(?:of|der|des|aller|de)(?!\p{L})/iu;
/** `enabled for 100 % of users` is the last step of a roll-out. */
const OPENED =
  /(?<!\p{L})(?:enabled|opened|released|deployed|shipped|activated|routed|switched|turned|rolled|exposed|ramped|moved|on|aktiviert|ausgerollt|freigegeben|activée?s?|déployée?s?|ouverte?s?)\s(?:(?:on|out|up|over|live)\s)?(?:for|to|on|in|für|bei|auf|pour|chez|sur)\s*$/iu;
const CROWD =
  /^\s?(?:of|der|des|aller|de)\s(?:(?:the|all|our|your|live|real|production|eu|us)\s)*(?:traffic|users?|customers|players|members|visitors|shops|stores|markets|tenants|requests|nutzer\p{L}*|kunden|verkehrs?|utilisateurs|clients|trafic)(?!\p{L}|\s(?!in|on|at|by|from))/iu;

const isDoneFor = ({ left, right }: Bare): boolean =>
  OF_THEM.test(right) && DONE_FOR.test(left) && !(CROWD.test(right) && OPENED.test(left));

/** A share in a state: all of it, or at least so much. A small one only tells how it is. */
function stateOp(bare: Bare): Comparator | undefined {
  const { left, right, value } = bare;
  if (value >= 90 && isDoneFor(bare)) return value === 100 ? '=' : '>=';
  if (/\b(?:at|with|for|under|to|until|about|only|if|when|once)\s*$/i.test(left)) return undefined;
  if (value === 100) return STATE.test(right) ? '=' : undefined;
  return value >= 50 && STATE_OF_MOST.test(right) ? '>=' : undefined;
}

const OBJECTIVE =
  /^\s*((?:[\p{L}-]+\s){0,3}?)(rto|rpo|mttr|(?:recovery|restore|response|reaction) (?:time|point)(?: (?:objective|target|goal))?|targets?|goals?|objectives?|sl[ao]s?|commitment|promise|budget|ceiling|deadline)(?!\s(?:rehears|drill|test|exercis|review|meeting|plan|section|report|chart|alert|dash|document|training|workshop|page|tool|owner|team|value|burn|window|credit|clause|clock|contract))(?![\p{L}-])/iu;
/** `the 5-minute RTO is at risk`: what is then to be done, and not what is to be. */
export const MISSED =
  /(?<!\b(?:never|not|without being|nowhere)\s(?:be\s|been\s)?)\b(?:missed|miss(?:es)?|exceeded|breach\w*|broken|violat\w*|not (?:be )?(?:met|reached|held|kept)|blown|overrun|at risk|in danger|in doubt)\b/i;
/** `a 60-minute soak goal`: how long to do something. */
const EXERCISE =
  /soak|watch|observ|monitor|bake|notice|drill|test|rehears|exercis|walk|talk|warm|session|meeting|training|sprint|discount|growth|sales|revenue/i;

/** `the 5-minute RTO`, `our 300 ms latency target`: an objective behind its number. */
function objectiveOp({ left, right, unit }: Bare): Comparator | undefined {
  const [, between = '', name = ''] = OBJECTIVE.exec(right) ?? [];
  // What may be spent is no measurement: `500 dollars budget`.
  if (
    name === '' ||
    (/^budget/i.test(name) && /^(?:[A-Z]{3}|[$€£])/.test(unit)) ||
    EXERCISE.test(between) ||
    MISSED.test(right) ||
    /\b(?:without|no|instead of|former|old|previous)\s(?:\p{L}+\s)?$/iu.test(left)
  )
    return undefined;
  const time = isTime(unit);
  if (/^r|^mttr/i.test(name)) return time ? '<=' : undefined;
  const direction = directionOf(between) ?? (time || /budget|ceiling/i.test(name) ? 'less' : undefined);
  if (direction === undefined) return unit === '%' ? (byDirection(left.slice(-50)) ?? '>=') : unit.startsWith('1/') ? '>=' : undefined;
  return direction === 'less' ? '<=' : '>=';
}

/** What stands around a number without a comparator. `left` and `right` are its clause. */
type Bare = { left: string; right: string; unit: string; value: number; hyphen: boolean; instruction: boolean };

/**
 * The comparator that people mean by a bare number: `coverage of 80 %`, `RTO: 4 hours`, `100 TPS`, `16 GB RAM`, `kept for 30
 * days`. Undefined where the number demands nothing.
 */
export function bareOp(bare: Bare): Comparator | undefined {
  const { left, right, unit } = bare;
  if (/\b(?:(?:set|configured|fixed|pinned) (?:to|at)|(?:stays?|remains?) at)\s*$/i.test(left)) return '=';
  // `25 % on Thursday` is a step of a roll-out.
  if (unit === '%' && left.trim() === '' && /^\s?(?:on|from|after|by|until|in week|next|once|when|if|as soon as)\b/i.test(right))
    return undefined;
  if (unit === '' && SETTING_NAME.test(left)) return '=';
  const named = /[:=]\s*$/.test(left) && (/^\s*(?:[).;,|]|$)/.test(right) || /\bmin(?!-)(?:imum)?\b/i.test(left));
  if ((unit === '' && !named && !TARGET.test(left)) || /\bdefaults?(?: to)?:?\s*$/i.test(left)) return undefined;
  if (/\b(?:every|each)\s*$/i.test(left)) return undefined;
  const least = /\bmin(?!-)(?:imum|imal)?\b[^:;,.]{0,30}[:=]?\s*$/i.test(left);
  if (least) return '>=';
  if (unit !== '' && /\bmax(?:imum|imal)?\b[^:;,.=]{0,30}$/i.test(left)) return '<=';
  return aimedOp(bare) ?? namedOp(bare, named);
}

const isTime = (unit: string): boolean => /^(?:us|ms|s|min|h|d|week|month|year)$/.test(unit);

/** `fits the 4-hour window`, `meets a 30 s slot` */
const WINDOW = /^\s*(?:[\p{L}-]+\s)?(?:window|slot)s?\b/iu;
const FITS = /\b(?:meets?|met|fits?(?: in(?:to)?)?|keeps? (?:to|within)|kept (?:to|within)|inside)\s(?:the\s|our\s|its\s|an?\s)?$/i;

/** What an objective, a state or a limit right beside the number says. */
function aimedOp(bare: Bare): Comparator | undefined {
  const { left, right, unit, instruction } = bare;
  const aims = unit !== '' && (!instruction || /\b(?:in|to|with)\s(?:the|our|its|an?)\s$/i.test(left));
  const aimed = (aims ? objectiveOp(bare) : undefined) ?? (unit === '%' ? stateOp(bare) : undefined);
  if (aimed) return aimed;
  return (isTime(unit) && (RECOVERY.test(left) || PERCENTILE.test(left))) ||
    BRACKETED_LIMIT.test(left) ||
    (isTime(unit) && WINDOW.test(right) && FITS.test(left))
    ? '<='
    : undefined;
}

/** `100 % des essais rejoués`: with a participle, which says that it is so. What is moved is a step of a roll-out. */
const ALL_DONE =
  /^\s?(?:des|de (?:tous les|toutes les))\s(?![^,;.:]*(?:bascul|redirig|migr|rout|transf|dépla|ouvert))[^,;.:]{3,60}?\p{L}ée?s?(?=\s*(?:$|[,;.(])|\s(?:en|par|sur|avec|dans)\s)/iu;

/** What the words around the number name it as: something kept, finished, counted or set. */
function namedOp({ left, right, unit, value, hyphen, instruction }: Bare, named: boolean): Comparator | undefined {
  const clause = `${left} ${right}`;
  const time = isTime(unit);
  if (KEEP.test(clause) && time) return '>=';
  if (time && FINISHED.test(left)) return '<=';
  if (time && /\b(?:set|configured|limited|raised|lowered) (?:to|at)\s*$/i.test(left)) return '=';
  if (unit === '1/s' && /\b(?:at|for)\s*$/i.test(left)) return '>=';
  if (
    unit === '%' &&
    value >= 50 &&
    (/^\s?of\b/.test(right) || (value < 100 && /^\s?(?:der|des|aller)\b/.test(right)) || (value === 100 && ALL_DONE.test(right))) &&
    !/\bfor\s*$/i.test(left) &&
    !isLoad(left, right) &&
    !isStep(left, right)
  )
    return value === 100 ? '=' : '>=';
  if (instruction) return undefined;
  if (value === 0 && !time) return '=';
  if (TARGET.test(left))
    return /(?:threshold|budget)s?\s*(?:of|is)?\W*$/i.test(left) ||
      (!CAPACITY.test(right) && (directionOf(clause) ?? (time ? 'less' : 'more')) === 'less')
      ? '<='
      : '>=';
  if (time && hyphen) return undefined;
  if (time) return timeOp(left, right);
  if (unit === '%' && value === 100 && metricOp(left, right) === '>=') return '=';
  if (unit === '%') return metricOp(left, right) ?? (value >= 50 && named ? '>=' : undefined);
  if (unit.startsWith('1/')) return /limit|quota/i.test(clause) || /^\s?(?:per|for each)\s/i.test(right) ? '=' : '>=';
  if (CAPACITY.test(right) || /bps$|bit\/s$/i.test(unit)) return '>=';
  return SETTING.test(left) || /[:=]\s*$/.test(left) ? '=' : undefined;
}

function timeOp(left: string, right: string): Comparator | undefined {
  const named = /(?:^|[\s(])([^:]{1,60})[:=]\s*$/.exec(left)?.[1];
  if (SETTING.test(left.slice(-40))) return '=';
  if (named !== undefined) return directionOf(named) === 'less' ? '<=' : '=';
  if (/\b(?:laten\w+|response time|antwortzeit)\b[^,;]{0,30}(?:of|at|is|:)\s*$/i.test(left)) return '<=';
  return /^\s?(?:response|latency|sla)\b/i.test(right) ? '<=' : undefined;
}

function metricOp(left: string, right: string): Comparator | undefined {
  if (/^\s?of\b/.test(right)) return isStep(left, right) ? undefined : byDirection(left.slice(-50));
  const behind = directionOf(/^\W{0,2}[\p{L}\s-]{0,40}/u.exec(right)?.[0] ?? '');
  return byDirection(left.slice(-50), behind);
}

function byDirection(metric: string, named?: 'more' | 'less'): Comparator | undefined {
  const known = named ?? directionOf(metric);
  return known && (known === 'more' ? '>=' : '<=');
}

/** `stable at 100 % of peak` tells under which load. */
const isLoad = (left: string, right: string): boolean =>
  /\b(?:at|with|under|to)\s*$/i.test(left) &&
  /^\s?of\s(?:the\s|its\s|our\s)?(?:[\p{L}-]+\s)?(?:peak|load|capacity|traffic|volume|nominal|rated|production|demand)\b/iu.test(right);

/** `10 % of the users` alone is a step of a roll-out. */
const isStep = (left: string, right: string): boolean =>
  left.trim() === '' &&
  /^\s?of(?:\s[\w-]+){1,3}\s*(?:[(,;:.]|$|(?:after|on(?! (?:time|schedule))|from|by|until|next|in week)\s)/.test(right) &&
  !/(?:ed|ing|en)\s*(?:[(,;:.]|$)/.test(right);
