/** A media type without its parameters, in lower case. */
export function essenceOf(type: string | undefined): string {
  return (type ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** The charset parameter of a media type as it was given; undefined where there is none. */
export function charsetOf(type: string | undefined): string | undefined {
  const found = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type ?? '');
  return found?.[1] ?? found?.[2];
}

/** What may be said for a media type: `text/xml` means the same as `application/xml` (RFC 7303, section 9.2). */
export function namesOf(type: string): readonly string[] {
  return type === 'application/xml' ? [type, 'text/xml'] : [type];
}
