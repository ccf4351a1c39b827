import type { Threshold } from './checklist.ts';
import { metricBefore, nounBehind } from './metric.ts';
import type { NumberPlace } from './number-place.ts';
import type { Quantity } from './quantity.ts';

type Read = { threshold: Threshold; to: number };

const PRODUCT =
  /(?:^|\s)(?:[A-Z][\w.+-]*(?:\s(?:Server|Engine|version|LTS|SDK|Runtime))?|(?:api|os|kernel|version|release|node|python|php|java|(?<!(?:not|never|ever|may|must|can|cannot|should|shall|will|to|n['’]t)\s)go|ruby|firmware|ubuntu|debian))\s*(?:version\s*)?(?:>=?|≥)?\s*v?$/;

/** `MongoDB 6.0+`, `Redis 7`, `Ubuntu 22.04`: a version is not a measurement, though one may be demanded as the least. */
export function isVersion(left: string, { unit, value, word }: Quantity): boolean {
  if (unit !== '' || word || value >= 1_000 || value < 1) return false;
  return (
    PRODUCT.test(left) &&
    !/(?:^|\s)(?:[A-Z][a-z]*(?:s|e|ed)\s*|[A-Z]{3}\s*|[A-Z]\w+ (?:of|to)\s*)(?:>=?|≥)\s*$/.test(left) &&
    !/(?:Minimum|Maximum|Min|Max|Handle|Handles|Average|Least|Most|About|All|Top|Only|Under|Over|At|Zero|First|Last|Every)\s*$/.test(left)
  );
}

/** The version that is demanded at least; undefined where one is only named. */
export function versionAt({ quantity, left, right }: NumberPlace): Read | undefined {
  const sign = /(>=|≥|>)\s*v?$/.exec(left);
  const counted = /^\s+[a-z]{3,}s\b/.test(right) && !/^\s+(?:is|as|needs|has|was)\b/.test(right);
  const least = quantity.plus || sign || /^\s*or (?:later|newer|higher|above)\b/i.test(right);
  if (!least || counted) return counted && quantity.plus ? countAt({ quantity, left, right }) : undefined;
  const metric = metricBefore(sign ? left.slice(0, sign.index) : left).replace(/\s*version$/i, '');
  return {
    threshold: { metric, op: sign?.[1] === '>' ? '>' : '>=', value: quantity.value, unit: 'version', text: `${metric} ${quantity.value}+` },
    to: quantity.to,
  };
}

function countAt({ quantity, left, right }: Pick<NumberPlace, 'quantity' | 'left' | 'right'>): Read {
  const noun = nounBehind(right, quantity.value) ?? 'count';
  return {
    threshold: { metric: metricBefore(left), op: '>=', value: quantity.value, unit: noun, text: `${quantity.value}+ ${noun}` },
    to: quantity.to,
  };
}
