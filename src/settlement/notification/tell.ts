import { derivedId } from '../../base/derived-id.ts';
import type { Event } from '../../base/event.ts';
import type { Recipient } from '../../access/port.ts';
import { insertMail } from '../../infra/mail/store.ts';
import type { Consumer } from '../../infra/module.ts';
import type { NotificationDeps } from './deps.ts';
import { insertNotices, takeDue, usersDue, type NoticeRow } from './notice-store.ts';
import { NOTICES } from './notices.ts';
import { dueAt, USUAL } from './preference.ts';
import { preferencesOf } from './preference-store.ts';
import { writeMail } from './write-mail.ts';

type Deps = Pick<NotificationDeps, 'db' | 'clock' | 'access' | 'baseUrl'>;

const RELAY = { role: 'rialto_relay' } as const;

/** A user gets no more than one mail in so long; what comes meanwhile is told together. */
const GAP_MS = 300_000;

/** Notes for each user what events are to be told of. An event that comes twice is noted once, since ids are derived from it. */
export function noticeConsumer(deps: Deps): Consumer {
  return {
    name: 'settlement.notices',
    types: [...new Set(NOTICES.map(({ type }) => type))],
    from: 'now',
    handle: (event) => note(deps, event),
  };
}

async function note({ db, clock, access }: Deps, event: Event): Promise<void> {
  const told = NOTICES.flatMap((kind) => {
    const text = kind.type === event.type ? kind.text(event) : undefined;
    return text ? [{ kind, text }] : [];
  });
  // Most events are none of this, and cost nothing here.
  if (told.length === 0) return;
  const { tenantId } = event;
  const recipients = await access.recipients(tenantId);
  await db.write({ tenantId }, async (tx) => {
    const preferences = await preferencesOf(tx, tenantId);
    // A mail tells things in the order in which they happened, whichever came here first.
    const [now, at] = [clock.now(), Date.parse(event.at)];
    const rows = told.flatMap(({ kind, text }) =>
      recipients.flatMap((user): NoticeRow[] => {
        const preference = preferences.get(user.id) ?? USUAL;
        if (!mayHear(user, kind.scope, event) || !preference.kinds.includes(kind.kind)) return [];
        const id = derivedId(event.id, user.id, kind.kind);
        return [{ ...text, id, userId: user.id, kind: kind.kind, at, dueAt: dueAt(preference, now) }];
      }),
    );
    if (rows.length > 0) await insertNotices(tx, tenantId, rows);
  });
}

/** A bank's people hear what concerns their bank, and nobody more than their roles let them see. */
function mayHear({ scopes, memberId }: Recipient, scope: string, { memberIds }: Event): boolean {
  return scopes.has(scope) && (memberId === undefined || (memberIds?.includes(memberId) ?? false));
}

/** Writes the mail that is due, one for each user; of a user who is gone the notices are dropped. */
export async function writeDueMail(deps: Deps, signal: AbortSignal): Promise<void> {
  const { db, clock, access, baseUrl } = deps;
  const due = await db.read(RELAY, (tx) => usersDue(tx, clock.now(), clock.now() - GAP_MS));
  for (const [tenantId, users] of Map.groupBy(due, (one) => one.tenantId)) {
    const recipients = new Map((await access.recipients(tenantId)).map((user) => [user.id, user]));
    for (const { userId } of users) {
      if (signal.aborted) return;
      await db.write(RELAY, async (tx) => {
        const now = clock.now();
        const notices = await takeDue(tx, { tenantId, userId }, now);
        const recipient = recipients.get(userId)?.email;
        const [first] = notices;
        if (!first || recipient === undefined) return;
        await insertMail(tx, tenantId, { id: derivedId(first.id, 'mail'), recipient, ...writeMail(notices, baseUrl) }, now);
      });
    }
  }
}
