import type { Ctx } from '../../base/context.ts';
import type { Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import type { Family } from '../iso20022/catalogue.ts';
import type { MessageOf } from '../iso20022/read-message.ts';
import type { Refusal } from '../iso20022/reason.ts';

/** A message that came through the door: held to form, schema and rules, and not refused as a whole. */
export type Incoming<F extends Family = Family> = {
  /** The same each time that this message is handed over. */
  id: Uuid;
  message: MessageOf<F>;
  /** BIC of the bank that sent it, or the caller's name when it says none. */
  sender: string;
  receivedAt: Millis;
};

/**
 * What became of a message. `answer` is the document that the sender gets; without one the door writes a pacs.002 with the
 * outcome and the refusals. Single records that were refused on the way in are in the message and told by the door as well.
 */
export type Handled = { outcome: 'accepted' | 'partly' | 'refused'; refusals?: readonly Refusal[]; answer?: string };

/**
 * Takes the messages of one kind. It may be handed a message again after a crash, before its answer was kept, so that what
 * it does has to be idempotent by the message's id. A thrown error leaves the message to be sent again.
 */
export type MessageHandler<F extends Family> = (ctx: Ctx, incoming: Incoming<F>) => Promise<Handled>;

/** Which part of the network takes which kind of message. */
export type MessageHandlers = {
  /** Throws when the kind has a handler already: that is an error of assembly. */
  handle<F extends Family>(family: F, handler: MessageHandler<F>): void;
  of<F extends Family>(family: F): MessageHandler<F> | undefined;
  /** Kinds that are taken, in order. */
  families(): Family[];
};

export function createMessageHandlers(): MessageHandlers {
  const handlers = new Map<Family, MessageHandler<never>>();
  return {
    handle(family, handler) {
      if (handlers.has(family)) throw new Error(`${family} has a handler already`);
      handlers.set(family, handler as MessageHandler<never>);
    },
    of: <F extends Family>(family: F) => handlers.get(family) as MessageHandler<F> | undefined,
    families: () => [...handlers.keys()].sort(),
  };
}
