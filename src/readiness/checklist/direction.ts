import type { Comparator } from './checklist.ts';

const MORE =
  /availab|uptime|\bon[- ]time\b|\bin time\b|punctual|\bup ?time|coverage|success|throughput|capacity|hit[- ](?:rate|ratio)|score|efficien|retention|retain|\bkept|users?\b|sessions?\b|connections?\b|bandwidth|conversion|complete|accura|precision|\brecall|authori[sz]ation rate|[- ]free\b|satisf|\bnps\b|complian|trained|training|encrypted|monitored|covered|participa|adoption|\brating|integration score|\bauc\b|head ?room|durability|fill rate|match rate|approval rate|verfügbar|abdeckung|disponib|couverture|savings?\b|saved|improvement/i;
const LESS =
  /laten|response|time to|duration|delay|\blag\b|error|fail|\bloss\b|\blost\b|\bcpu\b|usage|utili[sz]ation|\bcost|\bage\b|\brto\b|\brpo\b|recovery (?:time|point)|downtime|bounce|churn|vulnerab|defect|\bbugs?\b|load time|ttfb|\blcp\b|\bfcp\b|\bcls\b|\binp\b|drift|offset|queue|backlog|jitter|crash|percentile|paint|start-?up|cold start|rebuffer|timeouts?\b|rollback time|deploy(?:ment)? time|\bmttr\b|\btime\b|degrad|regress|antwortzeit|fehler|temps de|erreur|délai|durée|dauer\b|frist\b/i;

/** Whether more or less of something is better, as far as its name tells. */
export function directionOf(metric: string): 'more' | 'less' | undefined {
  if (MORE.test(metric)) return 'more';
  return LESS.test(metric) ? 'less' : undefined;
}

/** What `better` and `worse` mean for a metric. Seconds are better when they are fewer, whatever is timed. */
export function betterOp(metric: string, unit: string, word: 'better' | 'worse', inclusive: boolean): Comparator {
  const direction = directionOf(metric) ?? (/^(?:us|ms|s|min|h|d)$/.test(unit) ? 'less' : 'more');
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
const FINISHED =
  /\b(?:finish\w*|complet\w*|answer\w*|respond\w*|loads?|opens?|starts?|boots?|done|ready|returns?|recover\w*|promot\w*|restor\w*|takes?|caught up|catch\w* up|fails? over|detect\w*|reach\w*|deliver\w*|arriv\w*|record\w*|process\w*|issued|printed|sent|paid|settled|booked|approved|acknowledged|confirmed)\b[^,;.]{0,20}\bin\s*$/i;
const TARGET = /(?:target|goal|objective|slo|sla|recommended|required|requirement|expected|budget|threshold)s?\s*(?:of|is|:|=)?\s*\(?$/i;

/** What stands around a number without a comparator. `left` and `right` are its clause. */
type Bare = { left: string; right: string; unit: string; value: number; hyphen: boolean; instruction: boolean };

/**
 * The comparator that people mean by a bare number: `coverage of 80 %`, `RTO: 4 hours`, `100 TPS`, `16 GB RAM`, `kept for 30
 * days`. Undefined where the number demands nothing.
 */
export function bareOp(bare: Bare): Comparator | undefined {
  const { left, right, unit, value } = bare;
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
  const clause = `${left} ${right}`;
  const time = /^(?:us|ms|s|min|h|d|week|month|year)$/.test(unit);
  if (time && RECOVERY.test(left)) return '<=';
  if (KEEP.test(clause) && time) return '>=';
  if (time && FINISHED.test(left)) return '<=';
  if (time && /\b(?:set|configured|limited|raised|lowered) (?:to|at)\s*$/i.test(left)) return '=';
  if (unit === '1/s' && /\b(?:at|for)\s*$/i.test(left)) return '>=';
  if (
    unit === '%' &&
    value >= 50 &&
    (/^\s?of\b/.test(right) || (value < 100 && /^\s?(?:der|des|aller)\b/.test(right))) &&
    !/\bfor\s*$/i.test(left) &&
    !isStep(left, right)
  )
    return value === 100 ? '=' : '>=';
  if (bare.instruction) return undefined;
  if (value === 0 && !time) return '=';
  if (TARGET.test(left))
    return /(?:threshold|budget)\W*$/i.test(left) || (!CAPACITY.test(right) && directionOf(clause) === 'less') ? '<=' : '>=';
  if (time && bare.hyphen) return undefined;
  if (time) return timeOp(left, right);
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

/** `10 % of the users` alone is a step of a roll-out. */
const isStep = (left: string, right: string): boolean =>
  left.trim() === '' &&
  /^\s?of(?:\s[\w-]+){1,3}\s*(?:[(,;:.]|$|(?:after|on|from|by|until|next|in week)\s)/.test(right) &&
  !/(?:ed|ing|en)\s*(?:[(,;:.]|$)/.test(right);
