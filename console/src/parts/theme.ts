import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'rialto-theme';
const watchers = new Set<() => void>();
let theme: Theme = read();

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

function apply(): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Puts the kept theme on the page; before the first picture, so that nothing flashes. */
export function startTheme(): void {
  apply();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => watchers.forEach((watcher) => watcher()));
}

export function setTheme(next: Theme): void {
  theme = next;
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage may be closed to us; the choice then lasts until the reload.
  }
  apply();
  watchers.forEach((watcher) => watcher());
}

export function useTheme(): Theme {
  return useSyncExternalStore(watchTheme, () => theme);
}

/** Tells when colours change, for pictures drawn on a canvas. */
export function watchTheme(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
