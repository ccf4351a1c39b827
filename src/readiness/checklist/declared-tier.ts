import type { Tier } from './checklist.ts';
import { plainText } from './inline.ts';
import { withoutPictographs } from './pictograph.ts';
import { repairMojibake } from './repair.ts';
import { tierOfHeading } from './tier.ts';

/**
 * A tier that a sentence gives to every line, of the section that it stands in or of the document where it does not say; `parts` are
 * those that it names, by what their headings begin with: `A`, `3.1`, or whole titles.
 */
export type Declared = { tier: Tier; reach: 'section' | 'document' | 'unsaid'; parts?: readonly string[] };

const OTHERWISE = String.raw`unless (?:it (?:is |says )?|they (?:are )?)?(?:otherwise |explicitly )?(?:stated|marked|noted|said|specified|tagged|labelled|indicated|told)(?: otherwise| differently)?(?: below| explicitly)?|by default|if not (?:stated|marked|noted|tagged|said) otherwise|sofern nicht anders (?:angegeben|vermerkt)|sauf (?:mention|indication) contraire`;
const LINES = String.raw`lines?|items?|boxes|box|points?|checks?|entries|entry|tasks?|rows?|requirements?|conditions?|things?|steps?|criteria|questions?|controls?|zeilen?|punkte?|einträge|prüfungen|lignes?|éléments?`;
const PART = String.raw`section|block|part|group|chapter|table|area|abschnitt|block|teil|kapitel|partie|bloc`;
const WHOLE = String.raw`document|list|checklist|page|file|sheet|runbook|dokument|liste`;
/** Parts by their letters or numbers, `Part A`, `sections 2 and 3`, or by their titles in quotes. */
const NAMED = String.raw`(?:(?:the\s+)?(?:${PART}|annex|phase|stage|anhang|annexe)(?:s|en|e)?\s+(?<ids>(?:[A-Z]|\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{2,4})(?:(?:,\s*|,?\s+(?:and|und|et|&)\s+)(?:[A-Z]|\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{2,4})\b){0,5}(?![\p{L}\d]))|(?:(?:the\s+)?(?:${PART}|heading)\s+)?["“„«]\s?(?<quoted>[^"“”„«»]{2,60}?)\s?["”“»])`;
const HERE = String.raw`(?:here|below|(?:in|of|on|under|for) (?:this|the) (?:whole |entire )?(?:${PART}|${WHOLE}|heading)|(?:in|of|on|under|for) this \p{L}{3,20}|that follow|in dieser? (?:${PART}|${WHOLE})|de cette (?:section|liste))`;

/** `Every line is high priority`, `All items here are mandatory unless marked otherwise`, `Unmarked lines are of medium priority`. */
const OF_ALL = new RegExp(
  String.raw`^(?:(?:${OTHERWISE}),?\s+)?(?:(?:every|each|all|any|the|jede[rs]?|alle|tous|toutes|chaque|les)\s+)*(?:(?:single|other|remaining|un(?:marked|tagged|labelled)|übrigen|of|the|autres)\s+)*(?:(?:${LINES})|everything(?: else)?|alles|tout)(?:\s+(?:${HERE}|(?:in|of|on|under|for|below|from|aus|von|im|unter|dans|de|sous)\s+(?:la\s+)?${NAMED}))?(?:\s+(?:without|with no|ohne|sans)\s+(?:an?\s+|any\s+|une?\s+)?(?:tag|mark|label|priority|sign|note|kennzeichnung|marke|mention))?\s+(?:is|are|has|have|counts? as|ist|sind|hat|haben|est|sont)\s+(.{3,40}?)(?:[,\s]+(?:unless|except|but for|apart from|save for|other than|außer|bis auf|à l['’]exception|hormis|if not|as long as|${OTHERWISE}|es sei denn|sofern|sauf)\b.{0,120})?$`,
  'iu',
);
/** Words that make it sure that all lines are meant. */
const ALL_MEANT =
  /^(?:(?:unless|by default|if not|sofern|sauf)\b.*?\b)?(?:every|each|all|any|everything|un(?:marked|tagged|labelled)|jede|alle|alles|tous|toutes|tout|chaque)\b|\b(?:without|with no|ohne|sans)\b/i;
