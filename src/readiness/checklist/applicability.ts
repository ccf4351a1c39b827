import type { Applicability } from './checklist.ts';

const OPTIONAL =
  /\((optional\b[^()]*|nice to have[^()]*|facultatif[^()]*|optionnel\w*[^()]*)\)|^\[?(optional)\]?\s*[:\]–—-]|\b(if (?:desired|you like))\b/i;
const CONDITION =
  /\((?:[^()]*[,;]\s*)?((?:only )?(?:if|when|where|unless|in case|wenn|falls|si|le cas échéant|n\/a|not applicable|as (?:needed|applicable|required|appropriate)|only (?:for|on)|for (?:production|prod|staging|ha|high availability|compliance|mvp|cloud|multi-region))\b[^()]*|[^()]*\b(?:initially)|(?:dev|development|production|prod|staging)(?: mode)? only)\)/i;
const BARE =
  /\b((?:if|where|when|as) (?:applicable|needed|required|enabled|necessary|relevant|appropriate|available|any|used|present)|wenn nötig|falls (?:nötig|zutreffend)|si nécessaire)\b/i;

/** When a line does not hold everywhere, as it says itself. */
export function applicabilityOf(text: string): Applicability | undefined {
  const optional = OPTIONAL.exec(text);
  if (optional) return { kind: 'optional', text: (optional[1] ?? optional[2] ?? optional[3])!.trim() };
  const condition = CONDITION.exec(text) ?? BARE.exec(text);
  return condition ? { kind: 'conditional', text: condition[1]!.trim() } : undefined;
}
