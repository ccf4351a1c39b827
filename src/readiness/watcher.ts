import type { Uuid } from '../base/id.ts';
import type { Probe } from './check/check.ts';
import { redactOutput } from './check/redact.ts';
import type { ReadinessDeps } from './deps.ts';
import { advisedEvent, watchEvent } from './events.ts';
import type { Document } from './library.ts';
import { lookAt } from './watch/look-at.ts';
import { openWatch } from './watch/watch-log.ts';
import { watchPass, type PassReport } from './watch/watch-pass.ts';

type WatcherDeps = ReadinessDeps & {
  probe(signal: AbortSignal): Promise<Probe | undefined>;
  warm(): Promise<void>;
};

/** Looks at what is due of each release that is watched. All that it goes by is in the log, so a restart changes nothing. */
export function createWatcher(deps: WatcherDeps): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    const tenantId = await deps.access.operatorId();
    const probe = await deps.probe(signal);
    if (!tenantId || !probe) return;
    for (const name of await deps.library.names(tenantId)) {
      if (signal.aborted) return;
      const watch = openWatch(await deps.watches(tenantId, name));
      if (watch) await passOf(deps, { tenantId, document: await deps.library.find({ tenantId }, name), probe, watch });
    }
  };
}

type Work = { tenantId: Uuid; document: Document; probe: Probe; watch: NonNullable<ReturnType<typeof openWatch>> };

async function passOf(deps: WatcherDeps, { tenantId, document, probe, watch }: Work): Promise<void> {
  const { name, checklist, bindings } = document;
  const log = await deps.watches(tenantId, name);
  const { subject, authors, whoIs } = await deps.ledgers.standing(tenantId, document);
  const store = deps.ledgers.storeOf(tenantId);
  const { clock, kinds, policy, limits } = deps;
  const people = deps.people(tenantId);
  const pass = await watchPass(
    {
      store,
      clock,
      checklist: name,
      policy: await deps.rollback(),
      confirmedInLog: true,
      hide: (text) => redactOutput(text, probe.hide),
      async look(lineIds) {
        await deps.warm();
        const known = { whoIs, ...(authors && { authors }) };
        return await lookAt({ checklist, bindings, kinds, probe, store, people, subject, clock, policy, ...known, ...limits }, lineIds);
      },
    },
    watch.id,
    log,
  );
  await tell(deps, tenantId, name, pass);
}

/** What was seen is in the log already; the events only tell those who look on. */
async function tell(deps: WatcherDeps, tenantId: Uuid, checklist: string, { watch, looked, news }: PassReport): Promise<void> {
  if (!news && looked.length === 0 && !watch.ended) return;
  const at = deps.clock.now();
  const about = { checklist, watchId: watch.id };
  const advice = watch.decision?.advice;
  const event = news && advice ? advisedEvent(tenantId, at, { ...about, advice }) : watchEvent(tenantId, at, about);
  await deps.db.write({ tenantId }, (tx) => deps.outbox.append(tx, [event]));
}
