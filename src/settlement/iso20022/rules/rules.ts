import type { AnyMessage } from '../read-message.ts';
import { CBPR_RULES } from './cbpr.ts';
import { HEADER_RULES } from './header.ts';
import { PAYMENT_RULES } from './payments.ts';
import { judge, type Rule, type RuleOptions } from './rule.ts';
import { STATEMENT_RULES } from './statements.ts';
import { TOTAL_RULES } from './totals.ts';

/** Every business rule, in the order in which they are applied. */
export const RULES: readonly Rule[] = [...HEADER_RULES, ...TOTAL_RULES, ...PAYMENT_RULES, ...STATEMENT_RULES, ...CBPR_RULES];

/** Holds a message against the business rules of its kind: the same message, with what broke a rule refused. */
export function applyRules(message: AnyMessage, options: RuleOptions = {}): AnyMessage {
  return judge(message, RULES, options);
}
