import type { StaticDecode } from 'typebox';
import { codeOf, scaleOf } from '../../base/money.ts';
import type { Priority as PrioritySchema, Route as RouteSchema, RouteKind as KindSchema } from '../payment/priority.ts';
import type { Policy as PolicySchema } from './contract.ts';

export type Policy = StaticDecode<typeof PolicySchema>;
export type Route = StaticDecode<typeof RouteSchema>;
type Rule = Policy['rules'][number];
type When = Rule['when'];

/** What rules look at. What no rule asks for need not be known. */
export type Facts = {
  priority: StaticDecode<typeof PrioritySchema>;
  asset: string;
  units: bigint;
  /** Its value date is not today or before. */
  isLater: boolean;
  /** What the sender has free now. */
  available?: bigint;
  /** What the sender will receive this hour, with nine chances in ten at least. */
  inflow?: bigint;
  /** How many of the sender's bundles wait. */
  waiting?: number;
};

/** What holds where no policy was set: payments go into the window, unless they ask to settle at once. */
export const DEFAULT_POLICY: Policy = {
  rules: [{ name: 'Asked for at once', route: 'instant', when: { priorities: ['instant'] } }],
  otherwise: 'window',
  withoutCover: 'reject',
  queueMinutes: 1_440,
  loopSeconds: 10,
  loopQueued: 50,
};

/** Which of the facts that cost a look-up a policy's rules ask for. */
export function factsNeeded({ rules, withoutCover, otherwise }: Policy): { available: boolean; inflow: boolean; waiting: boolean } {
  const any = (test: (when: When) => boolean) => rules.some(({ when }) => test(when));
  const settlesAtOnce = otherwise === 'instant' || rules.some(({ route }) => route === 'instant');
  return {
    available: any(({ leftBpsAtLeast, leftBpsBelow }) => leftBpsAtLeast !== undefined || leftBpsBelow !== undefined),
    inflow: any(({ inflowCovers }) => inflowCovers !== undefined),
    // What waits goes first, so whoever would settle at once has to look whether something does.
    waiting: any(({ senderQueues }) => senderQueues !== undefined) || (withoutCover === 'queue' && settlesAtOnce),
  };
}

/**
 * The way a payment takes: that of the first rule of which everything holds, else the policy's `otherwise`. What would settle
 * at once while earlier payments of its sender wait goes into the queue behind them, so that nothing is overtaken; what would
 * settle at once and is dated ahead waits there for its day.
 */
export function chooseRoute(policy: Policy, facts: Facts): Route {
  const route = routeByRules(policy, facts);
  if (!facts.isLater) return route;
  return { ...route, kind: route.kind === 'instant' ? 'queue' : route.kind, reason: `${route.reason} It waits for its value date.` };
}

function routeByRules(policy: Policy, facts: Facts): Route {
  const rule = policy.rules.find(({ when }) => TESTS.every((test) => test.holds(when, facts)));
  const kind: StaticDecode<typeof KindSchema> = rule?.route ?? policy.otherwise;
  const { priority } = facts;
  const isBehind = kind === 'instant' && !facts.isLater && policy.withoutCover === 'queue' && (facts.waiting ?? 0) > 0;
  if (isBehind)
    return { kind: 'queue', priority, rule: 'First in, first out', reason: `${facts.waiting} of the sender's payments wait before it.` };
  if (!rule) return { kind, priority, rule: 'Otherwise', reason: 'No rule speaks for it.' };
  const said = TESTS.flatMap((test) => test.words(rule.when, facts) ?? []);
  return { kind, priority, rule: rule.name, reason: said.length === 0 ? 'The rule holds for every payment.' : `${said.join('; ')}.` };
}

type Test = { holds(when: When, facts: Facts): boolean; words(when: When, facts: Facts): string | undefined };

/** Ten-thousandths of the free money that are left; 0 when it does not suffice. */
function leftBps({ available = 0n, units }: Facts): number {
  return available < units || available === 0n ? 0 : Number(((available - units) * 10_000n) / available);
}

const percentOf = (bps: number) => `${(bps / 100).toFixed(bps % 100 === 0 ? 0 : 2)} %`;

function amountOf(asset: string, units: bigint): string {
  const scale = scaleOf(asset);
  const digits = units.toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${codeOf(asset)} ${scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`}`;
}

const bandOf = ({ bands }: When, { asset, units }: Facts) =>
  bands?.find((band) => band.asset === asset && units >= (band.minUnits ?? 0n) && (band.maxUnits === undefined || units <= band.maxUnits));

/** One for each condition, in the order in which its words are said. */
const TESTS: readonly Test[] = [
  {
    holds: ({ priorities }, { priority }) => priorities === undefined || priorities.includes(priority),
    words: ({ priorities }, { priority }) => priorities && `its priority is ${priority}`,
  },
  {
    holds: (when, facts) => when.bands === undefined || bandOf(when, facts) !== undefined,
    words: (when, facts) => (bandOf(when, facts) ? `${amountOf(facts.asset, facts.units)} is in the band` : undefined),
  },
  {
    holds: ({ valueDate }, { isLater }) => valueDate === undefined || (valueDate === 'later') === isLater,
    words: ({ valueDate }) => valueDate && (valueDate === 'later' ? 'its value date is later' : 'its value date has come'),
  },
  {
    holds: ({ leftBpsAtLeast }, facts) => leftBpsAtLeast === undefined || leftBps(facts) >= leftBpsAtLeast,
    words: ({ leftBpsAtLeast }, facts) =>
      leftBpsAtLeast === undefined ? undefined : `${percentOf(leftBps(facts))} of the free money is left`,
  },
  {
    holds: ({ leftBpsBelow }, facts) => leftBpsBelow === undefined || leftBps(facts) < leftBpsBelow,
    words: ({ leftBpsBelow }, facts) =>
      leftBpsBelow === undefined ? undefined : `only ${percentOf(leftBps(facts))} of the free money would be left`,
  },
  {
    holds: ({ inflowCovers }, { inflow = 0n, units }) => inflowCovers === undefined || inflow >= units === inflowCovers,
    words: ({ inflowCovers }, { asset, inflow = 0n }) =>
      inflowCovers === undefined ? undefined : `${amountOf(asset, inflow)} is expected to come in this hour`,
  },
  {
    holds: ({ senderQueues }, { waiting = 0 }) => senderQueues === undefined || waiting > 0 === senderQueues,
    words: ({ senderQueues }, { waiting = 0 }) => (senderQueues === undefined ? undefined : `${waiting} of the sender's payments wait`),
  },
];
