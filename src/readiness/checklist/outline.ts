import type { Block, ListItem, Scanned } from './block.ts';
import { plainText } from './inline.ts';
import { identifier } from './identity.ts';
import { isBoxed, numberingOf, plainTitles, type Numbering, type PlainTitle } from './plain-title.ts';
import { declaredCount, headingText, isBoldHeading } from './section.ts';
import { scan } from './scan.ts';

/** A heading that is open where a line stands, with the line of the first box below it. Plain titles, and below them bold lines and summaries, count as headings below all others. */
export type Heading = { level: number; markdown: string; text: string; line: number; declared?: number; count: number; firstBox?: number };

/** Where a block stands: its headings, and the words that lead to it, such as “Roll back if:”. */
export type Context = { headings: readonly Heading[]; section: readonly string[]; lead: string };

/** A list item with its place. */
export type Entry = { item: ListItem; context: Context; id: string; children: Entry[]; parent?: Entry; blocks: Block[] };

/** Blocks outside of lists with their place. */
type Placed = { block: Block; context: Context };

/** The document's blocks in their places; `identify` gives ids to lines that are no list items. */
export type Outline = {
  title: string;
  entries: Entry[];
  placed: Placed[];
  headings: Heading[];
  scanned: Scanned;
  identify: (kind: 'item' | 'criterion', text: string, context: Context, parent?: ListItem) => string;
};

/** Plain lines that serve as headings stand below every heading with marks, bold lines and summaries below those. */
const TITLE_LEVEL = 10;
const BOLD_LEVEL = 100;

/** Blocks put under their headings and lists, with an id for each list item. Boxes and plain bullets are identified apart. */
export function outline(lines: readonly string[]): Outline {
  const scanned = scan(lines);
  const walk = new Walk(plainTitles(scanned.blocks));
  for (const block of scanned.blocks) walk.take(block);
  const { entries, placed, all, idOf } = walk;
  return { title: walk.title(), entries, placed, headings: all, scanned, identify: idOf };
}

/** The state of one walk over the blocks. */
class Walk {
  readonly entries: Entry[] = [];
  readonly placed: Placed[] = [];
  readonly all: Heading[] = [];
  private readonly byItem = new Map<ListItem, Entry>();
  private readonly identify = identifier();
  private readonly titles: ReadonlyMap<Block, PlainTitle>;
  /** The level of each form of number that plain titles have. */
  private readonly levels = new Map<string, number>();
  private stack: Heading[] = [];
  private lead = '';
  /** In how many quotes the lead stands, and whether it has led to a line in there: then it leads to none outside. */
  private leadQuote = { depth: 0, used: false };
  private current: Context | undefined;

  constructor(titles: ReadonlyMap<Block, PlainTitle>) {
    this.titles = titles;
  }

  title(): string {
    return (this.all.find(({ level }) => level === 1) ?? this.all.find(({ level }) => level < TITLE_LEVEL))?.text ?? '';
  }

  take(block: Block): void {
    if (block.kind === 'heading') return this.open(block.level, block.text, block.line);
    if (block.kind === 'html') return block.tag === 'summary' ? this.open(BOLD_LEVEL, block.text, block.line) : this.close(BOLD_LEVEL);
    if (block.kind === 'break') return this.close(BOLD_LEVEL);
    const title = this.titles.get(block);
    if (title) return this.openTitle(title, block.line);
    if (block.kind === 'item') return this.takeItem(block.item);
    const owner = block.owner && this.byItem.get(block.owner);
    if (owner) {
      owner.blocks.push(block);
      return;
    }
    if (block.kind === 'paragraph' && isBoldHeading(block.lines)) return this.open(BOLD_LEVEL, block.lines[0]!, block.line);
    if (block.kind === 'table' && isBoxed(block)) for (const heading of this.stack) heading.firstBox ??= block.line;
    this.placed.push({ block, context: this.context() });
    if (block.kind === 'paragraph') this.setLead(leadText(block.lines), block.quoteDepth);
  }

