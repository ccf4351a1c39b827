import { derivedId } from '../../base/derived-id.ts';
import { newId, type Uuid } from '../../base/id.ts';
import type { Millis } from '../../base/time.ts';
import { pack, type Content } from './content.ts';

/** The operator's own box. */
export const OPERATOR_BOX: Uuid = '00000000-0000-0000-0000-000000000000';

/** Kinds that the operator may ask for; all others are for banks. */
export const OPERATOR_KINDS: readonly string[] = ['pacs.029'];

/** A message that is put into a box. */
export type Letter = { id: Uuid; messageId: string; kind: string; subject: string; madeAt: Millis; content: Content };

/**
 * The id of a message that is made of the same things each time: same things, same id, so that it is made once however often
 * that is tried. 32 characters, as ISO 20022 message ids may have 35.
 */
export function messageIdOf(tenantId: Uuid, ...about: readonly string[]): string {
  return derivedId(tenantId, 'outgoing message', ...about).replaceAll('-', '');
}

/** A document made ready to be put into a box. */
export async function letterOf(letter: { messageId: string; subject: string; madeAt: Millis; document: string }): Promise<Letter> {
  const { messageId, subject, madeAt, document } = letter;
  const kind = /tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})/.exec(document.slice(0, 300))![1]!;
  return { id: newId(madeAt), messageId, kind, subject, madeAt, content: await pack(Buffer.from(document)) };
}
