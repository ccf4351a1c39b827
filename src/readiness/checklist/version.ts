import type { Comparator, Threshold } from './checklist.ts';
import { comparatorBefore } from './comparator.ts';
import { metricBefore, nounBehind } from './metric.ts';
import type { NumberPlace } from './number-place.ts';
import type { Quantity } from './quantity.ts';

type Read = { threshold: Threshold; to: number };

const PRODUCT =
  /(?:^|\s)(?:[A-Z][\w.+-]*(?:\s(?:Server|Engine|version|LTS|SDK|Runtime))?|(?:api|os|kernel|version|release|node|python|php|java|(?<!(?:not|never|ever|may|must|can|cannot|should|shall|will|to|n['’]t)\s)go|ruby|firmware|ubuntu|debian|i(?:Pad)?OS|macOS|watchOS|tvOS|nginx|etcd|containerd|glibc|openssl|npm|docker|helm|terraform|dotnet|systemd))\s*(?:version\s*)?(?:>=?|≥)?\s*v?$/;

/** Names in capitals that are marks: `CVSS 7.0 or higher`, `Lighthouse 90+`. */
const SCORE = /\b(?:CVSS|NPS|MOS|VMAF|PSNR|AUC|PUE|CSAT|GPA|SUS|Lighthouse|PageSpeed|Score|Rating|Grade|Note)\s*(?:>=?|≥)?\s*$/i;

/** `Retries 3 max` counts, `Kubernetes 1.29 minimum` does not. */
const COUNTED = /(?:^|\s)[A-Z][a-z]+s\s*$/;
const PLURAL_NAME = /(?:Postgres|Kubernetes|Redis|Windows|Jenkins|Rails|Nexus|Prometheus|Express|Vitess)\s*$/;
const BOUND_BEHIND = /^\s*(?:max|min|at (?:least|most)|tops|or (?:more|less|fewer))/i;

/** `MongoDB 6.0+`, `Redis 7`, `Ubuntu 22.04`: a version is not a measurement, though one may be demanded as the least. */
export function isVersion(left: string, right: string, { unit, value, word, dotted }: Quantity): boolean {
  if (dotted) return true;
  if (unit !== '' || word || value >= 1_000 || value < 1) return false;
  return (
    PRODUCT.test(left) &&
    !SCORE.test(left) &&
    !/(?:^|\s)(?:[A-Z][a-z]*(?:s|e|ed)\s*|[A-Z]{3}\s*|[A-Z]\w+ (?:of|to)\s*)(?:>=?|≥)\s*$/.test(left) &&
    !(COUNTED.test(left) && !PLURAL_NAME.test(left) && BOUND_BEHIND.test(right)) &&
    !/(?:Minimum|Maximum|Min|Max|Handle|Handles|Average|Least|Most|About|All|Top|Only|Under|Over|At|Zero|First|Last|Every)\s*$/.test(left)
  );
}

/** `16.2 or newer`, `v5.10 and later`: of two parts and newer can only be a version, whatever it is called. */
export const isLeastVersion = ({ quantity, left, right, text }: NumberPlace): boolean =>
  quantity.dotted === true ||
  (quantity.unit === '' &&
    !quantity.word &&
    (NEWER.test(right)
      ? /\d\.\d/.test(text.slice(quantity.from, quantity.to)) || NAMED.test(left)
      : NAMED.test(left) && (HIGHER.test(right) || LEAST.test(left))) &&
    !HOUR.test(left));

const NEWER = /^(?:\.x)?\s*(?:or|and|oder|und|ou|et)\s+(?:newer|later|more recent|neuer|jünger|plus récente?s?|ultérieure?s?)(?!\p{L})/iu;
const HIGHER = /^(?:\.x)?\s*(?:or|and|oder|ou)\s+(?:higher|above|up|greater|höher|supérieure?s?)(?!\p{L})/iu;
/** `doors open at 8.30 or later` */
const HOUR = /\b(?:at|from|by|until|before|after|ab|um|à|open\p{L}*|clos\p{L}*|arriv\p{L}*|start\p{L}*|end\p{L}*)\s*$/iu;
/** Words for a version right in front of its number. */
const NAMED = /(?:^|[^\p{L}])(?:version|release|build|v)\s?$/iu;
const LEAST =
  /(?:>=?|≥|\b(?:at least|minimum|min\.?|no(?:t)? (?:older|earlier|lower) than|mindestens|au moins))\s*(?:\p{L}+\s)?(?:version\s|release\s|build\s|v)$/iu;

/** `from iOS 15 up`, `Min SDK 26` */
const FROM = /\bfrom\s+\S+\s*$/i;
const LOWEST = /\bmin(?:imum|\.)?\s(?!tier|level|grade|class|stage|phase|priority)(?:\p{L}+\s){1,2}$/iu;

/** The version that is demanded at least; undefined where one is only named. */
export function versionAt(place: NumberPlace): Read | undefined {
  const { quantity, left, right, text } = place;
  if (quantity.dotted) return dottedAt(place);
  const sign = LEAST.exec(left) ?? /(>=|≥|>)\s*v?$/.exec(left);
  const counted = /^\s+[a-z]{3,}s\b/.test(right) && !/^\s+(?:is|as|needs|has|was)\b/.test(right);
  const least =
    quantity.plus ||
    sign ||
    NEWER.test(right) ||
    isLeastVersion(place) ||
    HIGHER.test(right) ||
    (FROM.test(left) && /^\s*(?:up|upwards?|on|onwards?)(?![\p{L}-])/iu.test(right)) ||
    LOWEST.test(left) ||
    /^\s*(?:at (?:the )?)?(?:minimum|least|min)\b/i.test(right);
  if (!least || counted) return counted && quantity.plus ? countAt({ quantity, left, right }) : undefined;
  const metric = metricBefore(sign ? left.slice(0, sign.index) : left).replace(/\s*version$/i, '');
  const op = sign?.[1] === '>' ? '>' : '>=';
  // As it is written: 20.10 is another version than 20.1.
  const written = text.slice(quantity.from, quantity.to).replace(/\+$/, '');
  const told = op === '>' ? `${metric} > ${written}` : `${metric} ${written}+`;
  return { threshold: { metric, op, value: quantity.value, unit: 'version', text: told.trim() }, to: quantity.to };
}

/** `nothing older than 2.3.1`: an older version is a lower one. */
function byAge(words: string, left: string): Comparator | undefined {
  const age = /\b(older|älter|earlier|newer|jünger|later)\b/i.exec(words)?.[1];
  if (age === undefined) return undefined;
  const none = /\b(?:no|not|none|never|nothing|kein\p{L}*|nicht|nichts)\b/iu.test(left);
  return /^(?:older|älter|earlier)$/i.test(age) ? (none ? '>=' : '<') : none ? '<=' : '>';
}

/** A version of three parts, with the words that it is written in; undefined where nothing bounds it. */
function dottedAt({ quantity, left, right, text }: NumberPlace): Read | undefined {
  const compared = comparatorBefore(left.replace(/\b(?:version|release|v)\s*$/i, ''));
  const op =
    (compared && byAge(compared.text, left)) ??
    compared?.op ??
    (quantity.plus || NEWER.test(right) || HIGHER.test(right) ? '>=' : undefined);
  if (op === undefined) return undefined;
  const metric = metricBefore(compared ? left.slice(0, compared.at) : left).replace(/\s*(?:version|v)$/i, '');
  const written = text.slice(quantity.from, quantity.to).replace(/\+$/, '');
  return { threshold: { metric, op, value: quantity.value, unit: 'version', text: `${metric} ${op} ${written}`.trim() }, to: quantity.to };
}

function countAt({ quantity, left, right }: Pick<NumberPlace, 'quantity' | 'left' | 'right'>): Read {
  const noun = nounBehind(right, quantity.value) ?? 'count';
  return {
    threshold: { metric: metricBefore(left), op: '>=', value: quantity.value, unit: noun, text: `${quantity.value}+ ${noun}` },
    to: quantity.to,
  };
}
