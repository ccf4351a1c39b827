import { useEffect, useEffectEvent } from 'react';

/** Keys of one page, before those of the whole console; none acts while someone types or a dialog is open. */
export function usePageKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  const act = useEffectEvent((key: string): boolean => {
    const run = keys[key];
    run?.();
    return run !== undefined;
  });
  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      const { target } = event;
      const isTyping = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping || document.querySelector('[role=dialog]')) return;
      if (!act(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    }
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
}
