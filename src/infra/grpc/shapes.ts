import type { TSchema } from 'typebox';
import type { Operation } from '../../base/operation.ts';

/** A method of a service: an operation of a contract as it is, or a stream of messages of a shape. */
export type MethodPlan = {
  name: string;
  operation: Operation;
  /** Fields of the request that the contract leaves open and that have a shape here. */
  shapes?: Readonly<Record<string, TSchema>>;
  /** Messages that are sent one after the other, instead of the operation's one answer. */
  streamed?: boolean;
};

export type ServicePlan = { name: string; about: string; methods: readonly MethodPlan[] };

/** An API as gRPC: shapes that occur in several places, by name, and services. */
export type ApiPlan = { package: string; file: string; shapes: Readonly<Record<string, TSchema>>; services: readonly ServicePlan[] };

/** A field of a message; `json` is its name in the contract. */
export type Field = {
  name: string;
  json: string;
  number: number;
  type: 'string' | 'int64' | 'double' | 'bool' | 'message';
  message?: string;
  repeated: boolean;
  /** Whether it may be absent, as apart from empty. */
  optional: boolean;
  about?: string;
};

export type Message = { name: string; fields: Field[] };
export type Api = ApiPlan & { messages: readonly Message[]; inputs: ReadonlyMap<string, string>; outputs: ReadonlyMap<string, string> };

/** Numbers of fields by message and name: once given they stay, also those of fields that are gone. */
export type Numbers = Readonly<Record<string, Readonly<Record<string, number>>>>;

type Part = TSchema & {
  type?: string;
  properties?: Record<string, Part>;
  required?: string[];
  items?: Part;
  anyOf?: Part[];
  const?: unknown;
  description?: string;
};

/**
 * The messages that a plan comes to. Each object of a contract is a message: named by the plan where its shape has a name,
 * else after the method and the field where it is met first. Money stays digits and ids stay text with their prefix, as in JSON.
 *
 * Fields take their numbers from `known`; with `grow` new ones get the next, without it a field that has none is an error.
 */
export function shapesOf(plan: ApiPlan, known: Numbers, { grow }: { grow: boolean }): { api: Api; numbers: Numbers } {
  const builder = new Builder(plan, known, grow);
  const [inputs, outputs] = [new Map<string, string>(), new Map<string, string>()];
  for (const { name, operation, shapes = {} } of plan.services.flatMap(({ methods }) => methods)) {
    inputs.set(name, builder.request(`${name}Request`, operation, shapes));
    outputs.set(name, builder.message(operation.output as Part, `${name}Response`));
  }
  return { api: { ...plan, messages: [...builder.messages.values()], inputs, outputs }, numbers: builder.numbers };
}

class Builder {
  readonly messages = new Map<string, Message>();
  readonly numbers: Record<string, Record<string, number>>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #grow: boolean;
  readonly #shapes = new Map<string, string>();

  constructor({ shapes }: ApiPlan, known: Numbers, grow: boolean) {
    this.numbers = structuredClone(known) as Record<string, Record<string, number>>;
    this.#names = new Map(Object.entries(shapes).map(([name, shape]) => [JSON.stringify(shape), name]));
    this.#grow = grow;
  }

  request(name: string, { input }: Operation, shapes: Readonly<Record<string, TSchema>>): string {
    const places = [input.params, input.query, input.body] as Part[];
    const properties = Object.assign({}, ...places.map((part) => part.properties), shapes) as Record<string, Part>;
    return this.#add(name, properties, new Set(places.flatMap(({ required = [] }) => required)));
  }

  /** The name of the message for an object of a contract. */
  message(shape: Part, proposed: string): string {
    const name = this.#names.get(JSON.stringify(shape)) ?? proposed;
    if (!shape.properties) throw new Error(`${proposed} is no object with fields: it cannot be a message`);
    const text = JSON.stringify(shape);
    const other = this.#shapes.get(name);
    if (other !== undefined && other !== text) throw new Error(`two shapes would be the message ${name}: give one a name of its own`);
    this.#shapes.set(name, text);
    return other === undefined ? this.#add(name, shape.properties, new Set(shape.required)) : name;
  }

  #add(name: string, properties: Record<string, Part>, required: ReadonlySet<string>): string {
    const message: Message = { name, fields: [] };
    // Before its fields, so that messages stand in the order in which they are met.
    this.messages.set(name, message);
    for (const [json, part] of Object.entries(properties)) message.fields.push(this.#field(name, json, part, required.has(json)));
    return name;
  }

  #field(message: string, json: string, part: Part, required: boolean): Field {
    const repeated = part.type === 'array';
    const item = repeated ? part.items! : part;
    const type = typeOf(item, `${message}.${json}`);
    const about = aboutOf(part) ?? aboutOf(item);
    return {
      name: json.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      json,
      number: this.#number(message, json),
      type,
      ...(type === 'message' && { message: this.message(item, message.replace(/(Request|Response)$/, '') + pascal(json)) }),
      repeated,
      // A message has its own absence, a list is empty.
      optional: !required && !repeated && type !== 'message',
      ...(about !== undefined && { about }),
    };
  }

  #number(message: string, field: string): number {
    const numbers = (this.numbers[message] ??= {});
    if (numbers[field] !== undefined) return numbers[field];
    if (!this.#grow) throw new Error(`${message}.${field} has no number yet: run node tools/grpc.ts`);
    return (numbers[field] = Math.max(0, ...Object.values(numbers)) + 1);
  }
}

const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);

function typeOf(part: Part, place: string): Field['type'] {
  if (part.anyOf && part.anyOf.every((branch) => typeof branch.const === 'string')) return 'string';
  if (part.type === 'object' && part.properties) return 'message';
  const types = { string: 'string', integer: 'int64', number: 'double', boolean: 'bool' } as const;
  const type = types[part.type as keyof typeof types];
  if (type) return type;
  throw new Error(`${place} has a shape that has no counterpart in a message`);
}

function aboutOf({ anyOf, description }: Part): string | undefined {
  if (anyOf?.every((branch) => typeof branch.const === 'string')) return `One of ${anyOf.map((branch) => String(branch.const)).join(', ')}`;
  return description;
}
