import { matchesOf } from './matches.ts';

const TITLED =
  /\b(?:(?:[A-Z][\w&/'-]*|of|and|de|für)\s+){0,3}(?:Lead|Engineer|Manager|Owner|Officer|Admin(?:istrator)?|Architect|Commander|Director|Captain|Coordinator|Analyst|Auditor|Champion|Leiter(?:in)?|Responsable)\b/g;
const HEADS = /\b(?:Head|VP|Director|Chief) of [A-Z][\w&]*(?: [A-Z][\w&]*)?|\b(?:CTO|CIO|CEO|CISO|CFO|DPO|DBA)\b/g;
const GROUPS =
  /\b(?:(?:support|security|operations|ops|legal|platform|database|network|infrastructure|qa|finance|compliance|privacy|fraud|incident response|sre|devops|product|marketing|customer success|backend|frontend|mobile|data) team|on-call(?: engineer)?|stakeholders|(?:technical|tech|release|project|product|support|security|qa|devops|team|engineering) (?:lead|manager|owner))\b/gi;
const OWNED =
  /\b(?:(?:owner|responsible|assignee|approver|DRI)\s*[:=]|assigned to|owned by|approved by|signed (?:off )?by)\s*(?:the\s+)?(@?[A-Za-z][\w&/-]*(?: [A-Z][\w&/-]*){0,2})/gi;

const ANY_ROLE =
  /lead|engineer|manager|owner|officer|admin|architect|commander|director|captain|coordinator|analyst|auditor|champion|leiter|responsable|head of|VP|chief|C[TIEF]S?O\b|DPO|DBA|team|on-call|stakeholders|assign|owned|approve|signed|responsible|DRI/i;
const NO_ROLE =
  /^(?:admin|owner|manager|lead|engineer)$|\b(?:secrets?|alert|package|task|session|config\w*|password|certificate|tag|file|key|process|window|boot|device|content|memory|resource|cost|workflow|state|version|dependency) ?manager$/i;

/** Roles, teams and owners that a plain text names, each once. */
export function rolesOf(text: string): string[] {
  if (!ANY_ROLE.test(text)) return [];
  const found = new Map<string, string>();
  const add = (role: string): void => {
    const clean = role.replace(/^(?:of|and|de|The|All|Our|für)\s+/, '').trim();
    if (clean !== '' && !NO_ROLE.test(clean) && !found.has(clean.toLowerCase())) found.set(clean.toLowerCase(), clean);
  };
  for (const pattern of [TITLED, HEADS, GROUPS]) for (const match of matchesOf(text, pattern)) if (!covered(found, match[0])) add(match[0]);
  for (const match of matchesOf(text, OWNED)) if (!covered(found, match[1]!)) add(match[1]!);
  return [...found.values()];
}

const covered = (found: ReadonlyMap<string, string>, role: string): boolean =>
  [...found.keys()].some((known) => known.includes(role.toLowerCase()));
