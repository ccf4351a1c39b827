import type { Checklist, Criterion, Item } from '../../checklist/checklist.ts';
import { addressesIn } from '../../checklist/service-map.ts';
import { factsOf, type Facts } from '../facts.ts';
import type { LineInPlace } from '../traits.ts';
import { toFill } from './fill.ts';

/** What is known of somebody's system: the targets of its settings with their addresses, where those are told, and what its checklist's commands ask. */
export type System = {
  targets: Readonly<Record<string, string | undefined>>;
  services: Checklist['services'];
};

/** What a proposal for a line of somebody's system takes its parameters from: the line, its commands, and the targets. Nothing of ours. */
export type SystemFacts = Facts & {
  line: Item | Criterion;
  /** What the line's own words and commands ask with GET: addresses with their paths. */
  asked: readonly { address: string; path?: string }[];
  /** The name of the one target that is meant, or what a person has to give. */
  target(schemes: RegExp, what: string, address?: string): string;
};

const HTTP = /^https?:/;
/** A command that changes something is a remedy, and no check. */
const CHANGES = /\s-X\s*(?!GET|HEAD)[A-Z]|\s(-d|--data\S*|-F|--form|-T|--upload-file)\b|\s--request[ =](?!GET|HEAD)/;

/** Reads what a line tells of a system. */
export function systemFactsOf(place: LineInPlace & { line: Item | Criterion }, system: System): SystemFacts {
  const { line } = place;
  const hints = 'hints' in line ? line.hints.flatMap(({ text }) => text.split('\n')) : [];
  const commands = [line.title, line.detail ?? '', ...hints].filter((text) => !CHANGES.test(text));
  const asked = commands.flatMap((text) => [...addressesIn(text.slice(0, 1_000))]);
  return { ...factsOf(place), line, asked, target: (...wanted) => targetFor(wanted, asked, system) };
}

function targetFor(
  [schemes, what, address]: [schemes: RegExp, what: string, address?: string],
  asked: SystemFacts['asked'],
  { targets }: System,
): string {
  const named = address ?? asked.find((one) => schemes.test(one.address))?.address;
  const known = Object.entries(targets);
  if (named !== undefined) {
    const same = known.filter(([, url]) => url !== undefined && hostOf(url) === hostOf(named));
    return same.length === 1 ? same[0]![0] : toFill(`the name of the target in readiness.yaml for ${named}`);
  }
  // A target that is called what is meant, such as prometheus.
  const called = known.find(([name]) => what.toLowerCase().split(' ').includes(name.toLowerCase()));
  if (called) return called[0];
  const fitting = known.filter(([, url]) => url !== undefined && schemes.test(url));
  // Several names of one place are one target.
  return new Set(fitting.map(([, url]) => hostOf(url!))).size === 1
    ? fitting[0]![0]
    : toFill(`the name of the target in readiness.yaml for ${what}`);
}

/** Host and port, with the port that a scheme has by itself. */
function hostOf(address: string): string {
  const url = URL.parse(address.includes('://') ? address : `tcp://${address}`);
  const usual = { 'https:': '443', 'http:': '80', 'postgres:': '5432', 'postgresql:': '5432', 'redis:': '6379' }[url?.protocol ?? ''];
  return url ? `${url.hostname.toLowerCase()}:${url.port || (usual ?? '')}` : address;
}

/** The path that is asked for: as the line's words or commands have it, else the one that all commands of the checklist ask of this address. */
export function pathOf({ asked, paths }: SystemFacts, wanted: RegExp, { services }: System, what: string): string {
  const own = [...asked.flatMap(({ path }) => path ?? []), ...paths].find((path) => wanted.test(path));
  if (own !== undefined) return own;
  const here = services.filter(({ address }) => HTTP.test(address) && (asked.length === 0 || asked.some((one) => one.address === address)));
  const mapped = [...new Set(here.flatMap((service) => service.paths.filter((path) => wanted.test(path))))];
  return mapped.length === 1 ? mapped[0]! : toFill(what);
}
