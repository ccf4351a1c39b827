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
import { missingIn, type Missing } from './foreign/fill.ts';
import { askedOverHttp, SYSTEM_PROPOSALS } from './foreign/proposals.ts';
import { systemFactsOf, type System } from './foreign/system.ts';
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
  /** How sure the theme is, from 0 to 1; where the line's own commands say what is asked, that is sure. */
  confidence: number;
  /** Parameters that a person has to give before it can be confirmed. */
  missing: readonly Missing[];
};

/** For whom is proposed: `own` is Rialto's catalogue, which alone knows Rialto's paths, metrics and tables; all else is somebody's system. */
export type ProposedFor = 'own' | System;

/** Below this no theme is sure enough to be named. */
const UNSURE = 0.12;

type Placed = LineInPlace & { line: Item | Criterion; hasChildren?: boolean };

/** Proposes what may decide a line: its theme, and the disposition that goes with it. */
function proposeBinding(place: Placed, of: ProposedFor): Proposal {
  const themes = suggestThemes(place);
  const best = themes[0] && themes[0].confidence >= UNSURE ? themes[0] : undefined;
  const { disposition, why, sure } = dispositionFor(best?.theme, place, of);
  const binding: Binding = {
    line: place.line.id,
    print: fingerprintOf(place.line.text),
    ...(best && { theme: best.theme.id }),
    disposition,
  };
  return { binding, themes, reason: why, confidence: sure ?? best?.confidence ?? 0, missing: missingIn(disposition) };
}

type Found = { checks: readonly BoundCheck[]; why?: string; sure?: number };

/** What commands of the line ask says more than its theme: somebody has written down how they look. */
const SURE = 0.9;

function checksOf(theme: Theme | undefined, place: Placed, of: ProposedFor): Found {
  if (of === 'own') return { checks: theme && theme.class !== 'C' ? checksFor(theme, place) : [] };
  const facts = systemFactsOf(place, of);
  const asked = theme?.class === 'C' ? [] : askedOverHttp(facts);
  if (asked.length > 0) return { checks: asked, why: "the line's own commands ask this", sure: SURE };
  return { checks: theme && theme.class !== 'C' ? (SYSTEM_PROPOSALS[theme.id]?.(facts, of) ?? []) : [] };
}

function dispositionFor(
  theme: Theme | undefined,
  place: Placed,
  of: ProposedFor,
): { disposition: Disposition; why: string; sure?: number } {
  const { line } = place;
  if (place.hasChildren) return { disposition: { kind: 'derived' }, why: 'it stands above other lines' };
  const role = line.roles[0] ?? theme?.role ?? 'Technical Lead';
  const { checks, why = theme?.title ?? '', sure } = checksOf(theme, place, of);
  const unless = line.applicability ? `; the line says "${line.applicability.text}", so it may also be not applicable` : '';
  const told = sure !== undefined && { sure };
  if (theme?.class === 'D')
    return {
      disposition: { kind: 'outside', role, ...(checks.length > 0 && { checks }) },
      why: `${theme.title} is beyond what runs here${unless}`,
      ...told,
    };
  if (checks.length > 0) return { disposition: { kind: 'checked', checks }, why: `${why}${unless}`, ...told };
  if (!theme) return { disposition: { kind: 'attested', role }, why: 'no theme fits, so a person has to know' };
  const judges =
    of === 'own' || theme.class === 'C'
      ? 'a person has to judge'
      : 'no check fits every system, so a person judges, or you bind one of yours';
  return { disposition: { kind: 'attested', role }, why: `${theme.title}: ${judges}${unless}` };
}

/** Proposals for these lines of a checklist, by identity. */
export function proposeFor(
  checklist: Checklist,
  wanted: (line: Item | Criterion) => boolean,
  of: ProposedFor,
): ReadonlyMap<string, Proposal> {
  const lines = linesOf(checklist);
  const byId = new Map(lines.map((line) => [line.id, line]));
  const parents = new Set(lines.flatMap(({ parent }) => parent ?? []));
  return new Map(
    lines.filter(wanted).map((line) => {
      const parent = line.parent === undefined ? undefined : byId.get(line.parent);
      return [line.id, proposeBinding({ line, ...(parent && { parent }), hasChildren: parents.has(line.id) }, of)];
    }),
  );
}
