import type { Finding, Service } from './checklist.ts';
import { expandBraces, wordsOf } from './shell-words.ts';
import type { Block } from './block.ts';

type Fence = Extract<Block, { kind: 'fence' }>;

/** Bounds for documents that nobody wrote by hand: what is behind them is left out, and told. */
const MOST_SERVICES = 1_000;
const MOST_COMMANDS = 50_000;
const MOST_PATHS = 100;
const MOST_CHARACTERS = 1_000;

const LOOP = /^\s*for\s+([A-Za-z_]\w*)\s+in\s+([^;]{1,2000}?)\s*(?:;|$)/;
const END = /(?:^|[\s;])done\b/;
const URL_IN_TEXT =
  /\b(https?|wss?|grpcs?|postgres(?:ql)?|rediss?|nats|amqps?|mongodb|kafka):\/\/(?:[^\s/@"'`]{1,100}@)?([\w.-]{1,200}|\[[\da-f:.]+\])(:\d{1,5})?(\/[^\s"'`<>()|\\?#]{0,300})?/gi;
const BARE = /(?<![\w./:@-])(localhost|\d{1,3}(?:\.\d{1,3}){3}|[a-z][\w-]{0,60}(?:\.[a-z][\w-]{0,60}){1,8}):(\d{2,5})(?![\w.])/gi;
/** Tools that are told a host and a port one by one. */
const HOST_AND_PORT: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:nc|ncat|netcat|telnet)\s/, /\s(localhost|[\w-]+(?:\.[\w-]+)*)\s+(\d{2,5})(?=\s|$)/],
  [/^(?:redis-cli|psql|pg_isready|mysql)\s/, /(?=.*\s-h\s*([\w.-]+))(?=.*\s-[pP]\s*(\d{2,5})\b)/],
];

/**
 * The services that the commands of a document talk to, each once, in the order in which they are named: what targets have to be
 * set up for. Loops and brace ranges are written out: `for port in {8080..8089}` names ten. Nothing is run or looked up. What lies
 * behind the bounds is told as not understood, once for each bound, where it begins.
 */
export function servicesIn(blocks: readonly Block[]): { services: Service[]; notUnderstood: Finding[] } {
  const found = new Map<string, { address: string; paths: Set<string>; line: number }>();
  const cut = new Map<string, Finding>();
  const tell = (line: number, text: string): void => void (cut.has(text) || cut.set(text, { line, kind: 'services', text }));
  let commands = 0;
  for (const { text, line } of commandsIn(blocks, tell)) {
    if ((commands += 1) > MOST_COMMANDS) {
      tell(line, `From here on commands were not looked at for services: there are more than ${MOST_COMMANDS}.`);
      break;
    }
    for (const { address, path } of addressesIn(text)) {
      const service = found.get(address) ?? { address, paths: new Set(), line };
      if (path !== undefined && service.paths.size < MOST_PATHS) service.paths.add(path);
      else if (path !== undefined && !service.paths.has(path))
        tell(line, `More than ${MOST_PATHS} paths of ${address} are asked; the others are left out.`);
      if (found.size < MOST_SERVICES) found.set(address, service);
      else if (!found.has(address)) tell(line, `More than ${MOST_SERVICES} services are asked; the others are left out.`);
    }
  }
  return { services: [...found.values()].map(serviceOf), notUnderstood: [...cut.values()] };
}

type Tell = (line: number, text: string) => void;

const serviceOf = ({ address, paths, line }: { address: string; paths: Set<string>; line: number }): Service => ({
  address,
  paths: [...paths],
  line,
});

type Command = { text: string; line: number };

function* commandsIn(blocks: readonly Block[], tell: Tell): Generator<Command> {
  for (const block of blocks) {
    if (block.kind !== 'fence') continue;
    for (const { text, line } of commandsOf(block, tell)) {
      for (const written of text.includes('{') ? expandBraces(text) : [text]) yield { text: written, line };
    }
  }
}

/** The commands of a block, those of a loop once for each of its words. */
function* commandsOf({ lines, line }: Fence, tell: Tell): Generator<Command> {
  let loop: { variable: string; words: readonly string[] } | undefined;
  for (const [offset, raw] of lines.entries()) {
    if (raw.length > MOST_CHARACTERS)
      tell(line + 1 + offset, `Of a command of more than ${MOST_CHARACTERS} characters only these were looked at for services.`);
    const text = raw.slice(0, MOST_CHARACTERS).replace(/(?:^|\s)#.*$/, '');
    const begins = LOOP.exec(text);
    if (begins) loop = { variable: begins[1]!, words: wordsOf(begins[2]!) };
    const own = line + 1 + offset;
    if (loop && text.includes('$')) for (const word of loop.words) yield { text: withVariable(text, loop.variable, word), line: own };
    else yield { text, line: own };
    if (END.test(text)) loop = undefined;
  }
}

const withVariable = (text: string, variable: string, word: string): string =>
  text.replaceAll(`\${${variable}}`, word).replace(new RegExp(`\\$${variable}(?!\\w)`, 'g'), () => word);

type Asked = { address: string; path?: string };

/** The addresses that a command, or a text with one in it, asks. */
export function* addressesIn(command: string): Generator<Asked> {
  const rest = command.replace(URL_IN_TEXT, ' ');
  if (rest !== command) {
    for (const [, scheme, host, port = '', path] of command.matchAll(URL_IN_TEXT)) {
      const address = `${scheme!.toLowerCase()}://${host!.toLowerCase()}${port}`;
      yield { address, ...(path !== undefined && { path: path.replace(/[.,;:]+$/, '') }) };
    }
  }
  for (const [, host, port] of rest.matchAll(BARE)) if (isPort(port!)) yield { address: `${host!.toLowerCase()}:${port}` };
  for (const part of rest.split(/\|\||&&|[|;]/)) {
    for (const [tool, asked] of HOST_AND_PORT) {
      const [, host, port] = (tool.test(part.trimStart()) && asked.exec(part)) || [];
      if (host !== undefined && port !== undefined && isPort(port)) yield { address: `${host.toLowerCase()}:${port}` };
    }
  }
}

const isPort = (text: string): boolean => Number(text) > 0 && Number(text) < 65_536;
