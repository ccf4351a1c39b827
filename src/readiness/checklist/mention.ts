import { mayHold } from './first-look.ts';
import { matchesOf } from './matches.ts';

/** What is looked for, behind a piece of text that each must have: most lines have none of them. */
const PATTERNS: readonly (readonly [look: string | RegExp, RegExp])[] = [
  ['://', /\b[a-z][a-z+.-]{1,20}:\/\/[^\s)>\]"'`,;]{1,300}/gi],
  ['ort', /\bports?\s*:?\s*(\d{2,5}(?:(?:\s*(?:,|and|&|\/)\s*)\d{2,5})*)/gi],
  [')', /(?<=\(|\bon\s)(\d{4,5})(?=\))/g],
  [' /', /\b(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+\/[\w./{}:-]{0,200}/g],
  ['/', /(?<![\w/.])\.{0,2}\/[\w.-]+(?:\/[\w.-]+)*\/?/g],
  [
    /\.(?:md|json|ya?ml|toml|conf|cfg|sh|sql|env|crt|key|pem|log|txt|xml|ini|py|js|ts|service)\b/,
    /(?<![\w./-])[\w-]{1,80}(?:\/[\w.-]{1,80}){0,20}\.(?:md|json|ya?ml|toml|conf|cfg|sh|sql|env|crt|key|pem|log|txt|xml|ini|py|js|ts|service)\b/g,
  ],
  [/\.[a-z]/, /(?<![\w/])\.[a-z][\w-]*(?:\.[\w-]+)*\b/g],
  ['_', /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:=[^\s,;)]{1,100})?/g],
];

/** Ports, paths, addresses, files and names of settings that a plain text mentions, each once, in their order. */
export function mentionsOf(text: string): string[] {
  const found = new Map<string, number>();
  const taken: { from: number; to: number }[] = [];
  for (const [look, pattern] of PATTERNS) {
    if (!mayHold(text, look)) continue;
    for (const match of matchesOf(text, pattern)) {
      const to = match.index + match[0].length;
      if (taken.length > 100 || taken.some((range) => range.from <= match.index && match.index < range.to)) continue;
      taken.push({ from: match.index, to });
      const words = /^ports?/i.test(match[0]) ? match[1]!.match(/\d+/g)! : [match[1] ?? match[0]];
      for (const word of words) {
        const mention = word.replace(/[.,:]+$/, '');
        if (mention.length > 1 && !found.has(mention)) found.set(mention, match.index);
      }
    }
  }
  return [...found].sort((a, b) => a[1] - b[1]).map(([mention]) => mention);
}
