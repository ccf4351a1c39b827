import type { Millis } from '../../base/time.ts';
import type { Instruction } from './instruction.ts';

/** A rail as its adapter knows it. */
export type RailSettings = { id: string; servicerBic: string; url: string | null };

/** What a rail is asked to do: to carry an instruction out, or to tell what became of it (for the `number`th time). */
export type RailRequest = { instruction: Instruction; at: Millis } & ({ kind: 'send' } | { kind: 'ask'; number: number });

/**
 * What the core is to do outside. A file is put into the rail's folder under its name, whole or not at all; `waitsBehind` names a
 * file that, while nobody has fetched it, makes asking pointless.
 */
export type RailCall =
  | { kind: 'http'; method: 'GET' | 'POST'; url: string; idempotencyKey: string; body: string }
  | { kind: 'file'; name: string; content: string; waitsBehind?: string };

/** What came back. `none`: nothing that can be understood, for whatever reason. `document`: a file that the rail has put down. */
export type RailReply =
  | { kind: 'http'; status: number; body: string }
  | { kind: 'written' }
  | { kind: 'waits' }
  | { kind: 'none'; why: string }
  | { kind: 'document'; name: string; bytes: Uint8Array };

/**
 * What the rail says of an instruction. `accepted` and `refused` are final. `absent` is an answer to a question only: the rail
 * has never had it, so it may be sent again under the same id. Everything else is `unknown`, and asked for before any new try.
 */
export type RailAnswer = {
  /** `nameOf` the instruction. */
  instruction: string;
  answer: 'accepted' | 'refused' | 'absent' | 'unknown';
  reason?: string;
  /** How the rail calls it. */
  reference?: string;
};

/** How one kind of rail speaks: two pure functions, so that recorded replies test all of it. */
export type RailAdapter = {
  toCall(rail: RailSettings, request: RailRequest): RailCall;
  /** Answers that a reply holds; `request` is what it replies to, none for a document. Undefined: not for this adapter. */
  fromReply(reply: RailReply, request?: RailRequest): RailAnswer[] | undefined;
  /** How long to wait for a first answer, and after what is not known to have arrived. */
  firstAskMs: Millis;
};
