import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { confirmBindings } from '../../../src/readiness/contract.ts';
import { useAllowed } from '../api/queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { Empty } from '../ui/states.tsx';
import { SearchBox, useFilters, type Search } from './filters.tsx';
import { ConfirmBindingsForm } from './readiness-sign.tsx';
import { EffectBadge, STANDS_IN_THE_WAY, StateBadge, StateMark, TierBadge, type Checklist, type Line } from './readiness-state.tsx';

type Show = { label: string; fits: (line: Line, asked: Asked) => boolean };
/** Lines for which somebody waits for a waiver. */
type Asked = ReadonlySet<string>;

const SHOWS = {
  open: { label: 'In the way', fits: (line: Line) => STANDS_IN_THE_WAY.has(line.effect) },
  sign: { label: 'To sign', fits: (line: Line) => line.state === 'awaiting_sign_off' },
  asked: { label: 'Waiver asked for', fits: (line: Line, asked: Asked) => asked.has(line.id) },
  claims: {
    label: 'Claimed, not so',
    fits: (line: Line) => line.claim?.agrees === false || (line.ticked === true && line.state !== 'pass'),
  },
  guessed: { label: 'Guessed', fits: (line: Line) => line.guessed.length > 0 },
  unbound: { label: 'Undecided by anything', fits: (line: Line) => !line.confirmed },
  pass: { label: 'Passing', fits: (line: Line) => line.state === 'pass' },
} as const satisfies Readonly<Record<string, Show>>;

/** Lines with a request for a waiver that nobody has decided. */
const askedOf = ({ waiverRequests }: Checklist): Asked =>
  new Set(waiverRequests.flatMap(({ state, lineId }) => (state === 'open' ? [lineId] : [])));

/** The document as it is written: its headings, its lines in their order and nesting, each with what was found. */
export function AsWritten({ checklist }: { checklist: Checklist }) {
  const [search, set] = useFilters();
  const show = search['show'] && search['show'] in SHOWS ? (search['show'] as keyof typeof SHOWS) : undefined;
  const text = (search['query'] ?? '').toLowerCase();
  const asked = useMemo(() => askedOf(checklist), [checklist]);
  const lines = useMemo(
    () =>
      checklist.lines.filter(
        (line) =>
          (!show || SHOWS[show].fits(line, asked)) &&
          (!text || `${line.title} ${line.detail ?? ''} ${line.summary}`.toLowerCase().includes(text)),
      ),
    [checklist.lines, asked, show, text],
  );
  return (
    <section className="card mt-4" aria-label="Checklist">
      <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2.5 print:hidden">
        <SearchBox label="Find a line" />
        <Shows lines={checklist.lines} asked={asked} show={show} set={(next) => set({ show: next })} />
      </div>
      {show === 'unbound' && <ConfirmAll name={checklist.name} lines={lines} />}
      {lines.length === 0 ? (
        <Empty title="No line fits">
          <Button className="mt-3" onClick={() => set({ show: undefined, query: undefined })}>
            Show the whole checklist
          </Button>
        </Empty>
      ) : (
        <Sections lines={lines} asked={asked} title={checklist.title} guessed={checklist.guessed} />
      )}
    </section>
  );
}

/** Themes propose something for each line; whoever has looked through them may put their name to all that are shown. */
function ConfirmAll({ name, lines }: { name: string; lines: readonly Line[] }) {
  const allowed = useAllowed();
  const [confirming, setConfirming] = useState(false);
  if (lines.length === 0 || !allowed(confirmBindings)) return null;
  return (
    <div className="flex flex-wrap items-center gap-3 border-b border-line px-4 py-2.5 text-sm text-ink-2 print:hidden">
      <p className="min-w-0 flex-1">Open a line to see what its theme proposes. Until somebody confirms it, the line fails.</p>
      <Button onClick={() => setConfirming(true)}>Confirm for these {count(lines.length)}</Button>
      {confirming && <ConfirmBindingsForm name={name} lines={lines} close={() => setConfirming(false)} />}
    </div>
  );
}

type ShowsProps = { lines: readonly Line[]; asked: Asked; show: string | undefined; set: (show: string | undefined) => void };

function Shows({ lines, asked, show, set }: ShowsProps) {
  return (
    <div className="flex flex-wrap gap-1.5" role="group" aria-label="Show">
      {Object.entries(SHOWS).map(([key, { label, fits }]) => {
        const fitting = lines.filter((line) => fits(line, asked)).length;
        if (fitting === 0 && show !== key) return null;
        return (
          <button
            key={key}
            type="button"
            aria-pressed={show === key}
            onClick={() => set(show === key ? undefined : key)}
            className="inline-flex h-8 items-center gap-1.5 rounded-lg border border-line-strong px-2.5 text-sm text-ink-2 hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
          >
            {label} <span className="num text-xs">{count(fitting)}</span>
          </button>
        );
      })}
    </div>
  );
}

type Group = { section: readonly string[]; lines: Line[]; fresh: number };

