import type { Xml } from '../xml-writer.ts';
import { type CarryingMessage, conforming } from './grammar.ts';
import { type Carried, IN_ORDER, type OrderSaid } from './said.ts';

/** What goes on with a payment, as its message has it: by element, the texts that the order keeps filled in. */
export function carriedElements(message: CarryingMessage, carried: Carried, order?: OrderSaid): ReadonlyMap<string, Xml> {
  const inOrder = (path: string) => order && IN_ORDER[message].get(path)?.(order);
  const written = new Map<string, Xml>();
  for (const [name, all] of Map.groupBy(carried, ([each]) => each)) {
    const xml = conforming(message, name, all, inOrder);
    if (xml !== '') written.set(name, xml);
  }
  return written;
}
