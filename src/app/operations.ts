import { operations as access } from '../access/contract.ts';
import type { Operation } from '../base/operation.ts';
import { operations as ledger } from '../ledger/contract.ts';
import { operations as readiness } from '../readiness/contract.ts';
import { operations as settlement } from '../settlement/contract.ts';

/** Every public operation of the platform. */
export const publicOperations: readonly Operation[] = [...access, ...ledger, ...settlement, ...readiness];
