import { afterEach, beforeEach, expect, test, vi } from 'vitest';

const login = { accessToken: 'T', expiresAt: '2026-11-23T10:15:00.000Z', user: { id: 'u' } };
const tooMany = () =>
  new Response(JSON.stringify({ code: 'request.too_many', detail: 'The limit per session is used up. Try again in 7 s.' }), {
    status: 429,
    headers: { 'retry-after': '7' },
  });
const granted = () => Response.json(login);

let answers: (() => Response | Promise<Response>)[];
let kept: Map<string, string>;
const fetched = vi.fn(async () => answers.shift()!());

/** The module anew, as after a full page load; whether anybody was signed in is kept by the browser. */
async function load() {
  vi.resetModules();
  return (await import('./session.ts')).session;
}

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-23T10:00:00Z') });
  kept = new Map([['rialto-signed-in', 'yes']]);
  fetched.mockClear();
  vi.stubGlobal('fetch', fetched);
  vi.stubGlobal('BroadcastChannel', undefined);
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('a page that is told to wait says so, keeps the session, and goes on after Retry-After', async () => {
  answers = [tooMany, granted];
  const session = await load();
  await session.restore();
  expect(session.get()).toMatchObject({ phase: 'starting', note: expect.stringContaining('Try again in 7 s.') });
  expect(kept.get('rialto-signed-in')).toBe('yes');
  await vi.advanceTimersByTimeAsync(6_999);
  expect(fetched).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(session.get()).toMatchObject({ phase: 'in', login: { accessToken: 'T' } });
});

test('a page that reaches no server waits for it and does not forget who is signed in', async () => {
  answers = [() => Promise.reject(new TypeError('fetch failed')), granted];
  const session = await load();
  await session.restore();
  expect(session.get()).toMatchObject({ phase: 'starting', note: expect.stringContaining('cannot be reached') });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(session.get().phase).toBe('in');
});

test('a session that the server has ended leads to the login', async () => {
  answers = [() => Response.json({ code: 'access.session_ended', detail: 'Ended.' }, { status: 401 })];
  const session = await load();
  await session.restore();
  expect(session.get()).toEqual({ phase: 'out' });
  expect(kept.size).toBe(0);
});

test('who is signed in stays so while renewing has to wait, and is renewed after Retry-After', async () => {
  answers = [granted, tooMany, granted];
  const session = await load();
  await session.restore();
  await expect(session.renew()).rejects.toMatchObject({ status: 429 });
  expect(session.get().phase).toBe('in');
  await vi.advanceTimersByTimeAsync(7_000);
  expect(fetched).toHaveBeenCalledTimes(3);
});
