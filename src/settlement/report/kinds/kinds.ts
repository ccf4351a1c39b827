import type { KindName, ReportKind } from '../kind.ts';
import { feesReport } from './fees.ts';
import { paymentsReport } from './payments.ts';
import { positionsReport } from './positions.ts';
import { regulatorReport } from './regulator.ts';
import { statementReport } from './statement.ts';
import { windowReport } from './window.ts';

/** Every report there is, by its name. */
export const KINDS: Readonly<Record<KindName, ReportKind>> = {
  payments: paymentsReport,
  statement: statementReport,
  window: windowReport,
  positions: positionsReport,
  fees: feesReport,
  regulator: regulatorReport,
};
