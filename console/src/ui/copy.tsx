import { useState } from 'react';
import { shortId } from './format.ts';
import { Icon } from './icon.tsx';

/** An id, hash or key that a click puts on the clipboard. */
export function Copyable({ text, whole = false, label = 'id' }: { text: string; whole?: boolean; label?: string }) {
  const [done, setDone] = useState(false);
  async function copy() {
    await navigator.clipboard?.writeText(text);
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  }
  return (
    <button
      type="button"
      onClick={() => void copy()}
      title={text}
      className={`ident group -mx-1 inline-flex max-w-full items-center gap-1 rounded px-1 text-left hover:bg-sunken hover:text-ink ${whole ? 'break-all' : ''}`}
    >
      <span className="sr-only">{`Copy ${label} `}</span>
      <span>{whole ? text : shortId(text)}</span>
      <Icon
        name={done ? 'check' : 'copy'}
        size={12}
        className={done ? 'text-good' : 'text-ink-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100'}
      />
      <span className="sr-only" role="status">
        {done ? 'copied' : ''}
      </span>
    </button>
  );
}
