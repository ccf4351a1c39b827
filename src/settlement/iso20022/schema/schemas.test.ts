import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { diag, XmlDocument, XmlLibError } from 'libxml2-wasm';
import { afterAll, describe, expect, test } from 'vitest';
import { sharedData, whereThere } from '../../../../test/support/shared-data.ts';
import { AppError } from '../../../base/error.ts';
import { checkMessage } from '../check-message.ts';
import { readMessage, readMessageInTurns } from '../read-message.ts';
import { checkPiece, compileSchema } from './check-piece.ts';
import { openPool } from './pool.ts';
import { openSchemas, type Schemas } from './schemas.ts';

const URN = 'urn:iso:std:iso:20022:tech:xsd:';
const folder = mkdtempSync(path.join(tmpdir(), 'schemas-'));
afterAll(async () => {
  for (const schemas of byFolder.values()) await (await schemas).close();
  rmSync(folder, { recursive: true });
});

/** A small schema in the manner of pain.001, so that the machinery is tested without the published ones. */
const XSD = `<?xml version="1.0"?>
<xs:schema xmlns="${URN}pain.001.001.09" xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" targetNamespace="${URN}pain.001.001.09">
  <xs:element name="Document" type="Doc"/>
  <xs:complexType name="Doc"><xs:sequence><xs:element name="CstmrCdtTrfInitn" type="Msg"/></xs:sequence></xs:complexType>
  <xs:complexType name="Msg"><xs:sequence><xs:element name="GrpHdr" type="Hdr"/><xs:element name="PmtInf" type="Pmt" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:complexType name="Hdr"><xs:sequence><xs:element name="MsgId" type="Id"/></xs:sequence></xs:complexType>
  <xs:complexType name="Pmt"><xs:sequence><xs:element name="PmtInfId" type="Id"/><xs:element name="CdtTrfTxInf" type="Tx" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
  <xs:complexType name="Tx"><xs:sequence><xs:element name="Note" type="Id" minOccurs="0" maxOccurs="unbounded"/><xs:element name="End" type="Id"/></xs:sequence></xs:complexType>
  <xs:simpleType name="Id"><xs:restriction base="xs:string"><xs:pattern value="[A-Z0-9-]{1,8}"/></xs:restriction></xs:simpleType>
</xs:schema>`;
writeFileSync(path.join(folder, 'whatever-name.xsd'), XSD);
writeFileSync(path.join(folder, 'notes.txt'), 'not a schema');
writeFileSync(path.join(folder, 'other.xsd'), '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:other"/>');

const byFolder = new Map<string, Promise<Schemas>>();
const open = (from = folder): Promise<Schemas> => {
  const known = byFolder.get(from) ?? openSchemas(from, { threads: 2 });
  byFolder.set(from, known);
  return known;
};

/** A document of batches, each of so many payments; `edit` writes one payment. */
function documentOf(sizes: readonly number[], edit: (batch: number, payment: number) => string = () => '<End>E</End>'): string {
  const batches = sizes.map((size, b) => {
    const payments = Array.from({ length: size }, (_, p) => `<CdtTrfTxInf>${edit(b + 1, p + 1)}</CdtTrfTxInf>\n`);
    return `<PmtInf><PmtInfId>B-${b + 1}</PmtInfId>\n${payments.join('')}</PmtInf>`;
  });
  return `<Document xmlns="${URN}pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>M</MsgId></GrpHdr>${batches.join('\n')}</CstmrCdtTrfInitn></Document>`;
}

async function findings(schemas: Schemas, text: string) {
  const { cut } = await readMessageInTurns(Buffer.from(text));
  const report = await schemas.check(cut);
  return report.refusals.map(({ code, path: at, rule }) => `${code} ${at} ${rule}`).sort();
}

