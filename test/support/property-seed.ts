/**
 * Gives every property the same seed in every run, so that a run that fails on a commit fails on it again, and one that passes
 * says so of the commit. `RIALTO_PROPERTY_SEED=random` looks for what no run has seen yet, a number repeats such a run.
 */
import fc from 'fast-check';

const asked = process.env['RIALTO_PROPERTY_SEED'] ?? '20022';
if (asked !== 'random' && !/^-?\d{1,9}$/.test(asked)) throw new Error(`RIALTO_PROPERTY_SEED is “random” or a number, not “${asked}”.`);
if (asked !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(asked) });
