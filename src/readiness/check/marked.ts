import type { TSchema } from 'typebox';

type Node = TSchema & { properties?: Record<string, Node>; items?: Node; anyOf?: readonly Node[] };

/** The texts among parameters that stand where their shape has something that counts, such as a file or the name of a target. */
export function markedIn(node: TSchema, value: unknown, counts: (node: TSchema & Record<string, unknown>) => boolean): string[] {
  const { properties = {}, items, anyOf = [] } = node as Node;
  const options = anyOf.flatMap((option) => markedIn(option, value, counts));
  if (typeof value === 'string') return counts(node as TSchema & Record<string, unknown>) ? [value] : options;
  if (Array.isArray(value)) return [...options, ...(items ? value.flatMap((one) => markedIn(items, one, counts)) : [])];
  if (typeof value !== 'object' || value === null) return options;
  const below = Object.entries(value).flatMap(([key, one]) => (properties[key] ? markedIn(properties[key], one, counts) : []));
  return [...options, ...below];
}