describe('the schemas of a folder', () => {
  test('are found by their target namespace, whatever the files are called', async () => {
    expect((await open()).messages).toEqual(['pain.001.001.09']);
  });

  test('that cannot be read are an error that names the folder', async () => {
    const act = openSchemas(path.join(folder, 'missing'));
    await expect(act).rejects.toThrow(AppError);
    await expect(act).rejects.toMatchObject({ code: 'iso20022.schemas_unreadable' });
  });

  test('a message without a schema is not checked, and that is said', async () => {
    const sample = readFileSync(new URL('../../../../test/fixtures/iso20022/camt.053.xml', import.meta.url));
    expect(await checkMessage(sample, { schemas: await open() })).toMatchObject({ schema: 'no_such_schema', message: { result: 'ok' } });
    expect(await checkMessage(sample)).toMatchObject({ schema: 'not_configured' });
  });

  test('a schema that is none is an error of the check, not of the message, and the pool goes on', async () => {
    const file = path.join(folder, 'broken.xsd.txt');
    writeFileSync(file, `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="nowhere"/></xs:schema>`);
    const pool = openPool(
      new Map([
        ['bad', file],
        ['good', path.join(folder, 'whatever-name.xsd')],
      ]),
      { threads: 1, timeoutMs: 20_000 },
    );
    await expect(pool.check('bad', '<a/>', 3)).rejects.toMatchObject({ code: 'iso20022.schema_check_failed' });
    expect(await pool.check('good', documentOf([1]), 4)).toEqual([]);
    await pool.close();
    await expect(pool.check('good', documentOf([1]), 4)).rejects.toMatchObject({ code: 'iso20022.schema_check_failed' });
  });

  test('what takes too long is given up with an error of the check', async () => {
    const pool = openPool(new Map([['good', path.join(folder, 'whatever-name.xsd')]]), { threads: 1, timeoutMs: 0 });
    const first = pool.check('good', documentOf([400]), 4);
    await expect(first).rejects.toMatchObject({ code: 'iso20022.schema_check_failed' });
    await pool.close();
  });
});

describe('a finding', () => {
  test.each([
    ['a value of the wrong form', '<End>e</End>', ['CH16 PmtInf[1]/CdtTrfTxInf[2]/End schema']],
    ['a missing element', '', ['CH21 PmtInf[1]/CdtTrfTxInf[2] schema']],
    ['an element that is not admitted', '<End>E</End><More/>', ['CH17 PmtInf[1]/CdtTrfTxInf[2]/More schema']],
    ['one of several', '<Note>A</Note><Note>b</Note><End>E</End>', ['CH16 PmtInf[1]/CdtTrfTxInf[2]/Note[2] schema']],
    ['an attribute', '<End a="1">E</End>', ['CH17 PmtInf[1]/CdtTrfTxInf[2]/End schema']],
  ])('%s has its code and path', async (_, payment, expected) => {
    const text = documentOf([3], (_, p) => (p === 2 ? payment : '<End>E</End>'));
    const schemas = await open();
    expect(await findings(schemas, text)).toEqual(expected);
    expect(await findings(schemas, text.replace(/<(\/?)([A-Z])/g, '<$1p:$2').replace('xmlns=', 'xmlns:p='))).toEqual(expected);
    expect(await findings(schemas, `<e:Env xmlns:e="urn:e" xmlns="urn:else">${text}</e:Env>`)).toEqual(expected);
  });

  test('in the head is told once, however many pieces the file has, and refuses the file', async () => {
    const text = documentOf([700]).replace('<MsgId>M<', '<MsgId>m<');
    const { message } = await checkMessage(Buffer.from(text), { schemas: await open(), rules: false });
    expect(message.result).toBe('refused');
    expect(message.refusals.filter(({ path: at }) => at === 'GrpHdr/MsgId')).toHaveLength(1);
  });
});

describe('cutting', () => {
  test('a file of any shape is checked as if it were whole: the same payments are found at fault', async () => {
    const schemas = await open();
    const shapes = [[1], [500], [501], [1200], [1, 1, 1], [600, 2, 1300, 1], Array.from({ length: 900 }, () => 1), [499, 2, 499]];
    for (const shape of shapes) {
      const bad = new Set(shape.flatMap((size, b) => [1, Math.ceil(size / 2), size].map((p) => `PmtInf[${b + 1}]/CdtTrfTxInf[${p}]/End`)));
      const text = documentOf(shape, (b, p) => `<End>${bad.has(`PmtInf[${b}]/CdtTrfTxInf[${p}]/End`) ? 'wrong' : 'E'}</End>`);
      const found = await findings(schemas, text);
      expect([shape.length, found]).toEqual([shape.length, [...bad].map((at) => `CH16 ${at} schema`).sort()]);
    }
  });

  test('pieces are bounded, whole messages, and together hold every payment once', async () => {
    const { cut } = await readMessageInTurns(Buffer.from(documentOf([3, 1700, 40], (b, p) => `<Note>${b}-${p}</Note><End>E</End>`)));
    const pieces = [...cut.pieces()];
    expect(Math.max(...pieces.map(({ xml }) => xml.length))).toBeLessThan(600_000);
    const notes = pieces.flatMap(({ xml }) => [...xml.matchAll(/<Note>([^<]+)</g)].map(([, note]) => note));
    expect(notes).toHaveLength(1743);
    expect(new Set(notes).size).toBe(1743);
    for (const { xml } of pieces) expect(() => readMessage(Buffer.from(xml))).not.toThrow();
  });
});

