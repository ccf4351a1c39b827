import type { Actor } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import type { Operation } from '../../base/operation.ts';
import { bearerOf } from './headers.ts';
import type { Limiter, Payer } from './limits.ts';

/** Who stands at the door, before it is known who it is. */
export type Visitor = { requestId: string; remoteAddress: string; userAgent: string };

/**
 * Turns a bearer credential (access token or API key) into an actor. Errors: `unauthenticated` with a code of the access
 * module, a `KnownRefused` when the credential is somebody's; anything else is a failure of ours.
 */
export type Authenticate<A extends Actor = Actor> = (token: string, visitor: Visitor) => Promise<A>;

/** A credential that was somebody's and opens nothing any more: revoked, expired, replaced. `about` says whose. */
export class KnownRefused extends AppError {
  readonly about: Actor;

  constructor(code: string, message: string, about: Actor) {
    super('unauthenticated', code, message);
    this.name = 'KnownRefused';
    this.about = about;
  }
}

/** What a caller wants in by: an operation, or an address of ours that is none (`/metrics`). */
export type Entrance = Pick<Operation, 'name' | 'method' | 'scope' | 'cost'>;

/** Hears of every refusal with 401 or 403, for the audit log. `actor` is absent when nobody is known. Must not throw. */
export type OnDenied = (who: Visitor & { actor?: Actor }, entrance: Pick<Entrance, 'name'>, error: AppError) => void;

/** Who admits callers at every door: whether they are whom they say, and how often they may call. */
export type Doorkeeper<A extends Actor = Actor> = {
  authenticate: Authenticate<A>;
  /**
   * Whether it is known whose a credential is, without asking the database; such a one is looked at whatever its address
   * has failed, and pays no visit when it opens something.
   */
  recognises?(token: string): Promise<boolean>;
  /** The session that the cookies of a caller prove, found out without the database. It may have ended. */
  sessionOf?(cookies: string | undefined): string | undefined;
  limiter: Limiter;
};

/** A call on its way in, whatever it came by. `tell` sets a header (or a piece of metadata) of the answer. */
export type Caller = {
  visitor: Visitor;
  authorization: string | undefined;
  cookies?: string | undefined;
  tell(name: string, value: string): void;
};

/** A caller as far as it pays. */
type Paying = Pick<Caller, 'visitor' | 'tell'>;

const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Acts in public operations, where nobody has to say who they are. */
export const anonymous: Actor = { kind: 'anonymous', id: NOBODY, name: 'anonymous', tenantId: NOBODY, scopes: new Set() };

/**
 * Who calls, when they may enter now; `known` hears who it is before that is decided.
 * Errors: those of `identify`, `request.too_many`, `request.scope_missing`.
 */
export async function admitCaller(
  keeper: Doorkeeper,
  entrance: Entrance,
  caller: Caller,
  known: (actor: Actor) => void = () => {},
): Promise<Actor> {
  const actor = entrance.scope === 'public' ? anonymous : await identify(keeper, caller);
  known(actor);
  await charge(keeper.limiter, payerOf(actor, entrance, caller, keeper), entrance.cost, caller);
  requireScope(actor, entrance);
  return actor;
}

/**
 * Who pays for a call. A bank pays with its own rate for all that its programs ask and for all that its people change; what
 * people read on their screens counts for themselves alone. At what is open to everybody a session pays for itself, so that
 * strangers cannot use up what it goes on with.
 */
function payerOf(actor: Actor, { method, name }: Entrance, { visitor, cookies }: Caller, keeper: Doorkeeper): Payer {
  if (actor === anonymous) {
    const session = keeper.sessionOf?.(cookies);
    return session === undefined ? { address: visitor.remoteAddress, entrance: name } : { session, entrance: name };
  }
  const { id: actorId, tenantId, memberId } = actor;
  const paysAsMember = memberId !== undefined && !(actor.kind === 'user' && method === 'GET');
  return { actorId, tenantId, ...(paysAsMember && { memberId }) };
}

/** Charges whoever comes without saying who it is, for something that is open to everybody. Errors: `request.too_many`. */
export async function chargeVisit(limiter: Limiter, caller: Paying, cost: Entrance['cost'] = 'light') {
  await charge(limiter, { address: caller.visitor.remoteAddress }, cost, caller);
}

/**
 * The actor behind the credential of a call. Errors: `request.credential_missing`, `request.credential_malformed`, those of
 * `identifyToken`.
 */
async function identify<A extends Actor>(keeper: Doorkeeper<A>, caller: Caller): Promise<A> {
  const token = bearerOf(caller.authorization);
  if (typeof token === 'string') return await identifyToken(keeper, caller, token);
  await chargeVisit(keeper.limiter, caller);
  caller.tell('www-authenticate', 'Bearer');
  if (token === undefined)
    throw new AppError('unauthenticated', 'request.credential_missing', 'Log in, or send an API key: Authorization: Bearer …');
  throw new AppError(
    'unauthenticated',
    'request.credential_malformed',
    'The Authorization header must read: Bearer, a space, the credential.',
  );
}

/**
 * The actor behind a credential, for every door. Whoever is refused pays as a visitor, and a credential that is not known pays
 * before anything is looked up for it. An address that presents made-up credentials has to wait; one that is known is looked
 * at all the same, so that nobody is locked out by what others do behind the same address.
 * Errors: those of `Authenticate`, `request.too_many`.
 */
export async function identifyToken<A extends Actor>(
  { authenticate, recognises, limiter }: Doorkeeper<A>,
  caller: Paying,
  token: string,
): Promise<A> {
  const { remoteAddress } = caller.visitor;
  const isKnown = await recognises?.(token);
  const wait = isKnown ? 0 : limiter.mustWait(remoteAddress);
  if (wait > 0) {
    await chargeVisit(limiter, caller);
    throw tooMany(caller, wait, 'Too many refused credentials came from this address.');
  }
  const paysFirst = isKnown === false;
  if (paysFirst) await charge(limiter, { address: remoteAddress, looksUp: true }, 'light', caller);
  try {
    const actor = await authenticate(token, caller.visitor);
    limiter.familiar(remoteAddress);
    return actor;
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'unauthenticated') throw error;
    if (!(error instanceof KnownRefused)) limiter.failed(remoteAddress);
    if (!paysFirst) await chargeVisit(limiter, caller);
    caller.tell('www-authenticate', 'Bearer error="invalid_token"');
    throw error;
  }
}

async function charge(limiter: Limiter, payer: Payer, cost: Entrance['cost'], caller: Paying): Promise<void> {
  const { policy, state, refusedBy } = await limiter.take(payer, cost);
  caller.tell('ratelimit-policy', policy);
  caller.tell('ratelimit', state);
  if (refusedBy) throw tooMany(caller, refusedBy.retryAfterSeconds, `The limit per ${refusedBy.name} is used up.`);
}

function tooMany(caller: Paying, seconds: number, message: string): AppError {
  caller.tell('retry-after', String(seconds));
  return new AppError('limit', 'request.too_many', `${message} Try again in ${seconds} s.`);
}

function requireScope(actor: Actor, { scope }: Entrance): void {
  if (scope === 'public' || scope === 'authenticated' || actor.scopes.has(scope)) return;
  throw new AppError('forbidden', 'request.scope_missing', `This needs the scope ${scope}, which your role or key does not have.`);
}
