import { type Found, standAlone } from '../envelope.ts';
import type { XmlElement } from '../xml.ts';
import type { CutNames } from './findings.ts';

/** A piece of a message that is a message itself: the whole head and some of the records, so that a schema can check it. */
export type Piece = {
  xml: string;
  /** Groups and records of the message before those of the piece; the latter count within the piece's first group. */
  groupsBefore: number;
  recordsBefore: number;
};

/** So much text goes into a piece, and so many records: what a check holds in memory, and what it takes at a time. */
const PIECE_LENGTH = 1 << 18;
const PIECE_RECORDS = 500;

type Lines = { start: number; end: number };
type GroupLines = Lines & { records: number };

/**
 * Where a message's text can be cut. A message is a head, then records (in groups, perhaps), then a tail: head, any of the
 * records and tail are again a message of the same kind, valid exactly if its parts are. So a file of any length is
 * checked in pieces, in bounded memory, and by several threads.
 */
export class CutLines {
  #records: Lines[] = [];
  #groups: GroupLines[] = [];
  #pending = 0;
  #text = '';
  #found: Found | undefined;

  /** Notes a record that was read. */
  record({ start, end }: XmlElement): void {
    this.#records.push({ start, end });
    this.#pending++;
  }

  /** Notes a group; the records since the last one are in it. */
  group({ start, end }: XmlElement): void {
    this.#groups.push({ start, end, records: this.#pending });
    this.#pending = 0;
  }

  /** Told when all is read. */
  finish(text: string, found: Found): void {
    this.#text = text;
    this.#found = found;
  }

  /** Name of the message that the pieces are of. */
  get message(): string {
    return this.#found!.message;
  }

  /** How its groups and records are called. */
  get names(): CutNames {
    const { group, record } = this.#found!.definition;
    return { group: group?.name, record: record.name };
  }

  /** The application header by itself, if there is one. */
  applicationHeader(): string | undefined {
    const { header, around } = this.#found!;
    if (!header) return undefined;
    const { open, from } = standAlone(this.#text, header, around);
    return `${open}${this.#text.slice(from, header.end)}`;
  }

  /** The message in pieces, in order. */
  *pieces(): Generator<Piece> {
    const { document, around } = this.#found!;
    const { open, from } = standAlone(this.#text, document, around);
    const units = this.#groups.length > 0 ? this.#groups : this.#records;
    const start = units[0]?.start ?? document.end;
    const head = `${open}${this.#text.slice(from, start)}`;
    const tail = units.length === 0 ? '' : this.#text.slice(units.at(-1)!.end, document.end);
    const bodies = this.#groups.length > 0 ? this.#groupBodies(start) : this.#recordBodies(0, this.#records.length, start);
    let any = false;
    for (const { text, groupsBefore, recordsBefore } of bodies) {
      any = true;
      yield { xml: `${head}${text}${tail}`, groupsBefore, recordsBefore };
    }
    if (!any) yield { xml: `${head}${tail}`, groupsBefore: 0, recordsBefore: 0 };
  }

  /** Small groups together, a large one in parts, each with the group's own head and tail. */
  *#groupBodies(start: number): Generator<Body> {
    let from = start;
    let records = 0;
    for (let i = 0; i < this.#groups.length;) {
      const { records: own, start: at, end } = this.#groups[i]!;
      if (own > PIECE_RECORDS || (own > 1 && end - at > 2 * PIECE_LENGTH)) {
        const head = this.#text.slice(from, this.#records[records]!.start);
        const tail = this.#text.slice(this.#records[records + own - 1]!.end, end);
        for (const { text, recordsBefore } of this.#recordBodies(records, records + own, this.#records[records]!.start)) {
          yield { text: `${head}${text}${tail}`, groupsBefore: i, recordsBefore };
        }
        [from, records, i] = [end, records + own, i + 1];
        continue;
      }
      let count = 0;
      let to = i;
      for (; to < this.#groups.length && count < PIECE_RECORDS; to++) {
        const next = this.#groups[to]!;
        if (to > i && (next.end - from > PIECE_LENGTH || next.records > PIECE_RECORDS)) break;
        count += Math.max(1, next.records);
        records += next.records;
      }
      const until = this.#groups[to - 1]!.end;
      yield { text: this.#text.slice(from, until), groupsBefore: i, recordsBefore: 0 };
      [from, i] = [until, to];
    }
  }

  *#recordBodies(first: number, last: number, start: number): Generator<Body> {
    let from = start;
    for (let i = first; i < last;) {
      let to = i + 1;
      while (to < last && to - i < PIECE_RECORDS && this.#records[to]!.end - from <= PIECE_LENGTH) to++;
      // Some messages want at least two records.
      if (last - to === 1) to++;
      const until = this.#records[to - 1]!.end;
      yield { text: this.#text.slice(from, until), groupsBefore: 0, recordsBefore: i - first };
      [from, i] = [until, to];
    }
  }
}

type Body = { text: string; groupsBefore: number; recordsBefore: number };
