import type { ReactNode } from 'react';
import { words } from './format.ts';

export type Tone = 'good' | 'accent' | 'calm' | 'warn' | 'bad' | 'plain';

const TONES: Record<Tone, string> = {
  good: 'bg-good-soft text-good',
  accent: 'bg-accent-soft text-accent',
  calm: 'bg-calm-soft text-calm',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  plain: 'bg-sunken text-ink-2',
};

const STATES: Record<string, Tone> = {
  settled: 'good',
  active: 'good',
  posted: 'good',
  done: 'good',
  discharged: 'good',
  confirmed: 'accent',
  reserved: 'accent',
  open: 'accent',
  pending: 'accent',
  netted: 'calm',
  clearing: 'calm',
  cut_off: 'calm',
  post: 'good',
  running: 'accent',
  paid: 'good',
  failed: 'bad',
  held: 'warn',
  queued: 'warn',
  suspended: 'warn',
  paused: 'warn',
  disputed: 'bad',
  rejected: 'bad',
  refused: 'bad',
  denied: 'bad',
};

/** The tone that a state's word has everywhere. */
export function toneOf(state: string): Tone {
  return STATES[state] ?? 'plain';
}

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap rounded-md px-1.5 py-0.5 text-xs font-medium ${TONES[tone]}`}>
      {children}
    </span>
  );
}

/** A state by its word, with a dot so that colour is not all that tells. */
export function State({ of }: { of: string }) {
  return (
    <Badge tone={toneOf(of)}>
      <span className="size-1.5 rounded-full bg-current" aria-hidden="true" />
      {words(of)}
    </Badge>
  );
}
