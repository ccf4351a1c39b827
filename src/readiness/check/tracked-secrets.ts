import { CREDENTIALS } from './redact.ts';

/** Passwords in addresses and literal assignments; samples and references to settings are left out below. */
const ASSIGNED: readonly { name: string; pattern: RegExp }[] = [
  { name: 'a password in an address', pattern: /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`<>]+:([^\s/@"'`<>]{6,})@/gi },
  {
    name: 'a literal secret',
    pattern: /(?:password|passwd|secret|api[-_]?key|access[-_]?key|auth[-_]?token)["']?\s*[:=]\s*["']([^"'\s]{12,})["']/gi,
  },
];

/** What stands in samples and in references, and is no secret. */
const HARMLESS =
  /^\$|\$\{|^<|^\{|^%|\*{3}|x{4,}|\.{3}|example|sample|placeholder|change[-_]?me|your[-_]|password|secret|process\.env|dummy|test|fake|redacted|^[a-z]+([-_. ][a-z]+)*$/i;

/** Lines (from 1) on which something looks like a credential, with what it looks like; never the credential itself. */
export function secretsIn(text: string): { line: number; name: string }[] {
  const shaped = CREDENTIALS.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].filter(([found]) => !isTemplate(found)).map(({ index }) => ({ index, name })),
  );
  const assigned = ASSIGNED.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].filter(([, value]) => !HARMLESS.test(value!)).map(({ index }) => ({ index, name })),
  );
  return [...shaped, ...assigned].map(({ index, name }) => ({ line: text.slice(0, index).split('\n').length, name }));
}

/** A key with nothing in it, as it stands in patterns and in docs. AWS itself uses one that ends in EXAMPLE. */
function isTemplate(found: string): boolean {
  if (found.endsWith('EXAMPLE')) return true;
  // Any JSON in base64 begins so; a token has three parts.
  if (found.startsWith('eyJ')) return !/^[\w-]+\.[\w-]{8,}\.[\w-]{8,}$/.test(found);
  if (!found.startsWith('-----BEGIN')) return false;
  return !/^-----BEGIN [^-]*-----(?:\s|\\[nr]|[\w-]+: [^\n]*\n)*[A-Za-z0-9+/]{40}/.test(found);
}
