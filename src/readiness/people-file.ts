import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import { AppError } from '../base/error.ts';
import { keyCounted, type KeyTimes } from './key-times.ts';
import { INSTALLATION_ACCOUNT, type People } from './people.ts';
import { ALGORITHM, signedBytes } from './people-key.ts';
import { holdsRole, isPlaceholder, wordsFor } from './people-roles.ts';
import type { WhoIs } from './record/separation.ts';

const closed = { additionalProperties: false };
const Key = Type.String({ pattern: '^[A-Za-z0-9+/]{59}=$', description: 'a public key of Ed25519 (SPKI in base64)' });
const Text = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const Moment = Type.String({
  pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d{1,3})?)?Z$',
  description: 'a moment like 2026-11-22T09:30:00Z',
});
const Place = Type.String({ pattern: '^\\d{1,12}:[0-9a-f]{64}$', description: 'SIZE:ROOT of the log, as run and sign tell it' });
const times = { from: Type.Optional(Moment), compromisedSince: Type.Optional(Moment) };
/** A key that signs no more: until when it did, and how far the log went then. */
const FormerKey = Type.Object({ publicKey: Key, ...times, until: Moment, log: Type.Optional(Place) }, closed);
const PersonShape = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9._@-]{0,79}$' }),
    name: Text,
    email: Type.Optional(Text),
    roles: Type.Array(Text, { maxItems: 50 }),
    /** Other names and addresses under which they commit and ask for releases. */
    aliases: Type.Optional(Type.Array(Text, { maxItems: 50 })),
    /** The key that signs now; none for somebody who no longer signs. `from` and `compromisedSince` speak of it. */
    publicKey: Type.Optional(Key),
    ...times,
    /** Keys that signed before: what was signed while they were valid still verifies. */
    formerKeys: Type.Optional(Type.Array(FormerKey, { maxItems: 50 })),
  },
  closed,
);
const Shape = Type.Object(
  {
    version: Type.Literal(1),
    people: Type.Array(PersonShape, { maxItems: 10_000 }),
    /** Names of programs that ask for releases or write commits: known, and nobody who signs. */
    programs: Type.Optional(Type.Array(Text, { maxItems: 200 })),
    installation: Type.Optional(
      Type.Array(
        Type.Union([Key, Type.Object({ publicKey: Key, ...times, until: Type.Optional(Moment), log: Type.Optional(Place) }, closed)]),
        {
          maxItems: 50,
        },
      ),
    ),
  },
  closed,
);
const shape = Compile(Shape);

/** Somebody who may sign, as the file of people has them. */
export type Person = Static<typeof PersonShape>;
/** The file of people: who they are, in which roles, with which public keys; and the keys of installations that may sign verdicts. */
export type PeopleFile = Static<typeof Shape>;

/** A file of nobody yet. */
export const NOBODY = `# Who may sign, in which roles, with which public key. Whoever may change this file decides that: keep it under review.
version: 1
people: []
installation: []
`;

/**
 * Reads a file of people strictly. Errors: `readiness.people_invalid`, naming every problem: unknown fields, an account or a
 * key that is there twice, names that only hold the place of one.
 */
export function readPeople(text: string, file: string): PeopleFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', schema: 'core', lineCounter: lines });
  const [broken] = document.errors;
  if (broken) throw invalid(file, [`line ${lines.linePos(broken.pos[0]).line}: ${broken.message.split('\n', 1)[0]}`]);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  if (!shape.Check(value)) throw invalid(file, misfits(value));
  const problems = meaningProblems(value);
  if (problems.length > 0) throw invalid(file, problems);
  return value;
}

function misfits(value: unknown): string[] {
  const errors = shape.Errors(value) as unknown as { keyword: string; instancePath: string; message: string }[];
  const told = errors
    .filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message }) =>
      /\/formerKeys\/\d+$/.test(instancePath)
        ? `${instancePath} has to be a key with its end: { publicKey: …, until: 2026-11-22T09:30:00Z } (${message})`
        : `${instancePath || 'the file'} ${message}`,
    );
  return told.slice(0, 50);
}

