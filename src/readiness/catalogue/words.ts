/** Words that stand everywhere and tell nothing. */
const EMPTY = new Set(
  'a an and or the of to in for on with by at from is are be been no not all any each per via as it its this that if than into out up down using use used set e g etc'.split(
    ' ',
  ),
);

/** Words whose beginnings are alike and whose meanings are not. */
const WHOLE = new Map([
  ['production', 'prodn'],
  ['product', 'product'],
  ['authorization', 'authz'],
  ['authorisation', 'authz'],
  ['author', 'author'],
  ['postgresql', 'postgres'],
  ['postgres', 'postgres'],
  ['certificate', 'certif'],
  ['certified', 'certified'],
  ['process', 'process'],
  ['processing', 'process'],
  ['contract', 'contract'],
  ['contrast', 'contrast'],
  ['internal', 'internal'],
  ['internet', 'internet'],
  ['integration', 'integration'],
  ['integrations', 'integration'],
  ['integrity', 'integrity'],
  ['procedure', 'procedure'],
  ['procedures', 'procedure'],
  ['registry', 'registry'],
  ['registration', 'registration'],
  ['ssl', 'tls'],
  ['indices', 'index'],
]);

/** A word without its ending, so that its forms are one. */
function stem(word: string): string {
  const whole = WHOLE.get(word);
  if (whole !== undefined) return whole;
  let rest = word;
  if (rest.length > 4) rest = rest.replace(/ies$/, 'y').replace(/(ss|x|ch|sh)es$/, '$1');
  if (rest.length > 3) rest = rest.replace(/([^s])s$/, '$1');
  if (rest.length > 5) rest = rest.replace(/(ing|ed)$/, '');
  return rest.slice(0, 6);
}

/** The words of a text that tell something, in order, each without its ending. */
export function wordsOf(text: string): string[] {
  const found =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/\d+(?:\.\d+)?|[\p{L}_]+\d*/gu) ?? [];
  return found
    .flatMap((word) => (word.includes('_') ? [word, ...word.split('_')] : [word]))
    .filter((word) => word !== '' && !EMPTY.has(word))
    .map(stem);
}

const WEAK = new Set(
  wordsOf(
    'working configured configuration verified passed passing completed enabled setup set check checked tested installed created ' +
      'running current reviewed updated validated available active implemented defined successful required production service ' +
      'system application normal established',
  ),
);

/** Words that nearly every line may carry: they help others and say little alone. */
export function isWeak(stemmed: string): boolean {
  return WEAK.has(stemmed);
}
