import type { Binding, BoundCheck, Disposition } from '../binding/binding.ts';
import { fingerprintOf } from '../binding/fingerprint.ts';
import { linesOf } from '../binding/claims.ts';
import type { Checklist, Criterion, Item } from '../checklist/checklist.ts';
import type { Proposals } from './checks.ts';
import { factsOf } from './facts.ts';
import { DOCUMENT_PROPOSALS } from './proposals/documents.ts';
import { EVIDENCE_PROPOSALS } from './proposals/evidence.ts';
import { HOST_PROPOSALS } from './proposals/host.ts';
import { OBSERVABILITY_PROPOSALS } from './proposals/observability.ts';
import { SECURITY_PROPOSALS } from './proposals/security.ts';
import { SERVICE_PROPOSALS } from './proposals/services.ts';
import { STORAGE_PROPOSALS } from './proposals/storage.ts';
import { suggestThemes, type ThemeSuggestion } from './suggest.ts';
import type { Theme } from './theme.ts';
import type { LineInPlace } from './traits.ts';

const PROPOSALS: Proposals = {
  ...HOST_PROPOSALS,
  ...STORAGE_PROPOSALS,
  ...SERVICE_PROPOSALS,
  ...SECURITY_PROPOSALS,
  ...EVIDENCE_PROPOSALS,
  ...OBSERVABILITY_PROPOSALS,
  ...DOCUMENT_PROPOSALS,
};

/** The checks that a theme usually means for this line, with what the line says as their parameters. */
export function checksFor(theme: Theme, place: LineInPlace): readonly BoundCheck[] {
  return PROPOSALS[theme.id]?.(factsOf(place)) ?? [];
}

/** What a person is asked to confirm about one line, and why. Nothing here decides anything. */
export type Proposal = {
  binding: Binding;
  /** Themes that the line may be of, best first. */
  themes: readonly ThemeSuggestion[];
  /** In words for people: why this disposition. */
  reason: string;
};

/** Below this no theme is sure enough to be named. */
const UNSURE = 0.12;

/** Proposes what may decide a line: its theme, and the disposition that goes with it. */
function proposeBinding(place: LineInPlace & { line: Item | Criterion; hasChildren?: boolean }): Proposal {
  const themes = suggestThemes(place);
  const best = themes[0] && themes[0].confidence >= UNSURE ? themes[0].theme : undefined;
  const { disposition, why } = dispositionFor(best, place);
  const binding: Binding = {
    line: place.line.id,
    print: fingerprintOf(place.line.text),
    ...(best && { theme: best.id }),
    disposition,
  };
  return { binding, themes, reason: why };
}

function dispositionFor(
  theme: Theme | undefined,
  place: LineInPlace & { hasChildren?: boolean },
): { disposition: Disposition; why: string } {
  const { line } = place;
  if (place.hasChildren) return { disposition: { kind: 'derived' }, why: 'it stands above other lines' };
  const role = line.roles[0] ?? theme?.role ?? 'Technical Lead';
  if (!theme) return { disposition: { kind: 'attested', role }, why: 'no theme fits, so a person has to know' };
  const checks = theme.class === 'C' ? [] : checksFor(theme, place);
  const unless = line.applicability ? `; the line says "${line.applicability.text}", so it may also be not applicable` : '';
  if (theme.class === 'D')
    return {
      disposition: { kind: 'outside', role, ...(checks.length > 0 && { checks }) },
      why: `${theme.title} is beyond what runs here${unless}`,
    };
  if (checks.length === 0) return { disposition: { kind: 'attested', role }, why: `${theme.title}: a person has to judge${unless}` };
  return { disposition: { kind: 'checked', checks }, why: `${theme.title}${unless}` };
}

/** Proposals for these lines of a checklist, by identity. */
export function proposeFor(checklist: Checklist, wanted: (line: Item | Criterion) => boolean): ReadonlyMap<string, Proposal> {
  const lines = linesOf(checklist);
  const byId = new Map(lines.map((line) => [line.id, line]));
  const parents = new Set(lines.flatMap(({ parent }) => parent ?? []));
  return new Map(
    lines.filter(wanted).map((line) => {
      const parent = line.parent === undefined ? undefined : byId.get(line.parent);
      return [line.id, proposeBinding({ line, ...(parent && { parent }), hasChildren: parents.has(line.id) })];
    }),
  );
}
