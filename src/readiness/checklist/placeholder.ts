/** Words that stand for what somebody has still to fill in. */
const NAMED = String.raw`host|url|contact|link|name|date|email|e-mail|ticket|company|phone|version|tb[acd]|todo|fixme|owner|domain|(?:your|insert|fill|enter|add|replace)(?: [^\]]{1,40})?|x{2,}|\?+|…`;

/** Each alone says that a text is not filled in. */
const OPEN = new RegExp(
  [
    String.raw`_{3,}`,
    String.raw`\bTB[ACD]\b`,
    String.raw`\[(?:${NAMED})\](?!\()`,
    String.raw`<(?!(?:script|style|strong|span|div|code|pre|img|sub|sup|kbd|del|ins|mark|small|summary|details|table)\b)[a-z][\w -]{2,40}>`,
    String.raw`\b(?:change|replace|fill|edit)[-_]?(?:me|this)\b`,
    String.raw`\breplace[-_]with[-_]\w[\w-]*|\b(?:INSERT|FILL|ENTER)_[A-Z]\w*`,
    String.raw`\byour[-_][\w-]{2,40}`,
    String.raw`\{\{\s*[A-Z][\w -]{1,40}\}\}`,
    String.raw`\$\{[A-Z]\w{1,60}\}`,
    String.raw`\?{3,}|…{2,}|\.{5,}`,
    String.raw`\*+ \(from\b|(?:password|passphrase|secret|key|token|pin|[:=])\s+\*+\s*$`,
    String.raw`(?<![\w-])x{4,}(?![\w-])|[:=]\s*-{3,}\s*$`,
    String.raw`\b(?:owner|name|contact|ticket|date|responsible|approver|lead|phone|on-call)\s*:\s*n\/a\s*$`,
    String.raw`(?:^|[:=(–—-]\s*)to be (?:defined|determined|decided|confirmed|announced|filled in|completed)(?=\s*(?:[).,;]|$))`,
  ].join('|'),
  'i',
);

/** Marks that a line may also be about: `no TODO is left in the code`. Only where they stand for something they are meant. */
const MARK = /(?:^|[:=(|–—]\s*)@?(?:TODO|FIXME|XXX)(?=\s*(?:[:)|.,;]|$))|\blorem ipsum\b/i;
const ABOUT = /\b(?:no|not|without|any|all|remov\w*|replac\w*|resolv\w*|search\w*|grep|free of|left|remain\w*)\b/i;

/** What is still to be filled in, as it stands in a text: `____`, `TBD`, `{{HOST}}`, `[your name]`. */
export function placeholderIn(text: string): string | undefined {
  const open = OPEN.exec(text)?.[0];
  if (open !== undefined) return open.trim();
  const mark = MARK.exec(text)?.[0];
  return mark === undefined || ABOUT.test(text) ? undefined : mark.replace(/^[:=(|–—\s]+/, '');
}