function meaningProblems({ people, installation = [] }: PeopleFile): string[] {
  const problems: string[] = [];
  const ids = people.map(({ id }) => id);
  const timed = [...installation.map(timedKey), ...people.flatMap(keysOf)];
  const keys = timed.map(({ publicKey }) => publicKey);
  for (const { publicKey, from, until, compromisedSince } of timed)
    if ([from, until, compromisedSince].some(Number.isNaN) || (from !== undefined && until !== undefined && from > until))
      problems.push(`the key ${publicKey.slice(-12)} has times that are none`);
  for (const id of twice(ids)) problems.push(`the account ${id} is there twice`);
  for (const key of twice(keys)) problems.push(`the key ${key.slice(-12)} is there twice, so nobody could tell who signed`);
  for (const key of keys) if (!publicKeyOf(key)) problems.push(`the key ${key.slice(-12)} is no key of Ed25519`);
  const addresses = people.flatMap(({ email, aliases = [] }) => [
    ...new Set([...(email ? [email] : []), ...aliases].map((one) => wordsFor(one)[0]!)),
  ]);
  for (const word of twice(addresses)) problems.push(`${word} is there for two accounts, so nobody could tell whom it means`);
  for (const { id, name, roles } of people) {
    if (id === INSTALLATION_ACCOUNT) problems.push(`the account ${id} is not a person`);
    if (isPlaceholder(name)) problems.push(`the account ${id} has no name`);
    if (roles.some(isPlaceholder)) problems.push(`the account ${id} has a role without a name`);
  }
  return problems;
}

function twice(all: readonly string[]): string[] {
  return [...new Set(all.filter((one, at) => all.indexOf(one) !== at))];
}

