import type { EventKind } from '../../base/event.ts';
import type { Secret } from '../../base/secret.ts';
import type { MailSettings } from '../../infra/mail/send.ts';
import type { Allowed } from '../../infra/webhook/target.ts';
import type { SettlementDeps } from '../deps.ts';

/** What is set from outside of how people and systems are told. */
export type NotificationSettings = {
  /** Seals signing secrets. */
  masterKey: Secret<Uint8Array>;
  /** Hosts of webhooks that may be private or without TLS. */
  webhookHosts: Allowed;
  /** Where mail is handed over; without it nobody is told by mail. */
  mail?: MailSettings | undefined;
  /** Where people reach the console, for links in mail. */
  baseUrl?: string | undefined;
};

/** All that the operations of notification work with. */
export type NotificationDeps = Pick<SettlementDeps, 'db' | 'clock' | 'log' | 'access' | 'outbox'> & {
  masterKey: Secret<Uint8Array>;
  allowedHosts: Allowed;
  /** Every kind of event that can be heard. */
  eventKinds: readonly EventKind[];
  wakeWebhooks(): void;
  mailOn: boolean;
  baseUrl: string | undefined;
};
