/** Text that is already HTML. Only `html` makes it, so that no other text can pass for it. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Part[] | undefined | false;

/** A template whose inserted values are escaped unless they are HTML themselves; lists are joined, nothing stands for nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((before, text, i) => before + textOf(parts[i - 1]) + text));
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return (part as readonly Part[]).map(textOf).join('');
  return String(part as string | number).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
