import type { TSchema } from 'typebox';

/** One line of a table of fields; `name` is a path such as `items[].amount`. */
export type Field = { name: string; type: string; required: boolean; note: string };

type Schema = TSchema & {
  type?: string;
  enum?: readonly unknown[];
  const?: unknown;
  anyOf?: readonly Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  patternProperties?: Record<string, Schema>;
  required?: readonly string[];
  description?: string;
  examples?: readonly unknown[];
  'x-id'?: string;
};

/** The fields of an object schema in JSON's terms, nested objects and arrays unfolded. */
export function fieldsOf(schema: TSchema, prefix = ''): Field[] {
  const { properties = {}, required = [] } = schema as Schema;
  return Object.entries(properties).flatMap(([key, field]) => {
    const name = prefix + key;
    const own = { name, type: typeOf(field), required: required.includes(key), note: noteOf(field) };
    const [inner, step] = field.items ? [field.items, '[].'] : [field, '.'];
    return [own, ...(inner.properties ? fieldsOf(inner, name + step) : [])];
  });
}

/** A schema's type in a few words: `text`, `"a" or "b"`, `id pay_…`, `list of object`. */
export function typeOf(schema: TSchema): string {
  const { type, enum: words, const: constant, anyOf, items, 'x-id': prefix, patternProperties } = schema as Schema;
  if (constant !== undefined) return `\`${JSON.stringify(constant)}\``;
  if (words) return words.map((word) => `\`${JSON.stringify(word)}\``).join(' or ');
  if (anyOf) return [...new Set(anyOf.map((one) => typeOf(one)))].join(' or ');
  if (prefix) return `id \`${prefix}_…\``;
  if (type === 'array') return items ? `list of ${typeOf(items)}` : 'list';
  if (patternProperties)
    return `object of ${Object.values(patternProperties)
      .map((one) => typeOf(one))
      .join(' or ')}`;
  return type === 'string' ? 'text' : (type ?? 'anything');
}

/** What else is known of a field: its description, its limits, an example. */
function noteOf(schema: Schema): string {
  const limits = schema as {
    minLength?: number;
    maxLength?: number;
    minimum?: number;
    maximum?: number;
    minItems?: number;
    maxItems?: number;
  };
  const range = (min: number | undefined, max: number | undefined, unit: string) => {
    if (min === undefined && max === undefined) return '';
    return max === undefined ? `at least ${min}${unit}` : min ? `${min} to ${max}${unit}` : `at most ${max}${unit}`;
  };
  const example = schema.examples?.[0];
  const parts = [
    schema.description ?? '',
    range(limits.minLength, limits.maxLength, ' characters'),
    range(limits.minimum, limits.maximum, ''),
    range(limits.minItems, limits.maxItems, ' entries'),
    example === undefined || schema['x-id'] ? '' : `such as \`${typeof example === 'string' ? example : JSON.stringify(example)}\``,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
