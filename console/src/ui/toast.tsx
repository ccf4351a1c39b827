import { useSyncExternalStore } from 'react';
import { Icon } from './icon.tsx';

type Toast = { id: number; text: string };

let shown: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function become(next: readonly Toast[]): void {
  shown = next;
  for (const watcher of watchers) watcher();
}

/** Says for a few seconds that something was done. */
export function toast(text: string): void {
  const id = ++last;
  become([...shown.slice(-2), { id, text }]);
  setTimeout(() => become(shown.filter((one) => one.id !== id)), 4500);
}

export function Toasts() {
  const all = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => shown,
  );
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-4 bottom-5 z-60 flex flex-col items-center gap-2">
      {all.map(({ id, text }) => (
        <div key={id} className="flex items-center gap-2 rounded-lg border border-line bg-raised px-3.5 py-2 text-sm shadow-float">
          <Icon name="check" className="text-good" />
          {text}
        </div>
      ))}
    </div>
  );
}
