/** A place in a text, from its first character to behind its last. */
export type Span = { start: number; end: number };

type Step = { name: string; nth: number };
type Open = { name: string; start: number; counts: Map<string, number>; nth: number; depth: number };

const TOKEN = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<(\/?)([^\s/>]+)((?:"[^"]*"|'[^']*'|[^"'>])*?)(\/?)>/g;

function stepsOf(path: string): Step[] {
  return path
    .split('/')
    .filter(Boolean)
    .map((step) => {
      const [, name = step, nth] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? [];
      return { name, nth: Number(nth ?? 1) };
    });
}

const local = (name: string) => name.slice(name.indexOf(':') + 1);

/**
 * Where the elements stand that paths lead to, as status reports give them: from the message's element, numbered among
 * elements of one name (`CdtTrfTxInf[2]/Cdtr/Nm`). Of what is missing, the deepest element that is there. Undefined for a path of
 * which not even the beginning is found. Reads one message, whatever its prefixes and what is around it.
 */
export function elementsAt(xml: string, paths: readonly string[]): (Span | undefined)[] {
  const wanted = paths.map((path) => ({ steps: stepsOf(path), found: undefined as Span | undefined, depth: 0 }));
  const open: Open[] = [];
  let root = -1;
  const note = (at: Open, end: number) => {
    if (root < 0 || at.depth <= root) return;
    const trail = open.slice(root + 1).concat(at);
    for (const want of wanted) {
      const depth = trail.length;
      const isOn = trail.every(({ name, nth }, i) => want.steps[i]?.name === name && want.steps[i].nth === nth);
      if (isOn && depth > want.depth) Object.assign(want, { depth, found: { start: at.start, end } });
    }
  };
  for (const token of xml.matchAll(TOKEN)) {
    const [whole, closing, qualified, , empty] = token;
    if (qualified === undefined) continue;
    const name = local(qualified);
    const end = token.index + whole.length;
    if (closing) {
      const at = open.pop();
      if (at) note(at, end);
      continue;
    }
    const counts = open.at(-1)?.counts;
    const nth = (counts?.get(name) ?? 0) + 1;
    counts?.set(name, nth);
    const at: Open = { name, start: token.index, counts: new Map(), nth, depth: open.length };
    // The message's element is the one below `Document`.
    if (root < 0 && open.at(-1)?.name === 'Document') root = open.length;
    if (empty) note(at, end);
    else open.push(at);
  }
  return wanted.map(({ found }) => found);
}

/** The document with each element on a line of its own where it came in long lines; else as it is. */
export function laidOut(xml: string): string {
  const lines = xml.split('\n').length;
  if (xml.length / lines < 200) return xml;
  let depth = 0;
  let out = '';
  let end = 0;
  let hasText = false;
  for (const token of xml.matchAll(TOKEN)) {
    const [whole, closing, qualified, , empty] = token;
    const between = xml.slice(end, token.index);
    const isBlank = between.trim() === '';
    if (closing) depth = Math.max(0, depth - 1);
    const breaks = isBlank && !(closing && hasText) && out !== '';
    out += isBlank ? (breaks ? `\n${'  '.repeat(depth)}` : '') : between;
    out += whole;
    hasText = !closing && !empty && qualified !== undefined ? nextIsText(xml, token.index + whole.length) : false;
    if (qualified !== undefined && !closing && !empty) depth++;
    end = token.index + whole.length;
  }
  return out + xml.slice(end);
}

/** Whether text, or the end of an empty element, follows: its end then stays on the same line. */
function nextIsText(xml: string, from: number): boolean {
  const next = xml.indexOf('<', from);
  return xml.slice(from, next).trim() !== '' || xml[next + 1] === '/';
}
