import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { Secret } from '../base/secret.ts';
import type { Made } from './key-times.ts';
import { addToPeople, filePeople, NOBODY, readPeople, replaceKey, rootsNotedIn, whoIsIn } from './people-file.ts';
import { installationSigner, keyPath, keySigner, makeKey, openKey, readKey, writeKey } from './people-key.ts';

const cheap = { n: 2 ** 10, r: 8, p: 1 };
const passphrase = new Secret('four random words here');
const content = Buffer.from('what is signed');

async function adaIn(file = NOBODY) {
  const key = await makeKey('ada', passphrase, cheap);
  const person = { id: 'ada', name: 'Ada Example', roles: ['QA Lead', 'Approver'], publicKey: key.publicKey };
  const text = addToPeople(file, 'people.yaml', { person });
  const account = { accountId: person.id, name: person.name, roles: person.roles };
  return { key, person, text, account, signer: keySigner(account, await openKey(key, passphrase)) };
}

describe('a private key', () => {
  test('opens with its passphrase and with no other', async () => {
    const key = await makeKey('ada', passphrase, cheap);
    expect((await openKey(key, passphrase)).asymmetricKeyType).toBe('ed25519');
    await expect(openKey(key, new Secret('four random words here '))).rejects.toMatchObject({ code: 'readiness.passphrase_wrong' });
  });

  test('cannot be passed off as that of another account or another public key', async () => {
    const [key, other] = [await makeKey('ada', passphrase, cheap), await makeKey('eve', passphrase, cheap)];
    for (const changed of [{ account: 'eve' }, { publicKey: other.publicKey }, { sealed: other.sealed }])
      await expect(openKey({ ...key, ...changed }, passphrase)).rejects.toMatchObject({ code: 'readiness.passphrase_wrong' });
  });

  test('needs a passphrase of 12 characters', async () => {
    await expect(makeKey('ada', new Secret('eleven char'), cheap)).rejects.toMatchObject({ code: 'readiness.passphrase_short' });
  });

  test('is written once, for nobody but its owner, and holds nothing in clear', async () => {
    const path = keyPath(join(temporaryFolder(), 'keys'), 'ada');
    const key = await makeKey('ada', passphrase, cheap);
    await writeKey(path, key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await readKey(path, 'ada')).toEqual(key);
    expect(Buffer.from(JSON.parse(readFileSync(path, 'utf8')).sealed as string, 'base64').toString('hex')).not.toContain('302e0201');
    await expect(writeKey(path, key)).rejects.toMatchObject({ code: 'readiness.key_exists' });
    chmodSync(path, 0o644);
    await expect(readKey(path, 'ada')).rejects.toMatchObject({ code: 'readiness.key_exposed' });
  });

  test('that is missing, damaged, of another account, or made to use up the memory is refused', async () => {
    const path = keyPath(temporaryFolder(), 'ada');
    await expect(readKey(path, 'ada')).rejects.toMatchObject({ code: 'readiness.key_missing' });
    const key = await makeKey('ada', passphrase, cheap);
    for (const changed of [
      '{',
      { ...key, account: 'eve' },
      { ...key, kdf: { ...key.kdf, n: 2 ** 30 } },
      { ...key, kdf: { ...key.kdf, n: 1000 } },
    ]) {
      writeFileSync(path, typeof changed === 'string' ? changed : JSON.stringify(changed), { mode: 0o600 });
      await expect(readKey(path, 'ada')).rejects.toMatchObject({ code: 'readiness.key_damaged' });
    }
  });
});

