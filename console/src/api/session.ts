import { login, logout, refresh } from '../../../src/access/contract.ts';
import type { Operation, Scope } from '../../../src/base/operation.ts';
import { Problem, requestOf, send, sendForFile, type WireDocument, type WireInput, type WireOutput } from '../../../src/base/client.ts';

export type Login = WireOutput<typeof login>;
/** `starting`: asking whether the cookie still opens a session; `note` says why that takes longer. */
export type SessionState = { phase: 'starting'; note?: string } | { phase: 'out'; note?: string } | { phase: 'in'; login: Login };

/** Tried again so long after no answer, or one that does not say when. */
const AGAIN_MS = 5_000;
/** Renew so long before the access token ends, so that no request meets an expired one. */
const EARLY_MS = 30_000;

let state: SessionState = { phase: 'starting' };
let renewing: Promise<Login> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();
const otherTabs = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('rialto-session');

const HINT = 'rialto-signed-in';

/** Remembers, without any secret, whether a cookie may be there: a visitor who never signed in causes no refused request. */
function keepHint(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(HINT, 'yes');
    else localStorage.removeItem(HINT);
  } catch {
    // Without storage, every reload asks the server.
  }
}

function mayHaveCookie(): boolean {
  try {
    return localStorage.getItem(HINT) === 'yes';
  } catch {
    return true;
  }
}

function become(next: SessionState): void {
  state = next;
  if (next.phase !== 'starting') keepHint(next.phase === 'in');
  clearTimeout(timer);
  if (next.phase === 'in') {
    const left = Date.parse(next.login.expiresAt) - Date.now() - EARLY_MS;
    timer = setTimeout(() => void renew().catch(() => undefined), Math.max(left, 1000));
  }
  for (const watcher of watchers) watcher();
}

otherTabs?.addEventListener('message', () => {
  if (state.phase === 'in') become({ phase: 'out', note: 'You signed out in another tab.' });
});

/** A refresh token works once. Tabs share the cookie, so they take turns, or the second would look like a thief. */
async function exchangeCookie(): Promise<Login> {
  const exchange = () => send(refresh, requestOf(refresh, {}));
  const locks: LockManager | undefined = navigator.locks;
  return locks ? locks.request('rialto-refresh', exchange) : exchange();
}

/** Whether the server has said nothing of the session itself: asked again later, it may go on. */
const mayPass = ({ status }: Problem): boolean => status === 0 || status === 429 || status === 503;

/** A session that could not be continued just now is not over: it is asked for again when the server says. */
function notRenewed(cause: unknown): void {
  const problem = cause instanceof Problem ? cause : undefined;
  const ended = problem !== undefined && problem.status >= 400 && problem.status < 500 && problem.status !== 429;
  if (ended && state.phase === 'in') return become({ phase: 'out', note: 'Your session ended. Sign in again.' });
  const isStarting = state.phase === 'starting';
  if (isStarting && !(problem && mayPass(problem))) return become({ phase: 'out', ...(ended ? {} : { note: (cause as Error).message }) });
  if (state.phase === 'out') return;
  const waitMs = problem?.retryAfterMs ?? AGAIN_MS;
  if (isStarting) become({ phase: 'starting', note: `${(cause as Error).message} Rialto tries again by itself.` });
  clearTimeout(timer);
  timer = setTimeout(() => void renew().catch(() => undefined), waitMs);
}

/** Gets a new access token through the cookie; calls at the same moment share one exchange. */
function renew(): Promise<Login> {
  renewing ??= exchangeCookie()
    .then((fresh) => {
      become({ phase: 'in', login: fresh });
      return fresh;
    })
    .catch((error: unknown) => {
      notRenewed(error);
      throw error;
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** The session: its access token lives in this module's memory and nowhere else. */
export const session = {
  get: (): SessionState => state,
  watch(watcher: () => void): () => void {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
  /** After a reload: asks once whether the cookie still opens a session. */
  async restore(): Promise<void> {
    if (mayHaveCookie()) await renew().catch(() => undefined);
    else become({ phase: 'out' });
  },
  renew,
  async signIn(email: string, password: string): Promise<void> {
    become({ phase: 'in', login: await send(login, requestOf(login, { email, password })) });
  },
  async signOut(): Promise<void> {
    await send(logout, requestOf(logout, {})).catch(() => undefined);
    become({ phase: 'out' });
    otherTabs?.postMessage('out');
  },
};

function token(): string | undefined {
  return state.phase === 'in' ? state.login.accessToken : undefined;
}

export type CallExtras = { key?: string; document?: WireDocument; signal?: AbortSignal };

/** Calls an operation as the signed-in user. A token that has just ended is renewed once, without the user noticing. */
export async function call<T extends Operation>(operation: T, input: WireInput<T>, extras: CallExtras = {}): Promise<WireOutput<T>> {
  const { signal, ...rest } = extras;
  return withRenewal(() =>
    send(operation, requestOf(operation, input as Record<string, unknown>, { ...rest, token: token() }), { signal }),
  );
}

/** The file that an operation answers with. Large ones may take their time. */
export function fetchFile<T extends Operation>(operation: T, input: WireInput<T>): Promise<Blob> {
  const request = () => requestOf(operation, input as Record<string, unknown>, { token: token() });
  return withRenewal(() => sendForFile(request(), { timeoutMs: FILE_TIMEOUT_MS }));
}

const FILE_TIMEOUT_MS = 30 * 60_000;

async function withRenewal<A>(attempt: () => Promise<A>): Promise<A> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401 || state.phase !== 'in') throw error;
    await renew();
    return attempt();
  }
}

/** Whether the server has the operation at all: an installation may run without some modules. */
export function serves({ modules }: Pick<Login, 'modules'>, operation: Pick<Operation, 'name'>): boolean {
  return modules.includes(operation.name.slice(0, operation.name.indexOf('.')));
}

/** Whether scopes as granted allow an operation. */
export function allows(granted: readonly string[], scope: Scope): boolean {
  return scope === 'public' || scope === 'authenticated' || granted.includes(scope);
}
