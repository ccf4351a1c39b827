import { useNavigate, useSearch, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { buttonClass } from '../ui/button.tsx';
import { count } from '../ui/format.ts';

/** Fields of the address after `?`: the state of every page, so that a link or a reload shows the same. */
export type Search = { [name: string]: string | undefined };

/** The page's state in the address and a way to change it; changing a filter goes back to the first page. */
export function useFilters(): [Search, (patch: Search) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = (patch: Search) =>
    void navigate({ to: '.', search: (before: Search) => ({ ...before, after: undefined, page: undefined, ...patch }), replace: true });
  return [search, set];
}

const TYPING_MS = 300;

/** The text filter of a page; `/` puts the cursor here. The address follows when typing pauses. */
export function SearchBox({ label, name = 'query' }: { label: string; name?: string }) {
  const [search, set] = useFilters();
  const kept = search[name] ?? '';
  const [text, setText] = useState(kept);
  const written = useRef(kept);
  useEffect(() => {
    if (kept !== written.current) setText(kept);
    written.current = kept;
  }, [kept]);
  useEffect(() => {
    if (text === written.current) return;
    const timer = setTimeout(() => {
      written.current = text;
      set({ [name]: text.trim() || undefined });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div className="relative min-w-44 flex-1 max-sm:basis-full sm:max-w-72">
      <Icon name="search" size={15} className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        data-filter
        value={text}
        maxLength={140}
        onChange={(event) => setText(event.target.value)}
        className="control w-full pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
      />
      <kbd className="pointer-events-none absolute top-1/2 right-2 hidden -translate-y-1/2 rounded border border-line px-1 font-mono text-2xs text-ink-3 sm:block">
        /
      </kbd>
    </div>
  );
}

/** Takes all filters away, when there are any. */
export function ClearFilters({ names }: { names: readonly string[] }) {
  const [search, set] = useFilters();
  if (!names.some((name) => search[name])) return null;
  return (
    <button type="button" className={buttonClass('quiet')} onClick={() => set(Object.fromEntries(names.map((name) => [name, undefined])))}>
      Clear filters
    </button>
  );
}

/** Leads to the first and the next page; the cursor is in the address. */
export function Pager({ rows, next, noun }: { rows: number | undefined; next: string | undefined; noun: string }) {
  const [search] = useFilters();
  if (rows === undefined || (!next && !search.after)) return null;
  const page = Number(search.page ?? 1);
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-3 border-t border-line px-4 py-2.5">
      <p className="num text-xs text-ink-3">
        Page {page} · {count(rows)} {noun}
      </p>
      <div className="flex gap-2">
        {search.after && (
          <Link to="." search={(before: Search) => ({ ...before, after: undefined, page: undefined })} className={buttonClass('plain')}>
            First
          </Link>
        )}
        {next && (
          <Link to="." search={(before: Search) => ({ ...before, after: next, page: String(page + 1) })} className={buttonClass('plain')}>
            Next
            <Icon name="chevron" size={13} />
          </Link>
        )}
      </div>
    </nav>
  );
}

/** A point in time in UTC; the browser's field has no zone, so its text is taken as it stands. */
export function Moment({ label, name }: { label: string; name: string }) {
  const [search, set] = useFilters();
  return (
    <input
      type="datetime-local"
      aria-label={label}
      title={label}
      value={search[name]?.slice(0, 16) ?? ''}
      onChange={(event) => set({ [name]: event.target.value ? `${event.target.value}:00.000Z` : undefined })}
      className="control num hidden w-46 lg:block"
    />
  );
}
