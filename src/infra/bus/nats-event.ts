import type { LoggedEvent } from './port.ts';

/** Headers that we write: the place of an event in the log of the database, and its id. */
export const POSITION = 'Rialto-Position';
export const ID = 'Rialto-Event';

type Headers = { get(name: string): string };

/** Where an event of ours stands, told by the headers of its message; undefined when somebody else wrote it. */
export function placeIn(headers: Headers | undefined): { position: number; id: string } | undefined {
  const [position, id] = [headers?.get(POSITION) ?? '', headers?.get(ID) ?? ''];
  return /^\d{1,15}$/.test(position) && id !== '' ? { position: Number(position), id } : undefined;
}

/** The event in a message; undefined when it is none of ours, whatever it is. Never throws. */
export function eventIn(message: { headers?: Headers | undefined; json(): unknown }): LoggedEvent | undefined {
  const place = placeIn(message.headers);
  if (!place) return undefined;
  try {
    const event = message.json() as LoggedEvent | null;
    return event?.id === place.id && event.position === place.position ? event : undefined;
  } catch {
    return undefined;
  }
}
