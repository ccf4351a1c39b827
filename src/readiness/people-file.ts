import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { LineCounter, parseDocument } from 'yaml';
import { AppError } from '../base/error.ts';
import { INSTALLATION_ACCOUNT, type People } from './people.ts';
import { ALGORITHM, signedBytes } from './people-key.ts';
import { holdsRole, isPlaceholder } from './people-roles.ts';

const closed = { additionalProperties: false };
const Key = Type.String({ pattern: '^[A-Za-z0-9+/]{59}=$', description: 'a public key of Ed25519 (SPKI in base64)' });
const Text = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
const PersonShape = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9._@-]{0,79}$' }),
    name: Text,
    email: Type.Optional(Text),
    roles: Type.Array(Text, { maxItems: 50 }),
    publicKey: Key,
    /** Keys that signed before; what they signed still verifies. */
    formerKeys: Type.Optional(Type.Array(Key, { maxItems: 20 })),
  },
  closed,
);
const Shape = Type.Object(
  {
    version: Type.Literal(1),
    people: Type.Array(PersonShape, { maxItems: 10_000 }),
    installation: Type.Optional(Type.Array(Key, { maxItems: 20 })),
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
  return errors
    .filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message }) => `${instancePath || 'the file'} ${message}`);
}

function meaningProblems({ people, installation = [] }: PeopleFile): string[] {
  const problems: string[] = [];
  const ids = people.map(({ id }) => id);
  const keys = [...installation, ...people.flatMap(({ publicKey, formerKeys = [] }) => [publicKey, ...formerKeys])];
  for (const id of twice(ids)) problems.push(`the account ${id} is there twice`);
  for (const key of twice(keys)) problems.push(`the key ${key.slice(-12)} is there twice, so nobody could tell who signed`);
  for (const key of keys) if (!publicKeyOf(key)) problems.push(`the key ${key.slice(-12)} is no key of Ed25519`);
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

/**
 * The accounts of a file. A signature holds when the account is in the file, under the name, with the key and in all the
 * roles that the signature tells, and the key has made it over exactly this content.
 */
export function filePeople({ people, installation = [] }: PeopleFile): People {
  const accounts = new Map(people.map((person) => [person.id, person]));
  const isKnown = (signature: Parameters<People['verify']>[0]): boolean => {
    const { accountId, name, roles, publicKey } = signature;
    if (accountId === INSTALLATION_ACCOUNT) return roles.length === 0 && installation.includes(publicKey);
    const person = accounts.get(accountId);
    if (!person || person.name !== name || !roles.every((role) => holdsRole(person.roles, role))) return false;
    return person.publicKey === publicKey || person.formerKeys?.includes(publicKey) === true;
  };
  return {
    verify: (signature, content) => {
      const key = signature.algorithm === ALGORITHM && isKnown(signature) ? publicKeyOf(signature.publicKey) : undefined;
      return Promise.resolve(
        key !== undefined && verify(null, signedBytes(signature, content), key, Buffer.from(signature.value, 'base64')),
      );
    },
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
  if ('installation' in change && before.installation?.includes(change.installation)) return text;
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const [path, value] = 'person' in change ? ['people', change.person] : ['installation', change.installation];
  if (document.hasIn([path, 0])) document.addIn([path], document.createNode(value));
  else document.set(path, document.createNode([value]));
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