  private openTitle(title: PlainTitle, line: number): void {
    const level = this.levelOf(title);
    this.levels.set(title.form, level);
    this.open(level, title.markdown, line);
  }

  /** `B.1` stands below `B`, `II.` beside `I.`, and another form below a title that has no box yet. */
  private levelOf({ form, parts }: Numbering): number {
    const above = this.stack.findLast(({ text }) => isWithin(parts, numberingOf(text)?.parts ?? []));
    if (above) return Math.max(TITLE_LEVEL, above.level + 1);
    const known = this.levels.get(form);
    if (known !== undefined) return known;
    const inner = this.stack.findLast(({ level }) => level >= TITLE_LEVEL);
    if (!inner) return TITLE_LEVEL;
    if (inner.firstBox === undefined || (parts.length > 0 && this.levels.get('capitals') === inner.level)) return inner.level + 1;
    return inner.level < BOLD_LEVEL ? inner.level : TITLE_LEVEL;
  }

  private open(level: number, markdown: string, line: number): void {
    this.close(level);
    const declared = declaredCount(markdown);
    const heading: Heading = { level, markdown, text: headingText(markdown), line, count: 0, ...(declared !== undefined && { declared }) };
    this.stack.push(heading);
    this.all.push(heading);
  }

  private close(level: number): void {
    this.stack = this.stack.filter((heading) => heading.level < level);
    this.setLead('');
  }

  private setLead(lead: string, depth = 0): void {
    this.lead = lead;
    this.leadQuote = { depth, used: false };
    this.current = undefined;
  }

  private context(): Context {
    this.current ??= {
      headings: [...this.stack],
      section: this.stack.map(({ text }) => text).filter((text) => text !== ''),
      lead: this.lead,
    };
    return this.current;
  }

  /** The id of a line: by its headings but the document's title, the item around it, and its own words. */
  readonly idOf: Outline['identify'] = (kind, text, { headings }, parent) => {
    const title = this.all[0]?.level === 1 ? this.all[0] : undefined;
    return this.identify({
      kind,
      text,
      headings: headings.filter((heading) => heading !== title).map(({ markdown }) => markdown),
      ...(parent && { parent: parent.lines.join(' ') }),
    });
  };

  private takeItem(item: ListItem): void {
    if (item.quoteDepth >= this.leadQuote.depth) this.leadQuote.used = true;
    else if (this.leadQuote.used) this.setLead('');
    const context = this.context();
    const parent = item.parent && this.byItem.get(item.parent);
    const id = this.idOf(item.box ? 'item' : 'criterion', item.lines.join(' '), context, item.parent);
    const entry: Entry = { item, context, id, children: [], blocks: [], ...(parent && { parent }) };
    this.byItem.set(item, entry);
    parent?.children.push(entry);
    this.entries.push(entry);
    // A heading with a box of its own is none of the items that it says it has.
    if (item.box) for (const heading of context.headings) if (heading.line !== item.line) heading.count++;
    if (item.box) for (const heading of context.headings) heading.firstBox ??= item.line;
  }
}

/** Whether a number begins with another: `B.1` with `B`. */
const isWithin = (parts: readonly string[], outer: readonly string[]): boolean =>
  outer.length > 0 && outer.length < parts.length && outer.every((part, at) => part === parts[at]);

/** The kind of a callout, which is no word of it: `[!warning] Roll back when`. */
const CALLOUT = /^\[![\w-]{1,30}\][+-]?\s*/;

/** The last sentence of a paragraph, which may lead to what follows it. */
function leadText(lines: readonly string[]): string {
  const text = plainText(lines.slice(-4).join(' ').replace(CALLOUT, ''));
  const last = text.split(/(?<=[.!?])\s+(?=\p{Lu})/u).at(-1) ?? '';
  return last.length <= 200 ? last : '';
}
