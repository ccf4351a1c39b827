import type { Operation } from '../../base/operation.ts';

/** A media type without its parameters, in lower case. */
export function essenceOf(type: string | undefined): string {
  return (type ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** The charset parameter of a media type as it was given; undefined where there is none. */
export function charsetOf(type: string | undefined): string | undefined {
  const found = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type ?? '');
  return found?.[1] ?? found?.[2];
}

/** What may be said for the media types that an operation reads: `text/xml` means the same as `application/xml` (RFC 7303, section 9.2). */
export function namesOf({ consumes, alsoConsumes = [] }: Pick<Operation, 'consumes' | 'alsoConsumes'>): readonly string[] {
  return [consumes, ...alsoConsumes].flatMap((type) => (type === 'application/xml' ? [type, 'text/xml'] : [type]));
}
