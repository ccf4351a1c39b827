import { describe, expect, test } from 'vitest';
import { NOW, runOf, stateOf, subjectOfTest, testPeople } from '../../../test/support/readiness.ts';
import { whereThere } from '../../../test/support/shared-data.ts';
import { readSeeds } from '../../../test/support/seeds.ts';
import { decide } from '../gate/decide.ts';
import { planWatch } from '../watch/plan-watch.ts';
import { buildReport } from './build-report.ts';
import { htmlReport } from './html.ts';
import { markdownReport } from './markdown.ts';

const seeds = readSeeds();

whereThere(seeds, () => {
  describe.each(seeds!.map((seed) => [seed.name, seed] as const))('%s', (_, { checklist, bindings, text }) => {
    const source = Buffer.from(text);

    /** A report in which every other line is found to hold. */
    async function reported() {
      const subject = subjectOfTest(checklist, bindings);
      const states = bindings.bindings.map(({ line, disposition }, i) => {
        const count = 'checks' in disposition ? (disposition.checks?.length ?? 0) : 0;
        return [line, Array.from({ length: count }, () => (i % 2 === 0 ? ('pass' as const) : ('fail' as const)))] as const;
      });
      const kinds = new Map(
        bindings.bindings.map(({ line, disposition }) => [line, 'checks' in disposition ? (disposition.checks ?? []) : []]),
      );
      const bare = runOf(subject, Object.fromEntries(states));
      const results = bare.results.map((result) => ({
        ...result,
        checks: result.checks.map((check, i) => ({ ...check, kind: kinds.get(result.lineId)![i]!.kind })),
      }));
      const run = { ...bare, results };
      const records = await stateOf([], { people: testPeople(), subject });
      const verdict = decide({ checklist, bindings, run, subject, records, at: NOW });
      return buildReport({ checklist, verdict, run, entries: [], madeAt: NOW });
    }

    test('is written back with other ticks and not another byte', async () => {
      const report = await reported();
      const written = markdownReport(source, report);
      expect(written).toHaveLength(source.length);
      const boxes = new Map(checklist.items.map((item) => [item.box.from, item]));
      const byId = new Map(report.lines.map((line) => [line.id, line]));
      let ticks = 0;
      for (let at = 0; at < source.length; at++) {
        const item = boxes.get(at);
        if (!item) {
          if (written[at] !== source[at]) expect.fail(`byte ${at} has changed`);
          continue;
        }
        const { state, polarity, later } = byId.get(item.id)!;
        const isTicked = written[at] !== 0x20;
        expect(isTicked).toBe(state === 'pass' && polarity === 'good_when_true' && !later);
        ticks += Number(isTicked);
      }
      expect(ticks).toBeGreaterThan(0);
    });

    test('is shown with each of its lines exactly once, in its place', async () => {
      const report = await reported();
      const html = htmlReport(report, source);
      for (const { line } of report.lines) expect(html.split(`id="line-${line}"`)).toHaveLength(2);
      expect(html).not.toContain('Further lines');
    });

    test('is watched by every line with a time after the release and by every trigger', () => {
      const watched = new Set(planWatch(checklist, { releasedAt: NOW }).lines.map(({ lineId }) => lineId));
      const due = [...checklist.items, ...checklist.criteria].filter(
        ({ window, polarity, action, environment }) =>
          (environment === undefined || environment === 'production') &&
          (window ? window.toMs > 0 : polarity === 'bad_when_true' || action !== undefined),
      );
      expect([...watched].toSorted()).toEqual(due.map(({ id }) => id).toSorted());
    });
  });
});