/** Lines under their headings; `fresh` tells from which heading on the path differs from the group above. */
function groupsOf(lines: readonly Line[], title: string): Group[] {
  const groups: Group[] = [];
  for (const line of lines) {
    // The document's own title stands on top of the page already.
    const section = line.section[0] === title ? line.section.slice(1) : line.section;
    const last = groups.at(-1);
    const path = last?.section ?? [];
    const differs = section.findIndex((heading, i) => heading !== path[i]);
    if (last && differs < 0 && section.length === path.length) last.lines.push(line);
    else groups.push({ section, lines: [line], fresh: differs < 0 ? Math.max(0, section.length - 1) : differs });
  }
  return groups;
}

type Sectioned = { lines: readonly Line[]; asked: Asked; title: string; guessed: Checklist['guessed'] };

function Sections({ lines, asked, title, guessed }: Sectioned) {
  const groups = groupsOf(lines, title);
  return groups.map((group, at) => (
    <div
      key={group.lines[0]!.id}
      className="[content-visibility:auto] [contain-intrinsic-size:auto_24rem] print:[content-visibility:visible]"
    >
      <Headings {...group} />
      <Guesses texts={betweenOf(guessed, groups[at - 1], group)} />
      <ul className="pb-2">
        {group.lines.map((line) => (
          <LineRow key={line.id} line={line} isAsked={asked.has(line.id)} />
        ))}
      </ul>
    </div>
  ));
}

/** What was guessed of the headings that stand between two groups of lines. */
function betweenOf(guessed: Checklist['guessed'], before: Group | undefined, group: Group): string[] {
  const from = before?.lines.at(-1)?.line ?? 0;
  return guessed.filter(({ line }) => line > from && line < group.lines[0]!.line).map(({ text }) => text);
}

function Guesses({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul className="px-4 pb-1 text-xs text-ink-2">
      {texts.map((text) => (
        <li key={text} className="break-words">
          <span className="font-medium text-calm">Guessed:</span> {text}
        </li>
      ))}
    </ul>
  );
}

const SIZES = ['text-lg font-semibold tracking-tight pt-5', 'text-base font-semibold pt-4', 'text-sm font-semibold text-ink-2 pt-3'];

function Headings({ section, fresh }: Group) {
  return section.slice(fresh).map((heading, i) => {
    const depth = Math.min(fresh + i, 2);
    const Tag = (['h2', 'h3', 'h4'] as const)[depth]!;
    return (
      <Tag key={`${heading}${i}`} className={`px-4 pb-1 print:break-after-avoid ${SIZES[depth]!}`}>
        <bdi>{heading}</bdi>
      </Tag>
    );
  });
}

const STEP_REM = 1.375;

function LineRow({ line, isAsked }: { line: Line; isAsked: boolean }) {
  return (
    <li className="relative border-t border-line/60 first:border-transparent hover:bg-sunken/60 has-[a:focus-visible]:bg-accent-soft print:break-inside-avoid">
      <div className="flex gap-2.5 py-2 pr-4 pl-4" style={{ marginLeft: `${Math.min(line.depth, 6) * STEP_REM}rem` }}>
        <span className="mt-0.5">
          <StateMark state={line.state} />
        </span>
        <div className="min-w-0 flex-1">
          <Link
            to="."
            search={(before: Search) => ({ ...before, line: line.id })}
            data-row
            className="block after:absolute after:inset-0 after:content-['']"
          >
            <bdi className="font-medium">{line.title}</bdi>
            {line.detail && <bdi className="text-ink-2">: {line.detail}</bdi>}
          </Link>
          <p className="mt-0.5 text-xs break-words text-ink-3">{line.summary}</p>
          <Notes line={line} />
        </div>
        <Marks line={line} isAsked={isAsked} />
      </div>
    </li>
  );
}

/** What people put down about the line. */
function Notes({ line: { notes } }: { line: Line }) {
  if (notes.length === 0) return null;
  return (
    <p className="mt-0.5 text-xs text-ink-2">
      {notes.map((note) => (
        <span key={note.record} className="mr-3 inline-flex items-center gap-1">
          <Icon name="users" size={11} /> {note.kind.replaceAll('_', ' ')} by {note.by}
        </span>
      ))}
    </p>
  );
}

function Marks({ line, isAsked }: { line: Line; isAsked: boolean }) {
  const contradicted = line.claim?.agrees === false;
  return (
    <div className="flex shrink-0 flex-col items-end gap-1 sm:flex-row sm:items-start">
      {isAsked && <Badge tone="calm">waiver asked for</Badge>}
      {line.polarity === 'bad_when_true' && <Badge tone="calm">trigger</Badge>}
      {line.guessed.length > 0 && <Badge tone="calm">guessed</Badge>}
      {line.ticked && line.state !== 'pass' && <Badge tone="warn">ticked</Badge>}
      {contradicted && <Badge tone="bad">claim differs</Badge>}
      <span className="flex max-md:hidden empty:hidden">
        <EffectBadge effect={line.effect} />
      </span>
      <span className="flex max-sm:hidden">
        <TierBadge tier={line.tier} from={line.tierFrom} />
      </span>
      <span className="flex max-lg:hidden print:flex">
        <StateBadge state={line.state} />
      </span>
    </div>
  );
}
