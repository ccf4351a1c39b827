import { newId, toWireId } from '../../base/id.ts';
import type { EventDraft } from '../../base/event.ts';
import { createMail } from '../../infra/mail/index.ts';
import { route } from '../../infra/http/route.ts';
import type { Job } from '../../infra/module.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import { createWebhooks, type WebhooksDeps } from '../../infra/webhook/index.ts';
import { events } from '../contract.ts';
import type { SettlementDeps } from '../deps.ts';
import type { Part } from '../part.ts';
import type { NotificationDeps, NotificationSettings } from './deps.ts';
import { createWebhook, deleteWebhook, rotateWebhookSecret, updateWebhook } from './manage-webhooks.ts';
import { trimNotices } from './notice-store.ts';
import * as preference from './preference-contract.ts';
import { getWebhookMessage, listWebhookMessages, listWebhooks } from './read-webhooks.ts';
import { pingWebhook, replayWebhook } from './send-again.ts';
import { getNotificationPreferences, setNotificationPreferences } from './set-preferences.ts';
import { noticeConsumer, writeDueMail } from './tell.ts';
import * as webhook from './webhook-contract.ts';

/** How people and systems outside are told of what happens. */
export function notificationPart(given: SettlementDeps, settings: NotificationSettings, metrics: Metrics): Part {
  const { clock } = given;
  const { masterKey, webhookHosts: allowedHosts } = settings;
  const disabledEvent: WebhooksDeps['disabledEvent'] = (endpoint) => disabledEventOf(endpoint, clock.now());
  const webhooks = createWebhooks({ ...given, metrics, masterKey, allowed: allowedHosts, disabledEvent });
  const mail = settings.mail && createMail({ ...given, metrics, settings: settings.mail });
  const deps: NotificationDeps = {
    ...given,
    masterKey,
    allowedHosts,
    eventKinds: events,
    wakeWebhooks: webhooks.wake,
    mailOn: mail !== undefined,
    baseUrl: settings.baseUrl,
  };
  return {
    routes: [
      route(webhook.listWebhooks, (ctx) => listWebhooks(deps, ctx)),
      route(webhook.createWebhook, (ctx, input) => createWebhook(deps, ctx, input)),
      route(webhook.updateWebhook, (ctx, input) => updateWebhook(deps, ctx, input)),
      route(webhook.deleteWebhook, (ctx, input) => deleteWebhook(deps, ctx, input)),
      route(webhook.rotateWebhookSecret, (ctx, input) => rotateWebhookSecret(deps, ctx, input)),
      route(webhook.pingWebhook, (ctx, input) => pingWebhook(deps, ctx, input)),
      route(webhook.listWebhookMessages, (ctx, input) => listWebhookMessages(deps, ctx, input)),
      route(webhook.getWebhookMessage, (ctx, input) => getWebhookMessage(deps, ctx, input)),
      route(webhook.replayWebhook, (ctx, input) => replayWebhook(deps, ctx, input)),
      route(preference.getNotificationPreferences, (ctx) => getNotificationPreferences(deps, ctx)),
      route(preference.setNotificationPreferences, (ctx, input) => setNotificationPreferences(deps, ctx, input)),
    ],
    jobs: [...webhooks.jobs, ...(mail ? [...mail.jobs, ...noticeJobs(deps)] : [])],
    consumers: mail ? [noticeConsumer(deps)] : [],
    async close() {
      await mail?.close();
      await webhooks.close();
    },
  };
}

const WRITE_MS = 5_000;
const KEEP_MS = 30 * 86_400_000;

function noticeJobs(deps: NotificationDeps): Job[] {
  return [
    { name: 'settlement.write_notices', everyMs: WRITE_MS, run: (signal) => writeDueMail(deps, signal) },
    {
      name: 'settlement.trim_notices',
      cron: '17 3 * * *',
      run: async () => void (await deps.db.write({ role: 'rialto_relay' }, (tx) => trimNotices(tx, deps.clock.now() - KEEP_MS))),
    },
  ];
}

type Disabled = Parameters<WebhooksDeps['disabledEvent']>[0];

/** Only the host is told: what follows it in the address may be a secret. */
function disabledEventOf({ tenantId, id, memberId, url, reason }: Disabled, at: number): EventDraft {
  const webhookId = toWireId('whk', id);
  return {
    id: newId(at),
    tenantId,
    type: webhook.webhookDisabled.type,
    version: webhook.webhookDisabled.version,
    subject: webhookId,
    at,
    ...(memberId !== null && { memberIds: [memberId] }),
    data: { webhookId, host: new URL(url).host, reason },
  };
}
