/**
 * Names under which the same role goes in different documents, in lower case. The first of each row is its key.
 * A role that is not listed stands for itself.
 */
const ALIASES: readonly (readonly string[])[] = [
  ['technical', 'technical lead', 'tech lead', 'lead engineer', 'lead developer', 'engineering lead'],
  ['devops', 'devops lead', 'devops engineer', 'devops team', 'sre', 'sre lead', 'site reliability engineer', 'platform engineer'],
  ['qa', 'qa lead', 'qa engineer', 'qa team', 'quality assurance', 'quality assurance lead', 'test lead', 'test engineer'],
  ['security', 'security lead', 'security engineer', 'security team', 'security review', 'security officer', 'ciso'],
  ['product', 'product owner', 'product manager', 'product lead'],
  ['business', 'business owner', 'business lead'],
  ['engineering manager', 'head of engineering', 'vp engineering'],
  ['compliance', 'compliance officer', 'compliance lead', 'compliance team'],
  ['operations', 'operations manager', 'operations lead', 'operations team', 'ops manager'],
  ['support', 'support manager', 'support lead', 'support team', 'customer support'],
  ['database', 'database admin', 'database administrator', 'dba', 'db admin'],
  ['on-call', 'on-call engineer', 'on call engineer', 'on-call', 'oncall'],
  ['release', 'release manager', 'deployment manager'],
  ['backend', 'backend lead', 'backend engineer'],
  ['frontend', 'frontend lead', 'frontend engineer'],
  ['project', 'project manager', 'project lead'],
];

const KEYS = new Map(ALIASES.flatMap((row) => row.map((name) => [name, row[0]!])));

/** What a role is known by, whatever the document calls it: `DevOps Engineer` and `DevOps Lead` are both `devops`. */
export function roleKey(role: string): string {
  const words = role
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s/&-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return KEYS.get(words) ?? words;
}

/** Whether one of the roles held is the one asked for, by whichever of its names. */
export function holdsRole(held: readonly string[], asked: string): boolean {
  const key = roleKey(asked);
  return key !== '' && held.some((role) => roleKey(role) === key);
}

const PLACEHOLDER =
  /^(?:[\s_.…*#/\\|:?-]*|<[^>]*>|\[[^\]]*\]|\{+[^}]*\}+|\(?\s*(?:tbd|tba|tbc|todo|fixme|xxx+|n\/?a|none|null|undefined|unknown|unsigned|pending|name|your name|signature|to be (?:determined|defined|confirmed|announced))\s*\)?\.?)$/i;

/** Whether a text only holds the place of one: empty, `____`, `TBD`, `<name>`, `[role]`. Such a signature is none. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text.normalize('NFKC').replace(/`/g, '').trim()) || !/[\p{L}\p{N}]/u.test(text);
}

/**
 * Whether a text may mean the account: its id, its name, or the name or address in `Name <address>`, whatever the case.
 * A text that only holds a place may mean anybody.
 */
export function mayBeSamePerson(text: string, account: { accountId: string; name: string; email?: string }): boolean {
  if (isPlaceholder(text)) return true;
  const known = new Set([account.accountId, account.name, account.email ?? ''].map(folded).filter((word) => word !== ''));
  return wordsFor(text).some((word) => known.has(word));
}

/** What a text may know somebody by, for comparing: itself, and the name and the address in `Name <address>`. */
export function wordsFor(text: string): string[] {
  const [, name = '', address = ''] = /^(.*?)\s*<([^<>]+)>\s*$/.exec(text) ?? [];
  return [text, name, address].map(folded).filter((word) => word !== '');
}

function folded(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
}
