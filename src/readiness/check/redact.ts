import { maskTables } from './mask-tables.ts';
import { maskValues } from './mask-values.ts';
import { mayBeShown, namesCredential } from './secret-names.ts';

const MASK = '[secret]';
const CUT_BYTES = 64 * 1024;
/** More than this is never looked at; the part kept is far smaller. */
const READ_CHARACTERS = 1 << 20;
/** What is dropped before a cut, so that no credential is cut into a piece that is not known as one. */
const MARGIN_CHARACTERS = 8_192;

/** Shapes that are credentials wherever they stand. Also what must not stand in a tracked file. */
export const CREDENTIALS: readonly { name: string; pattern: RegExp }[] = [
  {
    name: 'a private key',
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  },
  { name: 'a key of AWS', pattern: /(?:AKIA|ASIA)[A-Z0-9]{16}/g },
  { name: 'a JSON web token', pattern: /eyJ[\w-]{16,}(?:\.[\w-]*){0,2}/g },
  { name: 'a token of GitHub', pattern: /(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g },
  { name: 'a token of GitLab', pattern: /glpat-[\w-]{16,}/g },
  { name: 'a token of Slack', pattern: /xox[abeoprs]-[\w-]{10,}/g },
  { name: 'a key of a payment or model provider', pattern: /(?:sk|rk|pk)[-_](?:live|test|ant|proj|or)[-_][\w-]{12,}/g },
  { name: 'a key of Google', pattern: /AIza[\w-]{35}/g },
  { name: 'a token of npm', pattern: /npm_[A-Za-z0-9]{30,}/g },
  { name: 'a key of SendGrid', pattern: /\bSG\.[\w-]{16,64}\.[\w-]{12,64}/g },
];

/** What is a credential because of what stands around it; the first group is kept. */
const AROUND: readonly RegExp[] = [
  // user:password@ in any address, also where the password holds a slash; behind a port there is none.
  /([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#"'<>]+|[^\s/?#"'<>:@]{0,64}:(?!\d{2,5}[/?#])[^\s"'<>@]{1,128})(?=@)/gi,
  // To the end of the line, as cookies hold blanks and quotes.
  /((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+/gi,
  /((?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^\r\n"']+/gi,
  // Not a path so called, and not a word of a sentence.
  /((?<![\w/.-])(?:bearer|basic)\s+)(?!(?:authentication|authorization)\b)(?![a-z]{8,}[ \t]+\S)[\w.~+/=-]{8,}/gi,
  // `-p` of many programs, where what follows is no number, path or address.
  /((?:^|\s)-p\s+)(?=[^\s]{0,64}\d)(?=[^\s]{0,64}[A-Za-z])[^\s:/.]{6,}/g,
  // `mysql -pX`, `sshpass -pX` have no blank there; `redis-cli -a X`.
  /(\b(?:mysql\w{0,16}|mariadb(?:-\w{1,16})?|sshpass|mycli)\b[^\r\n]{0,400}?\s-p["']?)(?=\S)[^\s"']+/g,
  /(\bredis-cli\b[^\r\n]{0,400}?\s-a\s{0,4}["']?)[^\s"']+/g,
  // `curl -u user:password`; a user and a group are numbers.
  /((?:^|\s)(?:-[uU]|--(?:proxy-)?user)[ =]{0,2}["']?[A-Za-z][^\s:"'/]{0,64}:)(?!\d+(?:\s|$)|\/)[^\s"']+/g,
  // SQL: CREATE USER … IDENTIFIED [WITH plugin] BY '…'
  /(\bidentified\s{1,4}(?:with\s{1,4}\S{1,64}\s{1,4})?(?:by|as)\s{1,4}(?:password\s{1,4})?)(?:"[^"\r\n]*"?|'(?:[^'\\\r\n]|\\.|'')*'?|[^\s;"']+)/gi,
];

/** The words of a wallet (BIP-39): 12 to 24 short ones with nothing between them, and none that every sentence has. */
const WORDS = /(^|["'`=:]\s{0,4})((?:[a-z]{3,8}(?:, ?| )){11,23}[a-z]{3,8})(?=["'`.,]?\s{0,4}$|["'`])/gm;
const OF_SENTENCES = /\b(?:the|and|for|not|are|was|were|has|from|with|which|its|but|been|does|did|had|than|into|may|must)\b/;

function maskWords(text: string): string {
  return text.replace(WORDS, (all, before: string, words: string) =>
    words.split(/[ ,]+/).length % 3 === 0 && !OF_SENTENCES.test(words) ? `${before}${MASK}` : all,
  );
}

/**
 * The text without what is a credential by its shape or by what stands before it: passwords in addresses, tokens in headers,
 * cookies, private keys, JSON web tokens, keys of well-known services, `password=…`. Rather too much is masked than too
 * little, but states, and numbers, versions and dates that only tell about credentials, stay readable.
 */
export function redact(text: string): string {
  const shaped = CREDENTIALS.reduce((masked, { pattern }) => masked.replace(pattern, MASK), text);
  const around = AROUND.reduce((masked, pattern) => masked.replace(pattern, `$1${MASK}`), shaped);
  return maskPaths(maskValues(maskTables(maskWords(around), MASK), MASK));
}

/** What is said of a place in a document, up to the next sentence: every text in it, where the path names a credential. */
function maskPaths(text: string): string {
  return text.replace(/(\$[\w.[\]"'*-]{1,200})( [^;\r\n]{1,4096})/g, (all, path: string, said: string) =>
    namesCredential(path) ? `${path}${said.replace(TEXT, (quoted) => (mayBeShown(path, quoted) ? quoted : MASK))}` : all,
  );
}
const TEXT = /"(?:[^"\\\r\n]|\\.)*"?/g;

/** A text that something so named (`$.user.password`, `DB_PASSWORD`) has: masked whole when the name says that it is a credential. */
export const redactNamed = (name: string, text: string): string => (namesCredential(name) && !mayBeShown(name, text) ? MASK : redact(text));

/** Output of a check as it may be kept: masked, at most 64 KiB of UTF-8, and saying so when it was cut. */
export function redactOutput(text: string, hide: (text: string) => string = (same) => same): string {
  const read = text.length > READ_CHARACTERS ? text.slice(0, READ_CHARACTERS - MARGIN_CHARACTERS) : text;
  const masked = redact(hide(read));
  const bytes = Buffer.from(masked);
  if (bytes.length <= CUT_BYTES && read.length === text.length) return masked;
  const kept = new TextDecoder().decode(bytes.subarray(0, CUT_BYTES), { stream: true });
  return `${kept}\n… cut: ${Buffer.byteLength(kept)} of ${Buffer.byteLength(text)} bytes are kept`;
}

const SECRET_NAME = /pass(word|wd|phrase|code)?|secret|token|key|credential|auth|dsn|pwd|salt|pin$|otp/i;
const SHORTEST = 6;

/** Whether a setting's value must never be seen: by its name, or because it looks drawn at random. */
export function isSecretSetting(name: string, value: string): boolean {
  return value.length >= SHORTEST && (SECRET_NAME.test(name) || (value.length >= 16 && entropyBits(value) >= 60 && !/\s/.test(value)));
}

/** How many bits a text of such characters holds (Shannon, over its own characters); an upper bound of its strength. */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...text].length;
  return [...counts.values()].reduce((bits, count) => bits - count * Math.log2(count / length), 0);
}

/** A function that masks these values in a text, also as they stand in addresses, JSON, base64 and hex. Longest first. */
export function hiderOf(values: readonly string[]): (text: string) => string {
  const forms = values
    .filter((value) => value.length >= SHORTEST)
    .flatMap((value) => {
      const bytes = Buffer.from(value);
      const escaped = JSON.stringify(value).slice(1, -1);
      return [value, encodeURIComponent(value), escaped, bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
    });
  const longestFirst = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}
