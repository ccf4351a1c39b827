import { CREDENTIALS } from './redact.ts';

/** Something that looks like a credential: its line (from 1) and what it looks like; never the credential itself. */
export type Secret = { line: number; name: string };

const WORDS = String.raw`pass(?:word|wd|phrase|wort)s?|pwd|kennwort|mots?[-_ ]de[-_ ]passe|contrase[ñn]a|senha|wachtwoord|(?:api|access|account|private|signing|hmac|encryption|master)[-_ ]?key|secrets?|tokens?|(?<![A-Za-z])(?:pass|pw|sig|auth|session(?:id)?)`;

/**
 * Passwords in addresses and literal assignments; samples and references to settings are left out below. Whatever the text,
 * each pattern looks a bounded way ahead of each place: a line may be as long as a file.
 */
const ASSIGNED: readonly { name: string; pattern: RegExp }[] = [
  { name: 'a password in an address', pattern: /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'`<>]{1,256}:([^\s/@"'`<>]{6,256})@/gi },
  {
    name: 'a literal secret',
    pattern: /(?:password|passwd|secret|api[-_]?key|access[-_]?key|auth[-_]?token)["']?\s{0,16}[:=]\s{0,16}["']([^"'\s]{12,1024})["']/gi,
  },
  {
    // As environments, addresses and log lines have it; code would have blanks, a call or a property there.
    name: 'a literal secret',
    pattern:
      /(?:password|passwd|pwd|secret|api[-_]?key|access[-_]?key|token)=(?=[^\s&,;]{0,256}\d)([A-Za-z][^\s"'`&,;(){}[\].$<>]{7,1024})(?=$|[\s"'`&,;])/gim,
  },
  // The same under shorter names, in other languages, in XML, lists, YAML and on command lines; only what holds a digit.
  ...[
    [String.raw`(?:${WORDS})["']?\s{0,16}(?:=>|:=|[:=])\s{0,16}(?:\[\s{0,16})?["']`, String.raw`["']`],
    [String.raw`(?:${WORDS})=`, String.raw`(?:$|[\s"'&,;=])`],
    [String.raw`(?:${WORDS})["']?:[ \t]{1,16}(?<=^[ \t-]{0,64}["']?[\w.-]{0,80}["']?:[ \t]{1,16})`, String.raw`[ \t]*\r?$`],
    [String.raw`<[\w:.-]{0,64}(?:${WORDS})>\s{0,16}`, String.raw`\s{0,16}</`],
    [String.raw`--[\w-]{0,64}(?:${WORDS})[= ]`, String.raw`(?:$|\s)`],
  ].map(([before, behind]) => ({
    name: 'a literal secret',
    pattern: new RegExp(String.raw`${before}(?=[^\s"']{0,256}\d)([A-Za-z][\w+/!#%^*~-]{7,256}=?=?)(?=${behind})`, 'gim'),
  })),
];

/** What stands in samples and in references, and is no secret. */
const HARMLESS =
  /^\$|\$\{|^<|^\{|^%|\*{3}|x{4,}|\.{3}|example|sample|placeholder|change[-_]?me|your[-_]|password|secret|process\.env|dummy|test|fake|redacted|^(?:scram-sha|sha[-_]?\d|hmac[-_]|aes[-_]?\d|rsa[-_]?\d|oauth2|[hrep]s\d{3}$)|^[a-z]+([-_. ][a-z]+)*$/i;

/** All that looks like a credential in a text. For long texts there is `searchText`. */
export function secretsIn(text: string): Secret[] {
  return secretsWithin(text, text.length);
}

/** What looks like a credential and begins before `end`, by line. */
export function secretsWithin(text: string, end: number): Secret[] {
  const shaped = CREDENTIALS.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].filter(([found]) => !isTemplate(found)).map(({ index }) => ({ index, name })),
  );
  const assigned = ASSIGNED.flatMap(({ name, pattern }) =>
    [...text.matchAll(pattern)].filter(([, value]) => !HARMLESS.test(value!)).map(({ index }) => ({ index, name })),
  );
  return lined(
    text,
    [...shaped, ...assigned].filter(({ index }) => index < end),
  );
}

/** The line of each place, counted in one go; what two patterns find is one place. */
function lined(text: string, places: readonly { index: number; name: string }[]): Secret[] {
  let line = 1;
  let next = text.indexOf('\n');
  return places
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, name }) => {
      for (; next >= 0 && next < index; next = text.indexOf('\n', next + 1)) line += 1;
      return { line, name };
    })
    .filter((one, at, all) => one.line !== all[at - 1]?.line || one.name !== all[at - 1]?.name);
}

/** A key with nothing in it, as it stands in patterns and in docs. AWS itself uses one that ends in EXAMPLE. */
function isTemplate(found: string): boolean {
  if (found.endsWith('EXAMPLE')) return true;
  // Any JSON in base64 begins so; a token has three parts.
  if (found.startsWith('eyJ')) return !/^[\w-]+\.[\w-]{8,}\.[\w-]{8,}$/.test(found);
  if (!found.startsWith('-----BEGIN')) return false;
  return !/^-----BEGIN [^-]*-----(?:\s|\\[nr]|[\w-]+: [^\n]*\n)*[A-Za-z0-9+/]{40}/.test(found);
}
