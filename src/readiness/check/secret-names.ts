/** Words by which a value is known to be a credential, also as a part of a longer name (`DB_PASSWORD_OLD`). */
const STRONG = [
  'pass(?:word|wd|phrase|code|wort)|secret|token|credential|pwd',
  '(?:api|private|access|signing|account|encryption|decryption|shared|master|client|hmac|aes|storage|service|license|webhook|ssh)[-_ ]?key',
  '(?:seed|recovery|backup)[-_ ]?(?:phrase|words)|mnemonic',
  // German, French, Spanish, Portuguese, Italian, Dutch, Polish, Swedish, Russian, Chinese, Japanese, Korean.
  'kennwort|geheimnis|mots?[-_ ]de[-_ ]passe|contrase[ñÑn]a|senha|wachtwoord|has[łŁl]o(?![a-z])|l[öÖ]senord|парол[ьяи]|ПАРОЛЬ|密[码碼]|パスワード|비밀번호',
].join('|');
/** Words that say so only when they are a whole word, at the end of a name (`SMTP_PASS`, `x-auth`): `auth_mode` is none. */
const WEAK = 'clave|mdp|parola|jeton|schl[üÜ]ssel|pass|pw|auth|session(?:[-_ ]?id)?|sid|sig(?:nature)?|pin|otp|salt';

/**
 * A pattern of small letters that takes capitals as well. Not by `(?i:…)`: in a process that had run for long Node 26.10 was seen to
 * take small letters alone there.
 */
const anyCase = (source: string): string =>
  source.replace(/\[[^\]]*\]|\\.|[a-z]/g, (part) => (part.length === 1 ? `[${part}${part.toUpperCase()}]` : part));

/** A name of a credential, for a regular expression without the flag `i`. What is masked already is none. */
export const CREDENTIAL_NAME =
  `(?:(?!(?<=\\[)secret\\])(?:${anyCase(STRONG)})(?:[\\w.-]{0,64}\\w)?(?:\\[[^\\]\\r\\n]{0,40}\\])?` +
  `|(?:(?<![A-Za-z])(?:${anyCase(WEAK)})|(?<=[a-z0-9])(?:Pass|Pw|Auth|Session(?:Id)?|Sig|Pin|Otp|Salt))(?![\\w-]))`;

const ANY = new RegExp(CREDENTIAL_NAME);
const IS_STRONG = new RegExp(`(?:${STRONG})`, 'i');
/** What is told about a credential, and is none itself: `token_ttl`, `passwordLength`. Read behind the word. */
const ABOUT =
  /(?:ttl|count|length|len|age|days|hours|minutes|seconds|secs|ms|min|max|limit|size|bytes|bits|expir\w*|rotat\w*|valid\w*|policy|version|required|total|used|left|rate|usage|strength|entropy|at|on)["'\]]*$/i;
const PLURAL = new RegExp(`(?:${STRONG})s["'\\]]*$`, 'i');
const ABOUT_BEFORE = /(?:^|[._-])(?:max|min|num|number_of|count|n|total)[._-]/i;
/** A last part that tells how credentials are used: `$.auth.mode`. */
const TELLING = /^(?:mode|status|state|type|kind|method|provider|enabled|required|algorithm|alg|scheme|policy|length|count)$/i;
const DIGITS_ARE_SECRET = /(?:pin|otp)["'\]]*$/i;

const STATE =
  /^(?:true|false|null|none|nil|undefined|yes|no|on|off|ok|set|unset|not set|missing|absent|empty|present|required|optional|enabled|disabled|valid|invalid|active|inactive|expired|revoked|rotated|unknown|passed|failed|pass|fail|warn|error|stale|unreachable|not there|not given|not measured|no data)$/i;
const NUMBER =
  /^[+-]?\d[\d_]*(?:[.,]\d+)*(?: ?(?:%|ms|s|min|m|h|d|w|y|days?|hours?|minutes?|seconds?|weeks?|months?|years?|[kKMGT]?i?B|bytes|bits|characters))?$/;
const VERSION = /^v?\d+(?:\.\d+){1,3}(?:[-+][\w.]{1,20})?$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

const bare = (value: string): string => value.trim().replace(/^["']|["'.]$/g, '');
const isState = (value: string): boolean => STATE.test(value);
const isFigure = (value: string): boolean => NUMBER.test(value) || VERSION.test(value) || MOMENT.test(value);

/**
 * Whether what something so named has may be shown: a state, or a number, version or date where the name is about
 * credentials (`token_ttl`, how many `tokens`) or only looks like that of one (`pass: 12`).
 */
export function mayBeShown(name: string, text: string): boolean {
  const value = bare(text);
  if (value === '' || isState(value)) return true;
  if (!isFigure(value)) return false;
  if (DIGITS_ARE_SECRET.test(name)) return false;
  if (!IS_STRONG.test(name)) return true;
  const { 0: word, index } = IS_STRONG.exec(name)!;
  const isAbout = ABOUT_BEFORE.test(name) || ABOUT.test(name.slice(index + word.length));
  // A date or a version is no password; how many there are is told in few digits.
  return MOMENT.test(value) || VERSION.test(value) || isAbout || (PLURAL.test(name) && value.length <= 6);
}

/** Whether a name, or any part of a path such as `$.credentials.list[0]`, is that of a credential. */
export function namesCredential(name: string): boolean {
  const path = name.trim();
  const parts = path.startsWith('$') ? path.split(/[.[\]"']+/) : [path.split(/[.[\]"'\s(){}=/]+/).findLast((part) => part !== '') ?? ''];
  return !TELLING.test(parts.findLast((part) => part !== '') ?? '') && parts.some((part) => ANY.test(part));
}
