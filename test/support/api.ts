/** What an operation answered over HTTP: JSON is parsed, anything else is in `text` only. */
export type Answer<T> = { status: number; body: T; text: string; headers: Headers };

export type Call = {
  key?: string;
  json?: unknown;
  /** A body that is no JSON, with its media type. */
  document?: string | Uint8Array;
  type?: string;
  headers?: Record<string, string>;
};

/** Calls the API of a running product as one actor. Throws when there is no answer at all. */
export type Api = <T = unknown>(request: string, call?: Call) => Promise<Answer<T>>;

/** `request` reads `POST /v1/payments`; the address is asked for at each call, since a restart changes it. */
export function apiOf(address: () => string, credential?: string): Api {
  return async <T>(request: string, { key, json, document, type, headers }: Call = {}) => {
    const [method, path] = request.split(' ') as [string, string];
    const body = document ?? (json === undefined ? undefined : JSON.stringify(json));
    const reply = await fetch(`${address()}${path}`, {
      method,
      headers: {
        ...(credential && { authorization: `Bearer ${credential}` }),
        ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
        ...(key && { 'idempotency-key': key }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await reply.text();
    const isJson = /\bjson\b/.test(reply.headers.get('content-type') ?? '');
    return { status: reply.status, body: (isJson ? JSON.parse(text) : undefined) as T, text, headers: reply.headers };
  };
}

/** The body of a call that must succeed. */
export async function must<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { status, body, text } = await answer;
  if (status >= 300) throw new Error(`answered ${status}: ${text}`);
  return body;
}

type Place = { url: () => string; email: string; password: string };

/** The API as the administrator whose password the first start has told, or as a bank, by a key that outlives restarts. */
export async function administrator({ url, email, password }: Place, scopes: readonly string[], memberId?: string): Promise<Api> {
  const { accessToken } = await must(apiOf(url)<{ accessToken: string }>('POST /v1/auth/login', { json: { email, password } }));
  const { key } = await must(apiOf(url, accessToken)<{ key: string }>('POST /v1/api-keys', { json: { name: 'test', scopes, memberId } }));
  return apiOf(url, key);
}