/** `Priority of this block: high`, `Default severity: medium`, `The priority of all lines is high`. */
const OF_PRIORITY = new RegExp(
  String.raw`^(?:the\s+)?(default\s+)?(?:priority|prio|severity|tier|importance|criticality|priorität|priorité)(?:\s+level)?(?:\s+(?:of|for|in|der|des|dieses|de)\s+(?:(?:this|the|all|every|each|dieser?|dieses|cette|tous|les)\s+)?(?:(?:whole|entire)\s+)?(${PART}|${WHOLE}|${LINES}))?(?:\s+(?:below|here))?(?:\s*\(default\))?\s*(?::|=|\s[–—-]\s|\s(?:is|are|ist|est)\s)\s*(.{2,30})$`,
  'i',
);
/** `No mark = medium`, `the rest is optional`, beside what is said of the marks. */
const OF_REST =
  /(?:^|[,;:]\s*|\b(?:and|und|et)\s+)(?:(?:no|without(?: an?)?|keine?|ohne|sans|aucune?) (?:mark|tag|label|sign|symbol|priority|letter|zeichen|kennzeichen|kennzeichnung|marke|mention)|un(?:marked|tagged|labelled|starred)|blank|(?:all |the |alle |die |der |les |le )?(?:rest|others|remainder|übrigen|autres|reste))\s*(?:=|:|\s(?:means?|is|are|ist|sind|est|sont|bedeutet))\s*(.{3,30}?)(?=$|[,;])/i;
/** `If a line carries no tag, take it as medium`. */
const OF_BARE = new RegExp(
  String.raw`^(?:if|when|where)(?:ver)?\s+(?:an?|the|any)\s+(?:${LINES})\s+(?:(?:carries|has|bears|shows|gets|comes with)\s+(?:no|neither)|is (?:without|not given) an?|is left without an?)\s+(?:mark|tag|label|sign|symbol|priority|letter|class)(?:\s+${HERE})?[,:]?\s+(?:then\s+)?(?:(?:please\s+)?(?:take|treat|read|count|regard|consider|handle|see)\s+(?:it|that|this)\s+(?:as|to be)|(?:it|that|this)\s+(?:is|counts as|means))\s+(.{3,30})$`,
  'i',
);
/** `Storage (all critical)`, `Storage – everything here is optional` */
const OF_HEADING =
  /(?:[([]|[:–—]\s|\s-\s)\s*(?:all(?: (?:of )?(?:the|these|them))?|everything|every (?:item|line|check|point)|alles?|tous|toutes|tout)(?: (?:items|lines|checks|points|boxes|punkte|points))?(?: (?:here|below))?(?: (?:is|are|ist|sind|est|sont))? ([^()[\]]{3,30})[)\]]?$/i;