describe('a file of people', () => {
  test('verifies what its people have signed, over exactly that, in the roles that they have', async () => {
    const { text, signer } = await adaIn();
    const people = filePeople(readPeople(text, 'people.yaml'));
    const signature = await signer.sign(content);
    expect(await people.verify(signature, content)).toBe(true);
    expect(await people.verify(signature, Buffer.from('something else'))).toBe(false);
    for (const changed of [
      { accountId: 'eve' },
      { name: 'Eve' },
      { roles: ['QA Lead'] },
      { roles: ['QA Lead', 'Approver', 'DevOps'] },
      { algorithm: 'none' },
      { value: '' },
    ])
      expect(await people.verify({ ...signature, ...changed }, content)).toBe(false);
  });

  test('does not verify a role that was taken away, nor a key that is not there; a former key it does', async () => {
    const { person, signer, text } = await adaIn();
    const signature = await signer.sign(content);
    const verifies = (changed: object) => filePeople({ version: 1, people: [{ ...person, ...changed }] }).verify(signature, content);
    const other = (await adaIn()).key.publicKey;
    expect(await verifies({ roles: ['QA Engineer'] })).toBe(false);
    expect(await verifies({ roles: ['QA Engineer', 'approver', 'more'] })).toBe(true);
    expect(await verifies({ publicKey: other })).toBe(false);
    expect(await verifies({ publicKey: other, formerKeys: [{ publicKey: person.publicKey, until: '2026-05-01T00:00:00Z' }] })).toBe(true);
    expect(await filePeople(readPeople(NOBODY, 'people.yaml')).verify(signature, content)).toBe(false);
    expect(text).toContain('keep it under review');
  });

  test('counts what a key signed while it was that of the account, by the time and the place in the log, and not by its own claim', async () => {
    const { person, signer } = await adaIn();
    const signature = await signer.sign(content);
    const [may, june] = [Date.UTC(2026, 4, 1), Date.UTC(2026, 5, 1)];
    const held = (former: object, made: Made) => {
      const formerKeys = [{ publicKey: person.publicKey, until: '2026-05-15T00:00:00Z', ...former }];
      return filePeople({ version: 1, people: [{ id: 'ada', name: 'Ada Example', roles: [], formerKeys }] }).keyHeld(signature, made);
    };
    expect(await held({}, { at: may })).toBe(true);
    expect(await held({}, { at: june })).toBe(false);
    expect(await held({}, { at: june, claimedAt: may })).toBe(false);
    expect(await held({}, { at: may, claimedAt: june })).toBe(false);
    expect(await held({ from: '2026-05-02T00:00:00Z' }, { at: may })).toBe(false);
    expect(await held({ compromisedSince: '2026-04-30T00:00:00Z' }, { at: may })).toBe(false);
    const log = `7:${'0'.repeat(64)}`;
    expect(await held({ log }, { at: may, place: 6 })).toBe(true);
    expect(await held({ log }, { at: may, place: 7 })).toBe(false);
    expect(await held({ log }, { at: may })).toBe(false);
    expect(await held({}, { at: Number.NaN })).toBe(false);
    const gone = { id: 'ada', name: 'Ada Example', roles: [] };
    expect(await filePeople({ version: 1, people: [gone] }).keyHeld(signature, { at: may })).toBe(false);
  });

  test('keeps a key that is replaced with its end, and refuses one without', async () => {
    const { text, person } = await adaIn(`# ours\n${NOBODY}`);
    const { publicKey } = (await adaIn()).key;
    const log = `3:${'a'.repeat(64)}`;
    const change = { account: 'ada', publicKey, at: '2026-05-15T00:00:00.000Z', log, compromisedSince: '2026-05-01T00:00:00Z' };
    const after = replaceKey(text, 'people.yaml', change);
    expect(after).toMatch(/^# ours\n/);
    const file = readPeople(after, 'people.yaml');
    expect(file.people[0]).toMatchObject({
      publicKey,
      from: change.at,
      formerKeys: [{ publicKey: person.publicKey, until: change.at, log, compromisedSince: change.compromisedSince }],
    });
    expect(rootsNotedIn(file)).toEqual([{ size: 3, root: 'a'.repeat(64) }]);
    const again = replaceKey(after, 'people.yaml', { ...change, publicKey: (await adaIn()).key.publicKey, at: '2026-06-15T00:00:00.000Z' });
    expect(readPeople(again, 'people.yaml').people[0]!.formerKeys).toHaveLength(2);
    expect(() => replaceKey(text, 'people.yaml', { ...change, account: 'eve' })).toThrow(
      expect.objectContaining({ code: 'readiness.account_unknown' }),
    );
    const bare = text.replace(/publicKey: (.*)/, `publicKey: $1\n    formerKeys: [${publicKey}]`);
    expect(() => readPeople(bare, 'people.yaml')).toThrow(/formerKeys\/0 has to be a key with its end/);
  });

  test('knows people by any of their names and addresses, and programs by name', async () => {
    const { text } = await adaIn();
    const told = text.replace(
      'name: Ada Example',
      'name: Ada Example\n    email: ada@example.org\n    aliases: [ada@home.example, Countess <ada@old.example>]',
    );
    const whoIs = whoIsIn(readPeople(told.replace('installation: []', 'installation: []\nprograms: [runner]'), 'people.yaml'));
    for (const name of ['ADA', 'Ada Example', 'X <ada@home.example>', 'countess', 'Y <Ada@Old.Example>', 'ada  example <other@host>'])
      expect(whoIs(name)).toEqual({ accountIds: ['ada'] });
    expect(whoIs('runner')).toBe('program');
    expect(whoIs('Robin <robin@example.org>')).toBeUndefined();
  });

  test('takes the installation for nobody but itself', async () => {
    const path = join(temporaryFolder(), 'installation.key');
    const { signer, publicKey } = await installationSigner(path);
    const people = filePeople(readPeople(addToPeople(NOBODY, 'people.yaml', { installation: publicKey }), 'people.yaml'));
    const signature = await signer.sign(content);
    expect(await people.verify(signature, content)).toBe(true);
    expect((await installationSigner(path)).publicKey).toBe(publicKey);
    expect(await people.verify({ ...signature, accountId: 'ada' }, content)).toBe(false);
    const { privateKey } = { privateKey: await openKey(await makeKey('x', passphrase, cheap), passphrase) };
    expect(
      await people.verify(
        await keySigner({ accountId: 'installation', name: 'Installation', roles: [] }, privateKey).sign(content),
        content,
      ),
    ).toBe(false);
  });

  test('keeps its comments when somebody is added, and has each account once', async () => {
    const { text, person } = await adaIn(`# ours\n${NOBODY}`);
    expect(text).toMatch(/^# ours\n/);
    const next = addToPeople(text, 'people.yaml', { person: { ...person, id: 'eve', publicKey: (await adaIn()).key.publicKey } });
    expect(readPeople(next, 'people.yaml').people.map(({ id }) => id)).toEqual(['ada', 'eve']);
    expect(() => addToPeople(text, 'people.yaml', { person })).toThrow(expect.objectContaining({ code: 'readiness.account_exists' }));
  });

  test.each<[string, (text: string) => string]>([
    ['is not YAML', () => 'people: ['],
    ['is empty', () => ''],
    ['has an unknown field', (text) => text.replace('version: 1', 'version: 1\nadmins: []')],
    ['has a name that only holds the place of one', (text) => text.replace('Ada Example', 'TBD')],
    ['has an account of the installation as a person', (text) => text.replace('id: ada', 'id: installation')],
    ['has no key', (text) => text.replace(/publicKey: .*/, 'publicKey: none')],
    ['has the key of another kind', (text) => text.replace(/publicKey: M/, 'publicKey: N')],
  ])('is refused when it %s', async (_, change) => {
    const { text } = await adaIn();
    expect(() => readPeople(change(text), 'people.yaml')).toThrow(expect.objectContaining({ code: 'readiness.people_invalid' }));
  });

  test('is refused when a key is there twice', async () => {
    const { text, person } = await adaIn();
    const twice = { ...person, id: 'eve' };
    expect(() => addToPeople(text, 'people.yaml', { person: twice })).toThrow(/twice/);
  });
});
