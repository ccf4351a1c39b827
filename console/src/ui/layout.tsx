import type { ReactNode } from 'react';
import { useEffect } from 'react';

/** Head of a page: what it is, one line about it, and its actions. Names the browser tab. */
export function PageHead({ title, name, lead, children }: { title: ReactNode; name: string; lead?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${name} · Rialto`;
  }, [name]);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 tabIndex={-1} className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        {lead && <div className="mt-0.5 text-sm text-ink-2">{lead}</div>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

/** A box with a heading. */
export function Card({
  title,
  aside,
  className = '',
  children,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={`card min-w-0 ${className}`}>
      {title && (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-3 pb-1">
          <h2 className="text-sm font-semibold">{title}</h2>
          {aside && <div className="text-xs text-ink-2">{aside}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

/** Names and values under each other. */
export function Facts({ items, columns = 2 }: { items: readonly (readonly [string, ReactNode] | false | undefined)[]; columns?: 1 | 2 }) {
  return (
    <dl className={`grid gap-x-8 gap-y-3 text-sm ${columns === 2 ? 'sm:grid-cols-2' : ''}`}>
      {items.map(
        (item) =>
          item && (
            <div key={item[0]} className="min-w-0">
              <dt className="text-xs text-ink-3">{item[0]}</dt>
              <dd className="mt-0.5 min-w-0 break-words">{item[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
