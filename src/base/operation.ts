import Type, { type StaticDecode, type TObject, type TSchema } from 'typebox';

/** `module:read`, `module:write` or `module:sign`; `public` needs no login, `authenticated` any login. */
export type Scope = `${string}:${'read' | 'write' | 'sign'}` | 'public' | 'authenticated';

/** The three places of a request that a caller fills. Unknown fields are refused. */
export type Input = { params: TObject; query: TObject; body: TObject };

/**
 * A call that succeeds where the things that it names exist; the cross-tenant probe, which puts ids of such things in, and
 * the docs are made from it. `document` is the body of an operation that does not read JSON.
 */
export type Example = { params?: object; query?: object; body?: object; document?: string };

/** One public operation of a module as a plain value: the only place where its shape is written. */
export type Operation<I extends Input = Input, O extends TSchema = TSchema> = {
  /** Unique, in the field's words: `ledger.open_account`. Also the OpenAPI operationId. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with its parameters in braces: `/v1/ledger/accounts/{id}`. */
  path: `/${string}`;
  summary: string;
  /** Who may call it. */
  scope: Scope;
  /** How dear a call is to the rate limiter. */
  cost: 'light' | 'normal' | 'heavy';
  /** Whether a caller must, may or cannot send an `Idempotency-Key`. */
  idempotencyKey: 'required' | 'optional' | 'none';
  /** HTTP status of success. */
  status: 200 | 201 | 202;
  /** Media type of the request's body; anything but JSON reaches the handler as bytes in `input.document`. */
  consumes: string;
  /** Other media types that it reads as well, for documents that are published in several. */
  alsoConsumes?: readonly string[];
  /** Media type of the answer; anything but JSON is sent as the handler made it. */
  produces: string;
  /** Largest body in bytes. */
  bodyLimit: number;
  input: I;
  output: O;
  /** Codes of every error that the operation itself can answer; the docs are held against this list. */
  errors: readonly string[];
  example?: Example;
};

const none = Type.Object({}, { additionalProperties: false });
type None = typeof none;

type Draft<P extends TObject, Q extends TObject, B extends TObject, O extends TSchema> = Pick<
  Operation,
  'name' | 'method' | 'path' | 'summary' | 'scope' | 'cost' | 'errors'
> &
  Partial<Pick<Operation, 'idempotencyKey' | 'status' | 'consumes' | 'alsoConsumes' | 'produces' | 'bodyLimit' | 'example'>> & {
    params?: P;
    query?: Q;
    body?: B;
    output: O;
  };

/** Completes a contract with the usual values and keeps its literal types. */
export function operation<O extends TSchema, P extends TObject = None, Q extends TObject = None, B extends TObject = None>(
  draft: Draft<P, Q, B, O>,
): Operation<{ params: P; query: Q; body: B }, O> {
  const { params, query, body, ...rest } = draft;
  return {
    idempotencyKey: draft.method === 'GET' ? 'none' : 'optional',
    status: 200,
    consumes: 'application/json',
    produces: 'application/json',
    bodyLimit: 1 << 20,
    ...rest,
    input: { params: params ?? (none as unknown as P), query: query ?? (none as unknown as Q), body: body ?? (none as unknown as B) },
  };
}

/** What the handler receives: the decoded fields of path, query and body in one object. */
export type InputOf<T extends Operation> = StaticDecode<T['input']['params']> &
  StaticDecode<T['input']['query']> &
  StaticDecode<T['input']['body']>;

/** What the handler answers with, before it is encoded. */
export type OutputOf<T extends Operation> = StaticDecode<T['output']>;
