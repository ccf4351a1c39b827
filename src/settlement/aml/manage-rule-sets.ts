import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { newId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { addDays, dayOf, daysBetween, isLocalDate, type LocalDate } from '../../base/time.ts';
import { changing } from '../compliance/changing.ts';
import { requireSecondPerson } from '../compliance/four-eyes.ts';
import { requireOperator } from '../compliance/operator.ts';
import { findSet, insertSet, latestSets, markActivated, type NumberedSet } from '../compliance/set-store.ts';
import { readSetting, touchSetting, writeSetting } from '../compliance/setting-store.ts';
import type { SettlementDeps } from '../deps.ts';
import { backTest, type BackTest, type Labelled } from './back-test.ts';
import { insertBackTest, lastBackTest, type BackTestRow } from './back-test-store.ts';
import {
  activateAmlRuleSet as activateContract,
  amlRulesActivated,
  backTestAmlRuleSet as backTestContract,
  proposeAmlRuleSet as proposeContract,
  type getAmlRuleSet as getContract,
  type listAmlRuleSets as listContract,
} from './contract.ts';
import { historyOf } from './history-store.ts';
import { observedOf } from './observe.ts';
import { readRuleSet, type RuleSet } from './rules.ts';

type View = OutputOf<typeof proposeContract>;
type Report = OutputOf<typeof backTestContract>;
type ReadDeps = Pick<SettlementDeps, 'db'>;

const LISTED = 50;
/** Days that a back-test looks at unless told, and at most. */
const USUAL_DAYS = 7;
const MOST_DAYS = 92;

function viewOf({ content, proposedBy: _id, proposedByName, activatedByName, ...set }: NumberedSet, inForce: number | undefined): View {
  const { name, rules } = content as { name: string; rules: readonly unknown[] };
  return {
    ...set,
    name,
    rules: rules.length,
    proposedBy: proposedByName,
    ...(activatedByName !== undefined && { activatedBy: activatedByName }),
    inForce: set.number === inForce,
  };
}

const notFound = () => new AppError('not_found', 'settlement.rule_set_not_found', 'There is no set of rules with this number.');

export async function listAmlRuleSets(deps: ReadDeps, ctx: Ctx): Promise<OutputOf<typeof listContract>> {
  requireOperator(ctx);
  return deps.db.read(ctx, async (tx) => {
    const { ruleSet } = await readSetting(tx, ctx.tenantId);
    const sets = await latestSets(tx, ctx.tenantId, 'aml_rule_set', LISTED);
    return { items: sets.map((set) => viewOf(set, ruleSet)) };
  });
}

/** Errors: `settlement.rule_set_not_found`. */
export async function getAmlRuleSet(
  deps: ReadDeps,
  ctx: Ctx,
  { number }: InputOf<typeof getContract>,
): Promise<OutputOf<typeof getContract>> {
  requireOperator(ctx);
  return deps.db.read(ctx, async (tx) => {
    const set = await findSet(tx, ctx.tenantId, 'aml_rule_set', number);
    if (!set) throw notFound();
    const { ruleSet } = await readSetting(tx, ctx.tenantId);
    const tested = await lastBackTest(tx, ctx.tenantId, number);
    return { ...viewOf(set, ruleSet), content: set.content, ...(tested && { backTest: reportOf(tested) }) };
  });
}

/** Errors: `settlement.rules_invalid` with the place. */
export async function proposeAmlRuleSet(deps: SettlementDeps, ctx: Ctx, { content, note }: InputOf<typeof proposeContract>): Promise<View> {
  requireOperator(ctx);
  const { version } = readRuleSet(content);
  return deps.access.command(ctx, proposeContract, async (tx) => {
    const { ruleSet } = await touchSetting(tx, ctx.tenantId);
    const made = await insertSet(tx, ctx.tenantId, 'aml_rule_set', { version, content, note, by: ctx.actor, at: deps.clock.now() });
    return { answer: viewOf(made, ruleSet), subject: `aml/${made.number}`, detail: { version, note } };
  });
}

/**
 * Runs rules over recorded payments, day by day and streamed, and keeps what was found.
 * Errors: `settlement.rule_set_not_found`, `settlement.back_test_range`.
 */
export async function backTestAmlRuleSet(deps: SettlementDeps, ctx: Ctx, input: InputOf<typeof backTestContract>): Promise<Report> {
  requireOperator(ctx);
  const range = rangeOf(input, dayOf(deps.clock.now()));
  const stored = await deps.db.read(ctx, (tx) => findSet(tx, ctx.tenantId, 'aml_rule_set', input.number));
  if (!stored) throw notFound();
  const set = readRuleSet(stored.content);
  const found = await backTest(set, labelled(deps, ctx, set, range));
  const row = { id: newId(), ruleSet: input.number, ...range, report: toReport(found), runBy: ctx.actor.name, runAt: deps.clock.now() };
  return deps.access.command(ctx, backTestContract, async (tx) => {
    await insertBackTest(tx, ctx.tenantId, row);
    return {
      answer: reportOf(row),
      subject: `aml/${input.number}`,
      detail: { ...range, payments: found.payments, flagged: found.flagged },
    };
  });
}

async function* labelled(
  deps: Pick<SettlementDeps, 'db'>,
  { tenantId }: Ctx,
  set: RuleSet,
  range: { from: LocalDate; to: LocalDate },
): AsyncGenerator<Labelled> {
  for await (const { payment, suspicious } of historyOf(deps.db, tenantId, range)) {
    yield { ...observedOf(set, payment), ...(suspicious !== undefined && { suspicious }) };
  }
}

function rangeOf({ to, from }: { from?: LocalDate; to?: LocalDate }, today: LocalDate): { from: LocalDate; to: LocalDate } {
  const range = { to: to ?? today, from: from ?? '' };
  if (isLocalDate(range.to) && from === undefined) range.from = addDays(range.to, 1 - USUAL_DAYS);
  const days = isLocalDate(range.to) && isLocalDate(range.from) ? daysBetween(range.from, range.to) + 1 : 0;
  if (days < 1 || days > MOST_DAYS) {
    throw new AppError(
      'invalid',
      'settlement.back_test_range',
      `A back-test covers from 1 to ${MOST_DAYS} days, the first before the last.`,
    );
  }
  return range;
}

const toReport = ({ version: _version, byDay, ...found }: BackTest) => ({
  ...found,
  byDay: [...byDay].map(([day, flagged]) => ({ day, flagged })),
});

function reportOf({ report, ...row }: BackTestRow): Report {
  return { ...row, ...(report as ReturnType<typeof toReport>) };
}

/**
 * Puts rules in force that were tried on recorded payments, by another person than the one who proposed them.
 * Errors: `settlement.rule_set_not_found`, `settlement.four_eyes_needed`, `settlement.back_test_missing`.
 */
export async function activateAmlRuleSet(deps: SettlementDeps, ctx: Ctx, { number }: InputOf<typeof activateContract>): Promise<View> {
  requireOperator(ctx);
  const act = deps.access.command(ctx, activateContract, async (tx) => {
    const setting = await touchSetting(tx, ctx.tenantId);
    const found = await findSet(tx, ctx.tenantId, 'aml_rule_set', number);
    if (!found) throw notFound();
    requireSecondPerson(ctx.actor, found.proposedBy);
    if (!(await lastBackTest(tx, ctx.tenantId, number))) {
      throw new AppError('conflict', 'settlement.back_test_missing', 'Try the rules on recorded payments before they are put in force.');
    }
    // What was valid when it was proposed must be so for this version of the product.
    readRuleSet(found.content);
    const set = await markActivated(tx, ctx.tenantId, 'aml_rule_set', { number, by: ctx.actor, at: deps.clock.now() });
    await writeSetting(tx, ctx.tenantId, { ...setting, ruleSet: number });
    const event = {
      id: newId(),
      tenantId: ctx.tenantId,
      type: amlRulesActivated.type,
      version: amlRulesActivated.version,
      subject: `aml/${number}`,
      at: deps.clock.now(),
      memberIds: [],
      data: { number, version: set.version },
    };
    return { answer: viewOf(set, number), subject: `aml/${number}`, events: [event], detail: { version: set.version } };
  });
  return changing(deps, ctx.tenantId, act);
}
