import type { ReactNode } from 'react';
import type { Problem } from '../../../src/base/client.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** A grey bar where text will be. */
export function Skeleton({ className = 'h-3.5 w-24' }: { className?: string }) {
  return <span className={`block animate-shimmer rounded bg-sunken ${className}`} aria-hidden="true" />;
}

/** Nothing to show: says why and, where there is one, what to do. */
export function Empty({ icon = 'search', title, children }: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span className="mb-2 flex size-10 items-center justify-center rounded-full bg-sunken text-ink-3">
        <Icon name={icon} size={18} />
      </span>
      <p className="font-medium">{title}</p>
      {children && <div className="max-w-sm text-sm text-ink-2">{children}</div>}
    </div>
  );
}

/** Something failed: what happened, its code for support, and a way to try again. */
export function Failure({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-center gap-1 px-6 py-14 text-center">
      <span className="mb-2 flex size-10 items-center justify-center rounded-full bg-bad-soft text-bad">
        <Icon name="warning" size={18} />
      </span>
      <p className="font-medium">This could not be loaded</p>
      <p className="max-w-md text-sm text-ink-2">{problem.message}</p>
      <ProblemCode problem={problem} />
      {retry && (
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** In the place of a page whose thing could not be loaded. */
export function FailurePage(failed: { problem: Problem; retry: () => void }) {
  return (
    <div className="card">
      <Failure {...failed} />
    </div>
  );
}

/** A failed command, inside a form. */
export function ProblemNote({ problem }: { problem: Problem | null | undefined }) {
  if (!problem) return null;
  return (
    <div role="alert" className="flex gap-2.5 rounded-lg border border-bad/30 bg-bad-soft px-3 py-2.5 text-sm">
      <Icon name="warning" className="mt-0.5 text-bad" />
      <div className="min-w-0">
        <p>{problem.message}</p>
        {problem.fields.length > 0 && (
          <ul className="my-1 list-disc pl-4 text-ink-2">
            {problem.fields.map(({ pointer, detail }) => (
              <li key={pointer + detail}>
                {pointer && <span className="font-mono text-xs">{pointer} </span>}
                {detail}
              </li>
            ))}
          </ul>
        )}
        <ProblemCode problem={problem} />
      </div>
    </div>
  );
}

function ProblemCode({ problem }: { problem: Problem }) {
  return (
    <p className="ident break-all">
      {problem.code}
      {problem.requestId && <> · request {problem.requestId}</>}
    </p>
  );
}
