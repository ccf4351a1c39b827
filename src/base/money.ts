import Type from 'typebox';

/** Currency or token code and scale, e.g. `USD/2`, `JPY/0`: the asset carries its number of decimals. */
export const Asset = Type.String({
  pattern: '^[A-Z][A-Z0-9]{2,11}/([0-9]|1[0-8])$',
  examples: ['USD/2'],
  description: 'Code and number of decimals',
});

/** Minor units that may be negative: a bigint in code, a string of digits in JSON, so that no digit is lost. */
export const Units = Type.Codec(
  Type.String({ pattern: '^(0|-?[1-9][0-9]{0,37})$', examples: ['125000'], description: 'Whole minor units' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units) => units.toString());

/** Minor units of at least one. */
export const PositiveUnits = Type.Codec(
  Type.String({ pattern: '^[1-9][0-9]{0,37}$', examples: ['125000'], description: 'Whole minor units, at least 1' }),
)
  .Decode((digits) => BigInt(digits))
  .Encode((units) => units.toString());

/** An amount of one asset in its minor units. */
export type Money = { asset: string; units: bigint };
