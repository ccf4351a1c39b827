import { useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { elementsAt, laidOut } from './xml-marks.ts';

/** What is wrong at a place of a message. */
export type Mark = { path: string; code: string; text: string };

/** Lines that are shown at once; a long file is shown around its marks first. */
const MOST_LINES = 1_500;
const AROUND = 8;

type Line = { number: number; text: string; marks: Mark[] };

function linesOf(xml: string, marks: readonly Mark[]): Line[] {
  const lines = xml.split('\n').map((text, i): Line => ({ number: i + 1, text, marks: [] }));
  const starts: number[] = [];
  let at = 0;
  for (const { text } of lines) {
    starts.push(at);
    at += text.length + 1;
  }
  const spans = elementsAt(
    xml,
    marks.map(({ path }) => path),
  );
  spans.forEach((span, i) => {
    if (!span) return;
    const line = lines[starts.findLastIndex((start) => start <= span.start)];
    line?.marks.push(marks[i]!);
  });
  return lines;
}

/** Which lines are shown of a long document: its beginning and what is around marks; undefined stands for a gap. */
function excerpt(lines: readonly Line[]): (Line | undefined)[] {
  if (lines.length <= MOST_LINES) return [...lines];
  const near = new Set<number>(lines.slice(0, 40).map(({ number }) => number));
  for (const { number, marks } of lines) {
    if (marks.length > 0) for (let n = number - AROUND; n <= number + AROUND; n++) near.add(n);
    if (near.size > MOST_LINES) break;
  }
  const shown = lines.filter(({ number }) => near.has(number));
  return shown.flatMap((line, i) => (i > 0 && line.number > shown[i - 1]!.number + 1 ? [undefined, line] : [line]));
}

/** A message as it came, with line numbers and what is wrong marked at its place. */
export function XmlView({ xml, marks = [], label }: { xml: string; marks?: readonly Mark[]; label: string }) {
  const [isWhole, setWhole] = useState(false);
  const lines = useMemo(() => linesOf(laidOut(xml), marks), [xml, marks]);
  const shown = isWhole ? lines : excerpt(lines);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!lines.some((line) => line.marks.length > 0)) return;
    // To the first thing that is wrong, with some lines above it.
    const mark = box.current?.querySelector<HTMLElement>('[data-mark]');
    if (box.current && mark) box.current.scrollTop = mark.offsetTop - box.current.offsetTop - 80;
  }, [lines]);
  return (
    <section aria-label={label} className="overflow-hidden rounded-xl border border-line bg-surface">
      <div
        ref={box}
        className="max-h-[60vh] overflow-auto py-2 font-mono text-2xs leading-5"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by keys
        tabIndex={0}
        role="region"
        aria-label={`${label}, scrolls`}
      >
        {shown.map((line, i) =>
          line ? (
            <Row key={line.number} line={line} />
          ) : (
            <p key={`gap-${i}`} className="px-3 text-ink-3">
              ⋯
            </p>
          ),
        )}
      </div>
      {shown.length < lines.length && (
        <div className="border-t border-line px-3 py-2">
          <Button tone="quiet" onClick={() => setWhole(true)}>
            Show all {count(lines.length)} lines
          </Button>
        </div>
      )}
    </section>
  );
}

function Row({ line }: { line: Line }) {
  const isWrong = line.marks.length > 0;
  return (
    <div {...(isWrong && { 'data-mark': '' })} className={isWrong ? 'border-l-2 border-bad bg-bad-soft' : 'border-l-2 border-transparent'}>
      <div className="flex">
        <span className="w-12 shrink-0 pr-3 text-right text-ink-3 select-none">{line.number}</span>
        <code className="min-w-0 flex-1 pr-3 break-all whitespace-pre-wrap">{line.text}</code>
      </div>
      {line.marks.map(({ code, text, path }) => (
        <p key={`${code}${path}${text}`} className="pr-3 pl-12 font-sans text-xs text-bad">
          <span className="font-mono font-medium">{code}</span> {text}
        </p>
      ))}
    </div>
  );
}
