import type { Ctx } from '../../base/context.ts';
import { AppError } from '../../base/error.ts';
import { toWireId } from '../../base/id.ts';
import type { InputOf, OutputOf } from '../../base/operation.ts';
import { wallClock } from '../calendar/zone.ts';
import type { NotificationDeps } from './deps.ts';
import { NOTICES, type NoticeKind } from './notices.ts';
import { USUAL, type Preference } from './preference.ts';
import { preferencesOf, putPreference } from './preference-store.ts';
import { setNotificationPreferences as contract } from './preference-contract.ts';

type View = OutputOf<typeof contract>;

/** Errors: `settlement.notifications_for_users`. */
export async function getNotificationPreferences(deps: NotificationDeps, ctx: Ctx): Promise<View> {
  checkUser(ctx);
  const own = await deps.db.read(ctx, (tx) => preferencesOf(tx, ctx.tenantId, ctx.actor.id));
  return viewOf(deps, ctx, own.get(ctx.actor.id) ?? USUAL);
}

/** Errors: `settlement.notifications_for_users`, `settlement.notice_not_allowed`, `settlement.zone_unknown`. */
export async function setNotificationPreferences(deps: NotificationDeps, ctx: Ctx, input: InputOf<typeof contract>): Promise<View> {
  checkUser(ctx);
  wallClock(input.zone, deps.clock.now());
  const allowed = allowedTo(ctx).map(({ kind }) => kind);
  const strange = input.kinds.find((kind) => !allowed.includes(kind));
  if (strange) throw new AppError('forbidden', 'settlement.notice_not_allowed', `Your roles do not let you be told of ${strange}.`);
  const preference: Preference = { ...input, quiet: input.quiet };
  return await deps.access.command(ctx, contract, async (tx) => {
    await putPreference(tx, { tenantId: ctx.tenantId, userId: ctx.actor.id, memberId: ctx.memberId }, preference, deps.clock.now());
    return {
      answer: viewOf(deps, ctx, preference),
      subject: toWireId('usr', ctx.actor.id),
      detail: { kinds: input.kinds, delivery: input.delivery },
    };
  });
}

function viewOf({ mailOn }: NotificationDeps, ctx: Ctx, { kinds, delivery, dailyAt, zone, quiet }: Preference): View {
  return {
    mail: mailOn,
    // A user is named by the address of the login.
    email: ctx.actor.name,
    kinds: allowedTo(ctx).map(({ kind, label, about }) => ({ kind, label, about, on: kinds.includes(kind) })),
    delivery,
    dailyAt,
    zone,
    ...(quiet && { quiet }),
  };
}

const allowedTo = ({ actor }: Ctx): NoticeKind[] => NOTICES.filter(({ scope }) => actor.scopes.has(scope));

function checkUser({ actor }: Ctx): void {
  if (actor.kind !== 'user')
    throw new AppError(
      'forbidden',
      'settlement.notifications_for_users',
      'Only people are told by mail; log in as a user. Programs use webhooks.',
    );
}
