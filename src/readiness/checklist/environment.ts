import type { Environment } from './checklist.ts';

const NAMES: readonly (readonly [Environment, string])[] = [
  ['development', 'development|dev|local|lokal|entwicklung|développement'],
  ['staging', 'staging|stage|pre-?prod(?:uction)?|uat|qa|test'],
  ['production', 'production|prod|live|produktion'],
];
const HEADINGS = NAMES.map(
  ([name, words]) =>
    [
      name,
      new RegExp(
        String.raw`^(?:(?:environment|env|umgebung)\s*[:–—-]?\s*)?(?:${words})(?:\s*[-–]?\s*(?:environments?|env|only|specific|umgebung|checks?|checklist|cluster|settings))*$|\b(?:in|on)\s+(?:the\s+)?(?:${words === NAMES[1]![1] ? 'staging|pre-?prod(?:uction)?|uat' : words})(?:\s+environment)?$`,
        'i',
      ),
    ] as const,
);
const LINES = NAMES.map(([name, words]) => {
  const places = name === 'staging' ? 'staging|pre-?prod(?:uction)?|uat' : name === 'production' ? 'production|prod' : 'development|dev';
  return [
    name,
    new RegExp(
      String.raw`\([^()]*\b(?:for|in|on)\s+(?:${places})\b[^()]*\)|\((?:${places})(?:\s+(?:mode\s+)?only)?\)|\b(?:in|on)\s+(?:the\s+)?(?:${places})(?:\s+environment)?[.]?$|^\[?(?:${places})\]?\s*[:\]]`,
      'i',
    ),
    words,
  ] as const;
});

/** The environment that a heading is all about: `Staging`, `Production environment`, `Tests in staging`. */
export function environmentOfHeading(heading: string): Environment | undefined {
  const only = /\((production|prod|live|staging|dev(?:elopment)?)(?: env(?:ironment)?)? only\)/i.exec(heading)?.[1];
  const bare = only ?? heading.replace(/\s*\([^()]*\)\s*/g, ' ').trim();
  return HEADINGS.find(([, pattern]) => pattern.test(bare))?.[0];
}

/** The environment that a line names for itself: `(for production)`, `(dev mode only)`, `… in staging`. */
export function environmentOfLine(text: string): Environment | undefined {
  if (!/prod|stag|dev|uat/i.test(text)) return undefined;
  return LINES.find(([, pattern]) => pattern.test(text))?.[0];
}
