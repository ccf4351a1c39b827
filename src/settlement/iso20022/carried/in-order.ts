import type { XmlElement } from '../xml.ts';
import type { CarryingMessage } from './grammar.ts';
import { IN_ORDER } from './said.ts';

/** Tells at a glance, as of nearly all elements, that the order says all that stands in one: so nothing is made of it. */

type Place = Map<string, Place>;

const PLACES: Readonly<Record<CarryingMessage, Place>> = {
  'pacs.008.001.09': placesOf('pacs.008.001.09'),
  'pacs.009.001.09': placesOf('pacs.009.001.09'),
  'pacs.004.001.10': placesOf('pacs.004.001.10'),
};

function placesOf(message: CarryingMessage): Place {
  const root: Place = new Map();
  for (const path of IN_ORDER[message].keys()) {
    let place = root;
    for (const name of path.split('/')) {
      const below = place.get(name) ?? new Map<string, Place>();
      place.set(name, below);
      place = below;
    }
  }
  return root;
}

/** Whether an order keeps every text of an element of a transaction. */
export function isInOrder(element: XmlElement, message: CarryingMessage): boolean {
  return isKept(element, PLACES[message].get(element.name));
}

function isKept({ children, text }: XmlElement, place: Place | undefined): boolean {
  if (!place) return children.length === 0 && text.trim() === '';
  if (children.length === 0) return place.size === 0 || text.trim() === '';
  return children.every((child, i) => isKept(child, place.get(child.name)) && isFirst(children, child, i));
}

/** Of several of one name the order tells one at most. */
function isFirst(children: readonly XmlElement[], { name }: XmlElement, i: number): boolean {
  for (let before = 0; before < i; before++) if (children[before]!.name === name) return false;
  return true;
}
