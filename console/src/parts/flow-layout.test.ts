import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layOut, OTHERS, type Flow } from './flow-layout.ts';

const box = { width: 800, height: 500, side: 150 };
const bank = fc.integer({ min: 0, max: 40 }).map((n) => `Bank ${n}`);
const flow = fc.record({ from: bank, to: bank, payments: fc.integer({ min: 1, max: 5000 }) });
const bars = (flows: readonly Flow[], side: 'from' | 'to') => layOut(flows, box).nodes.filter((node) => node.side === side);

test('bars of a side never overlap, stay inside the picture, and a bank appears once a side', () => {
  fc.assert(
    fc.property(fc.array(flow, { minLength: 1, maxLength: 300 }), fc.constantFrom('from' as const, 'to' as const), (flows, side) => {
      const nodes = bars(flows, side);
      for (const [index, node] of nodes.entries()) {
        const before = nodes[index - 1];
        if (before) expect(node.y).toBeGreaterThanOrEqual(before.y + before.height);
      }
      const last = nodes.at(-1);
      if (last) expect(last.y + last.height).toBeLessThanOrEqual(box.height + 1e-6);
      expect(new Set(nodes.map((node) => node.name)).size).toBe(nodes.length);
    }),
  );
});

test('the largest come first and the rest is one bar at the end', () => {
  const flows = Array.from({ length: 30 }, (_, n) => ({ from: `Bank ${n}`, to: 'Centre', payments: 100 - n }));
  const senders = bars(flows, 'from');
  expect(senders.map((node) => node.name).slice(0, 3)).toEqual(['Bank 0', 'Bank 1', 'Bank 2']);
  expect(senders.at(-1)).toMatchObject({ name: OTHERS, payments: flows.slice(15).reduce((sum, { payments }) => sum + payments, 0) });
});

test('without flows or without room nothing is drawn', () => {
  expect(layOut([], box)).toEqual({ nodes: [], ribbons: [] });
  expect(layOut([{ from: 'a', to: 'b', payments: 1 }], { ...box, width: 200 })).toEqual({ nodes: [], ribbons: [] });
});
