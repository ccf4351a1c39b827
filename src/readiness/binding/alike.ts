/** Words for the same thing, by their beginnings. */
const SAME: readonly (readonly string[])[] = [
  ['laten', 'respo', 'durat', 'answe', 'time', 'slowe', 'secon', 'perfo'],
  ['error', 'fail', 'failu', 'faile'],
  ['memor', 'ram', 'resid'],
  ['cpu', 'proce'],
  ['uptim', 'avail', 'up'],
  ['backu', 'pgbac', 'dump', 'snaps'],
  ['tls', 'ssl', 'certi', 'expir'],
  ['throu', 'tps', 'rps', 'opera', 'ops', 'reque', 'req', 'perse'],
  ['insta', 'repli', 'serve', 'nodes', 'balan'],
  ['user', 'users', 'clien', 'conne', 'concu', 'pool'],
  ['vulne', 'audit', 'packa', 'cve'],
  ['reten', 'keeps', 'kept', 'oldes'],
];
/** Words that say nothing of what is measured: of grammar, of queries, and those that stand beside every number. */
const IDLE = new Set(
  'the and for with from not all any are was has must than then more less most least over under above below about within after before each every rate max min sum avg mean count total vector bucket histogram quantile clamp increase changes deriv select where case when else end and null setting current json path query name value unit demands version server test tests code hour hours minute minutes day days week weeks month months percent bytes'.split(
    ' ',
  ),
);
const IDEA = new Map(SAME.flatMap((words, at) => words.map((word) => [word, `~${at}`] as const)));

/** What a text speaks of: its words by their beginnings, those for the same thing as one. `latencyMs` and `latency_ms` are two words. */
function ideasIn(text: string): Set<string> {
  const words = text
    .replace(/(?:per_?|\/ ?)(?:s|sec|second)(?![a-z])/gi, ' persecond')
    .replace(/\b5(?:xx|\.\.)/gi, ' error')
    .replace(/(?<=[a-z])(?=[A-Z])|(?<=\bmax)(?!imum)(?=[a-z]{4})/g, ' ')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u);
  const telling = words.filter(
    (word) => /\p{L}/u.test(word) && (word.length > 2 || word === 'up') && !IDLE.has(word) && !/^p\d+$/.test(word),
  );
  return new Set(telling.map((word) => IDEA.get(word.slice(0, 5)) ?? word.slice(0, 5)));
}

/** How many things two texts both speak of. */
export function alike(one: string, other: string): number {
  const [a, b] = [ideasIn(one), ideasIn(other)];
  return [...a].filter((idea) => b.has(idea)).length;
}

/** Whether a text speaks of everything that another does, and of something at all. */
export function speaksOf(text: string, subject: string): boolean {
  const [said, wanted] = [ideasIn(text), ideasIn(subject)];
  return wanted.size > 0 && [...wanted].every((idea) => said.has(idea));
}