describe('memory of libxml2', () => {
  test('is given back whatever the document was: valid, invalid, or no XML', () => {
    const validator = compileSchema(Buffer.from(XSD));
    diag.configure({ enabled: true });
    expect(checkPiece(validator, documentOf([2]), 4)).toEqual([]);
    expect(
      checkPiece(
        validator,
        documentOf([2], () => ''),
        4,
      ),
    ).toHaveLength(2);
    expect(checkPiece(validator, '<a>', 4)).toMatchObject([{ steps: [] }]);
    expect(() => compileSchema(Buffer.from('<a>'))).toThrow(XmlLibError);
    const kept = () => Object.keys((diag.report() ?? {}) as object);
    expect(kept()).toEqual([]);
    const leak = XmlDocument.fromString('<a/>');
    expect(kept()).not.toEqual([]);
    leak.dispose();
    diag.configure({ enabled: false });
    validator.dispose();
  });

  test('every payment at fault is told, but none more than twenty times', () => {
    const validator = compileSchema(Buffer.from(XSD));
    const wrong = documentOf([400], () => '<End>wrong</End>');
    expect(checkPiece(validator, wrong, 4)).toHaveLength(400);
    const verbose = documentOf([3], () => `${'<Note>wrong</Note>'.repeat(100)}<End>E</End>`);
    expect(checkPiece(validator, verbose, 4)).toHaveLength(60);
    validator.dispose();
  });
});

const published = sharedData('iso20022/', 'messages are not held against the published schemas');

whereThere(published, () =>
  describe('the published schemas', () => {
    const samples = new URL('../../../../test/fixtures/iso20022/', import.meta.url);

    test('hold every sample of a version that they have valid', async () => {
      const schemas = await open(published!);
      for (const name of readdirSync(samples).filter((file) => file.endsWith('.xml') && !file.includes('2009'))) {
        const { message, schema } = await checkMessage(readFileSync(new URL(name, samples)), { schemas });
        expect([name, schema, message.result, message.refusals]).toEqual([name, 'checked', 'ok', []]);
        expect([...message.groups, ...message.records].filter(({ result }) => result !== 'ok')).toEqual([]);
      }
    });

    test('are not led astray by where a message says that its schema lies', async () => {
      const text = readFileSync(new URL('pacs.008.xml', samples), 'utf8');
      const led = (location: string) =>
        text.replace('<Document ', `<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${location}" `);
      const schemas = await open(published!);
      for (const location of [
        `${URN}pacs.008.001.09 pacs.008.001.09.xsd`,
        `${URN}pacs.008.001.09 file:///etc/passwd`,
        'urn:a http://127.0.0.1:9/b.xsd',
      ]) {
        const { message, schema } = await checkMessage(Buffer.from(led(location)), { schemas });
        expect([schema, message.result, message.refusals]).toEqual(['checked', 'ok', []]);
      }
    });

    test('refuse what the mapping passes over, for the payment that has it and for no other', async () => {
      const text = readFileSync(new URL('pacs.008.xml', samples), 'utf8').replace('<InstrInf>', '<Wrong/><InstrInf>');
      const { message } = await checkMessage(Buffer.from(text), { schemas: await open(published!) });
      expect(message.records.map(({ result }) => result)).toEqual(['refused', 'ok']);
      expect(message.records[0]).toMatchObject({
        refusals: [{ code: 'CH17', path: 'CdtTrfTxInf[1]/InstrForCdtrAgt/Wrong', rule: 'schema' }],
      });
    });

    test('do not say again with a general code what the mapping has said with its own', async () => {
      const text = readFileSync(new URL('pacs.008.xml', samples), 'utf8').replace(
        '<BICFI>MERIDEFF</BICFI><ClrSys',
        '<BICFI>meri</BICFI><ClrSys',
      );
      const { message } = await checkMessage(Buffer.from(text), { schemas: await open(published!) });
      expect(message.records[0]).toMatchObject({ refusals: [{ code: 'RC04', path: 'CdtTrfTxInf[1]/CdtrAgt/FinInstnId/BICFI' }] });
    });
  }),
);
