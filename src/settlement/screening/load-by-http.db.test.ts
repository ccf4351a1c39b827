import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../../../test/support/api.ts';
import { serveHouse, type HouseHttp } from '../../../test/support/house-http.ts';
import { createTestHouse, type TestHouse } from '../../../test/support/house.ts';
import { SDN_XML, UN } from '../../../test/support/screening-lists.ts';

let house: TestHouse;
let http: HouseHttp;
let officer: Api;
beforeAll(async () => {
  house = await createTestHouse();
  http = await serveHouse(house);
  officer = await http.caller(['screening:read', 'screening:write']);
});
afterAll(async () => {
  await http.close();
  await house.close();
});

const load = (id: string, text: string, type: string) => officer(`PUT /v1/screening/lists/${id}`, { document: Buffer.from(text), type });

test.each([
  ['a list in XML, said to be that', 'un-1', UN, 'application/xml', 'un_xml'],
  ['a list in XML, by its older name', 'sdn-1', SDN_XML, 'text/xml; charset=utf-8', 'ofac_xml'],
  ['a list in XML, said to be CSV as before', 'un-2', UN, 'text/csv', 'un_xml'],
  ['a plain list', 'plain-1', 'id,name\n1,Some Body\n', 'text/csv', 'plain_csv'],
])('%s is put in force', async (_what, id, text, type, format) => {
  const { status, body } = await load(id, text, type);
  expect([status, body]).toMatchObject([200, { id, format }]);
});

test('what is no list by its media type is refused with what may be sent', async () => {
  const { status, body } = await load('no-list', '{}', 'application/json');
  expect([status, body]).toMatchObject([
    415,
    { code: 'request.media_type', detail: expect.stringContaining('text/csv or application/xml') },
  ]);
});
