/**
 * Which module may import which, only downwards; `npm run check` holds every import against this table.
 *
 * A module reaches another only through its `contract.ts` and `port.ts`, and gets the implementation handed to it by
 * `src/app/compose.ts`. `base` and `infra` are the floor: those who may use them may use all of them.
 */
export const arrows = {
  base: [],
  infra: ['base'],
  access: ['infra', 'base'],
  ledger: ['access', 'infra', 'base'],
  billing: ['ledger', 'access', 'infra', 'base'],
  ai: ['billing', 'access', 'infra', 'base'],
  settlement: ['ledger', 'access', 'infra', 'base'],
  trading: ['ledger', 'access', 'ai', 'infra', 'base'],
  auction: ['ledger', 'access', 'infra', 'base'],
  social: ['trading', 'ledger', 'access', 'infra', 'base'],
  readiness: ['access', 'infra', 'base'],
  app: ['base', 'infra', 'access', 'ledger', 'billing', 'ai', 'settlement', 'trading', 'auction', 'social', 'readiness'],
};

/** Modules that may be imported in all their files. */
export const floor = ['base', 'infra'];

/** Packages that a module may import; a module that is not listed may use any dependency. */
export const packages = { base: ['typebox', 'ibantools', 'node:crypto'] };
