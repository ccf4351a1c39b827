import { useNavigate } from '@tanstack/react-router';
import { useEffect, useEffectEvent } from 'react';
import type { NavItem } from './nav.ts';

const SEQUENCE_MS = 1200;

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Moves the focus between the rows of the page's table. */
function moveRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
}

function focusFilter(): void {
  document.querySelector<HTMLElement>('main [data-filter]')?.focus();
}

type Actions = { pages: readonly NavItem[]; openPalette: () => void; openHelp: () => void; sendPayment?: (() => void) | undefined };

/** Keys of the whole console. None acts while someone types, or while a dialog is open, except the palette's. */
export function useShortcuts(actions: Actions): void {
  const navigate = useNavigate();
  const go = useEffectEvent((key: string): boolean => {
    const page = actions.pages.find((item) => item.key === key);
    if (page) void navigate({ to: page.to });
    return page !== undefined;
  });
  const single = useEffectEvent((key: string): boolean => {
    const act = { '/': focusFilter, '?': actions.openHelp, j: () => moveRow(1), k: () => moveRow(-1), n: actions.sendPayment }[key];
    act?.();
    return act !== undefined;
  });
  const openPalette = useEffectEvent(() => actions.openPalette());
  useEffect(() => {
    let sawG = -Infinity;
    function onKey(event: KeyboardEvent): void {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || document.querySelector('[role=dialog]')) return;
      if (performance.now() - sawG < SEQUENCE_MS && go(event.key)) {
        sawG = -Infinity;
        event.preventDefault();
      } else if (event.key === 'g') {
        sawG = performance.now();
      } else if (single(event.key)) {
        event.preventDefault();
      }
    }
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
