import { ParseOption, type ErrorDetail, XmlDocument, XmlElement, XmlLibError, XsdValidator } from 'libxml2-wasm';

/** One thing that a schema finds wrong: the steps from the root to the element, each with its number among its namesakes. */
export type Fault = { steps: { name: string; nth: number; of: number }[]; text: string };

/** Enough to tell what is wrong with a record; that every record at fault is told is what matters. */
const MAX_FAULTS_OF_A_RECORD = 20;

/** Nothing is loaded from anywhere, and entities stay what they are: the reader has refused them before. */
const SAFE = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_BIG_LINES;

/** Compiles a schema. Throws XmlLibError for what is none. The validator is to be disposed by the caller. */
export function compileSchema(xsd: Uint8Array): XsdValidator {
  const document = XmlDocument.fromBuffer(xsd, { option: SAFE });
  try {
    return XsdValidator.fromDoc(document);
  } finally {
    document.dispose();
  }
}

/**
 * Holds a document against a schema; empty when it is valid. Of each record (the elements `depth` levels down) at most 20
 * faults are told. Memory of libxml2 is given back before it returns: what is
 * not disposed of there is never collected.
 */
export function checkPiece(validator: XsdValidator, xml: string, depth: number): Fault[] {
  let document: XmlDocument | undefined;
  try {
    document = XmlDocument.fromString(xml, { option: SAFE });
    validator.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return faultsOf(error.details, document, depth);
  } finally {
    document?.dispose();
  }
}

function faultsOf(details: readonly ErrorDetail[], document: XmlDocument | undefined, depth: number): Fault[] {
  const told = new Map<string, number>();
  const children = new Map<string, XmlElement[]>();
  const seen = new Set<string>();
  const faults: Fault[] = [];
  for (const { xpath = '', message } of details) {
    const record = xpath.split('/', depth + 1).join('/');
    const count = told.get(record) ?? 0;
    // A value that breaks a pattern is told twice, the second time in more general words.
    if (count >= MAX_FAULTS_OF_A_RECORD || seen.has(xpath)) continue;
    seen.add(xpath);
    told.set(record, count + 1);
    faults.push({ steps: document ? stepsTo(document, xpath, children) : [], text: plain(message) });
  }
  return faults;
}

/** libxml2 writes `/*\/*\/*[2]` for elements without a prefix, so the names are looked up. */
function stepsTo(document: XmlDocument, xpath: string, known: Map<string, XmlElement[]>): Fault['steps'] {
  const steps: Fault['steps'] = [];
  let level = [document.root];
  let walked = '';
  for (const step of xpath.split('/').slice(1)) {
    const match = /^(?:[^:[]*:)?([^[]+)(?:\[(\d+)\])?$/.exec(step);
    if (!match) break;
    const [, name = '*', nth = '1'] = match;
    const alike = name === '*' ? level : level.filter((element) => element.name === name);
    const element = alike[Number(nth) - 1];
    if (!element) break;
    const namesakes = level.filter((other) => other.name === element.name);
    steps.push({ name: element.name, nth: namesakes.indexOf(element) + 1, of: namesakes.length });
    walked += `/${step}`;
    level = known.get(walked) ?? childrenOf(element);
    known.set(walked, level);
  }
  return steps;
}

function childrenOf(element: XmlElement): XmlElement[] {
  const children: XmlElement[] = [];
  for (let child = element.firstChild; child; child = child.next) if (child instanceof XmlElement) children.push(child);
  return children;
}

/** Without namespaces, and without the element's name in front, which the path tells. */
function plain(message: string): string {
  const text = message
    .replaceAll(/\{[^}]*\}/g, '')
    .replace(/^Element '[^']*'(?:, attribute '([^']*)')?: /, (_, attribute?: string) => (attribute ? `${attribute}: ` : ''));
  return text
    .replace(/\[facet '[^']*'\] /, '')
    .trim()
    .slice(0, 400);
}