function publicKeyOf(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

type TimedKey = KeyTimes & { publicKey: string };
type WrittenKey = Static<typeof FormerKey> | { publicKey: string; from?: string; until?: string; log?: string; compromisedSince?: string };

function timedKey(written: string | WrittenKey): TimedKey {
  if (typeof written === 'string') return { publicKey: written };
  const { publicKey, log } = written;
  const moments = (['from', 'until', 'compromisedSince'] as const).flatMap((name) => {
    const text = written[name];
    return text === undefined ? [] : [[name, Date.parse(text)] as const];
  });
  return { publicKey, ...Object.fromEntries(moments), ...(log !== undefined && { entries: Number.parseInt(log, 10) }) };
}

/** All keys that somebody ever signed with, each with its times. */
function keysOf({ publicKey, from, compromisedSince, formerKeys = [] }: Person): TimedKey[] {
  const now =
    publicKey === undefined ? [] : [timedKey({ publicKey, ...(from && { from }), ...(compromisedSince && { compromisedSince }) })];
  return [...now, ...formerKeys.map(timedKey)];
}

/** Whether a key is one with which an installation may sign now. */
export function isInstallationKey({ installation = [] }: PeopleFile, publicKey: string): boolean {
  return installation
    .map(timedKey)
    .some((key) => key.publicKey === publicKey && key.until === undefined && key.compromisedSince === undefined);
}

/** Roots of the log that the file notes beside the ends of keys: the log has to continue each of them. */
export function rootsNotedIn({ people, installation = [] }: PeopleFile): { size: number; root: string }[] {
  const ended = [...people.flatMap(({ formerKeys = [] }) => formerKeys), ...installation.filter((key) => typeof key !== 'string')];
  return ended.flatMap(({ log }) => (log === undefined ? [] : [{ size: Number.parseInt(log, 10), root: log.split(':')[1]! }]));
}

/**
 * The accounts of a file. A signature holds when the account is in the file, under the name, with the key and in all the
 * roles that the signature tells, and the key has made it over exactly this content; and it counts when that was the key of the
 * account at the time.
 */
export function filePeople({ people, installation = [] }: PeopleFile): People {
  const accounts = new Map(people.map((person) => [person.id, person]));
  const houses = installation.map(timedKey);
  const keyOf = ({ accountId, publicKey }: Parameters<People['keyHeld']>[0]): TimedKey | undefined => {
    const person = accounts.get(accountId);
    const keys = accountId === INSTALLATION_ACCOUNT ? houses : person ? keysOf(person) : [];
    return keys.find((key) => key.publicKey === publicKey);
  };
  const isKnown = (signature: Parameters<People['verify']>[0]): boolean => {
    const { accountId, name, roles } = signature;
    if (!keyOf(signature)) return false;
    if (accountId === INSTALLATION_ACCOUNT) return roles.length === 0;
    const person = accounts.get(accountId);
    return person?.name === name && roles.every((role) => holdsRole(person.roles, role));
  };
  return {
    verify: (signature, content) => {
      const key = signature.algorithm === ALGORITHM && isKnown(signature) ? publicKeyOf(signature.publicKey) : undefined;
      return Promise.resolve(
        key !== undefined && verify(null, signedBytes(signature, content), key, Buffer.from(signature.value, 'base64')),
      );
    },
    keyHeld: (signature, made) => {
      const key = keyOf(signature);
      return Promise.resolve(key !== undefined && keyCounted(key, made));
    },
  };
}

/** Knows the people of a file by account, name, address and alias, and its programs by name. */
export function whoIsIn({ people, programs = [] }: PeopleFile): WhoIs {
  const known = new Map<string, Set<string>>();
  for (const { id, name, email = '', aliases = [] } of people)
    for (const word of [id, name, email, ...aliases].flatMap(wordsFor)) known.set(word, (known.get(word) ?? new Set()).add(id));
  const machines = new Set(programs.flatMap(wordsFor));
  return (text) => {
    const words = wordsFor(text);
    const accountIds = [...new Set(words.flatMap((word) => [...(known.get(word) ?? [])]))];
    if (accountIds.length > 0) return { accountIds };
    return words.some((word) => machines.has(word)) ? 'program' : undefined;
  };
}

/** A change of a file of people: somebody who is new, or a key of the installation. */
export type PeopleChange = { person: Person } | { installation: string };

/**
 * The file with a person or a key added; comments and everything else stay as they are. Errors: `readiness.people_invalid`,
 * `readiness.account_exists`.
 */
export function addToPeople(text: string, file: string, change: PeopleChange): string {
  const before = readPeople(text, file);
  if ('person' in change && before.people.some(({ id }) => id === change.person.id))
    throw new AppError('conflict', 'readiness.account_exists', `${file} has an account ${change.person.id} already.`);
  if ('installation' in change && before.installation?.some((key) => timedKey(key).publicKey === change.installation)) return text;
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const [path, value] = 'person' in change ? ['people', change.person] : ['installation', change.installation];
  if (document.hasIn([path, 0])) document.addIn([path], document.createNode(value));
  else document.set(path, document.createNode([value]));
  const after = document.toString({ lineWidth: 140 });
  readPeople(after, file);
  return after;
}

/** A new key for an account, from a moment on; the one before ends then, and nothing that is put down behind `log` counts for it. */
export type KeyChange = { account: string; publicKey: string; at: string; log: string; compromisedSince?: string };

/**
 * The file with the new key in the place of the old one, which is kept with its end. Errors: `readiness.people_invalid`,
 * `readiness.account_unknown`.
 */
export function replaceKey(text: string, file: string, { account, publicKey, at, log, compromisedSince }: KeyChange): string {
  const before = readPeople(text, file);
  const index = before.people.findIndex(({ id }) => id === account);
  const person = before.people[index];
  if (!person) throw new AppError('not_found', 'readiness.account_unknown', `${file} has no account ${account.slice(0, 80)}.`);
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const path = ['people', index] as const;
  if (person.publicKey !== undefined) {
    const since = compromisedSince ?? person.compromisedSince;
    const ended = {
      publicKey: person.publicKey,
      ...(person.from && { from: person.from }),
      until: at,
      log,
      ...(since && { compromisedSince: since }),
    };
    document.setIn([...path, 'formerKeys'], document.createNode([...(person.formerKeys ?? []), ended]));
  }
  document.deleteIn([...path, 'compromisedSince']);
  document.setIn([...path, 'publicKey'], publicKey);
  document.setIn([...path, 'from'], at);
  const after = document.toString({ lineWidth: 140 });
  readPeople(after, file);
  return after;
}

function invalid(file: string, problems: readonly string[]): AppError {
  return new AppError(
    'invalid',
    'readiness.people_invalid',
    `${file} cannot be used:\n${problems.map((problem) => `- ${problem}`).join('\n')}`,
  );
}