/** `This section is mandatory`. */
const OF_SECTION = new RegExp(
  String.raw`^(?:this|the whole|dieser?|dieses|cette)\s+(?:whole\s+|entire\s+)?(?:${PART})\s+(?:is|has|counts as|ist|hat|est)\s+(.{3,30})$`,
  'i',
);
/** `Part A is mandatory`, `Sections 2 and 3 are optional`. */
const OF_NAMED = new RegExp(
  String.raw`^(?:(?:all|everything|whole)\s+(?:of\s+)?)?${NAMED}\s+(?:is|are|counts? as|ist|sind|est|sont)\s+(?<tier>.{3,60}?)(?:[,\s]+(?:unless|except|but for|apart from|außer|bis auf|sauf|hormis)\b.{0,120})?$`,
  'iu',
);
/** What something is owed for adds nothing: `mandatory for the cut-over`. */
const PURPOSE =
  /\s+(?:for|before|until|by|prior to|to|für|vor|zu[mr]?|pour|avant)\s+(?:(?:the|our|this|every|each|any|dem|der|den|die|das|la|le|l['’])\s*)?(?:[\p{L}-]+\s)?(?:launch|releases?|go-?live|cut-?over|switch-?over|change-?over|opening|roll-?out|migration|deployment|start|umstellung|inbetriebnahme|lancement|bascule|mise en (?:production|service)|ouverture)$/iu;

/** A heading with its number or letter, with or without a word for it. */
const PART_HEADING = new RegExp(
  String.raw`^\W*((?:${PART}|annex|phase|stage|anhang|annexe)\s+)?([A-Z]|\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{2,4})(?![\p{L}\d])(?!\.\d)(\s*[.):–—-]?)(?=\s|$)\s*[–—:-]?\s*(.*)$`,
  'iu',
);

/** What every such sentence has one of. */
const LIKELY =
  /prio|\b(?:parts?|sections?|blocks?|groups?|chapters?|tables?|areas?|phases?|stages?|annex|teile?|abschnitte?|kapitel|parties?) (?:[A-Z]|\d)|["“„«]|severit|\btier\b|importance|criticality|\b(?:every|each|all|any|everything|unmarked|untagged|unlabelled|without|with no|no|blank|rest|others|remainder|unstarred|unless|by default|this|the whole|keine?|übrigen|autres|reste|carries|has no|bears|sofern|sauf|jede[rs]?|alles?|ohne|dieser?|dieses|tou(?:s|te|tes|t)|chaque|sans|cette)\b/i;

/** What a text says of the tier of all lines around it, sentence by sentence: the first that says anything, and each that names its parts. */
export function declaredIn(lines: readonly string[]): readonly Declared[] {
  if (!lines.some((line) => LIKELY.test(line.slice(0, 1_000)))) return [];
  const texts = lines.map((line) => withoutPictographs(plainText(repairMojibake(line.slice(0, 1_000)))));
  const found: Declared[] = [];
  for (const text of [...texts, texts.join(' ').slice(0, 2_000)])
    for (const sentence of text.split(/(?<=[.!?;])\s+|\s+[|·•]\s+/)) {
      const declared = declaredBy(sentence.replace(/^(?:(?!["“„«])\W)+|[\s.!;]+$/g, ''));
      if (
        declared &&
        (declared.parts ? !found.some(({ parts }) => parts?.join() === declared.parts?.join()) : found.every(({ parts }) => parts))
      )
        found.push(declared);
    }
  return found;
}

function declaredBy(sentence: string): Declared | undefined {
  if (sentence.length > 240) return undefined;
  const named = OF_NAMED.exec(sentence);
  if (named) return ofParts(declared(named.groups!['tier']!, 'section'), named.groups!);
  const all = OF_ALL.exec(sentence);
  if (all && ALL_MEANT.test(sentence)) return ofParts(declared(all.at(-1)!, reachOf(sentence)), all.groups!);
  const priority = OF_PRIORITY.exec(sentence);
  if (priority)
    return declared(
      priority[3]!,
      priority[1] || new RegExp(`^(?:${LINES})$`, 'i').test(priority[2] ?? '') ? 'document' : reachOf(priority[2] ?? 'section'),
    );
  const section = OF_SECTION.exec(sentence);
  if (section) return declared(section[1]!, 'section');
  const rest = OF_REST.exec(sentence)?.[1] ?? OF_BARE.exec(sentence)?.[1];
  return rest === undefined ? undefined : declared(rest, 'unsaid');
}

/** The same of the parts that a sentence names, if it does. */
function ofParts(all: Declared | undefined, { ids, quoted }: Readonly<Record<string, string | undefined>>): Declared | undefined {
  const parts = quoted === undefined ? ids?.split(/,\s*(?:(?:and|und|et|&)\s+)?|\s+(?:and|und|et|&)\s+/i) : [quoted];
  return all && parts ? { ...all, reach: 'section', parts } : all;
}

/** Whether a heading is that of a part by the name which a sentence has for it: `Part A — Before`, `A. Before`, `3 Storage`, `Storage`. */
export function isPart(heading: string, name: string): boolean {
  const [, word, id, sign, rest = ''] = PART_HEADING.exec(heading) ?? [];
  const own = /^(?:[A-Z]|[\d.]+|[IVX]{2,4})$/i.test(name);
  if (!own) return [heading, rest].some((text) => text.toLowerCase() === name.toLowerCase());
  // `A new store` has no number.
  return id?.toLowerCase() === name.toLowerCase() && (word !== undefined || sign !== '' || /^\d/.test(name));
}

/** The tier that a heading gives all lines below it in so many words. */
export function declaredByHeading(heading: string): Tier | undefined {
  const words = OF_HEADING.exec(withoutPictographs(heading))?.[1];
  return words === undefined || !/^\S+(?:\s\S+)?$|priority$/i.test(words) ? undefined : declared(words, 'section')?.tier;
}

function reachOf(words: string): Declared['reach'] {
  if (new RegExp(String.raw`\b(?:${WHOLE})\b`, 'i').test(words)) return 'document';
  return new RegExp(String.raw`\b(?:${PART}|heading)\b`, 'i').test(words.replace(/\bits (?:heading|section)\b|\bunless\b.*/gi, ''))
    ? 'section'
    : 'unsaid';
}

/** Only a plain grade is one: `required to be ticked` and `high up on the list` say something else. */
function declared(phrase: string, reach: Declared['reach']): Declared | undefined {
  const bare = phrase
    .replace(/^(?:(?:of|an?|as|the|to be|von|de)\s+)+/i, '')
    .replace(PURPOSE, '')
    .trim();
  const tier = bare.split(' ').length <= 3 && !/^(?:may|normal|should|could|must|not|no)\b/i.test(bare) ? tierOfHeading(bare) : undefined;
  return tier && { tier, reach };
}
