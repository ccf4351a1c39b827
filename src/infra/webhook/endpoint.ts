import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';

/** `disabled` is what continued failure does, `paused` what a person does; neither collects messages. */
export type EndpointState = 'active' | 'paused' | 'disabled';

/** An address outside that is told of events. */
export type Endpoint = {
  tenantId: Uuid;
  id: Uuid;
  /** Null for the operator's own, which hears every event of its types. */
  memberId: Uuid | null;
  url: string;
  /** Types of events, or `*` for all. */
  types: string[];
  description: string;
  state: EndpointState;
  /** Why it was disabled. */
  reason: string | null;
  disabledAt: Millis | null;
  previousUntil: Millis | null;
  failures: number;
  failingSince: Millis | null;
  createdBy: string;
  createdAt: Millis;
};

/** The endpoint with its secrets, sealed; for whoever signs. */
export type SealedEndpoint = Endpoint & { sealedSecret: Buffer; previousSecret: Buffer | null };

/** `dead`: given up, until someone replays it. */
export type MessageState = 'pending' | 'delivered' | 'dead';

/** One event on its way to one endpoint; `seq` is null for a test message. */
export type Message = {
  id: Uuid;
  seq: number | null;
  type: string;
  subject: string;
  at: Millis;
  state: MessageState;
  attempts: number;
  nextAt: Millis;
  status: number | null;
  error: string | null;
};

/** One attempt. `reply` is the beginning of what the target answered; `error` says why there was no answer. */
export type Attempt = { number: number; at: Millis; latencyMs: number; status: number | null; error: string | null; reply: string | null };
