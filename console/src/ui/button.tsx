import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Tone = 'primary' | 'plain' | 'quiet' | 'danger';

const TONES: Record<Tone, string> = {
  primary: 'bg-accent text-accent-ink border-accent hover:bg-accent-strong hover:border-accent-strong shadow-card',
  plain: 'bg-surface text-ink border-line-strong hover:border-ink-3 hover:bg-sunken shadow-card',
  quiet: 'border-transparent text-ink-2 hover:text-ink hover:bg-sunken',
  danger: 'bg-surface text-bad border-line-strong hover:border-bad hover:bg-bad-soft shadow-card',
};

/** Classes of a button, for links that look like one. */
export function buttonClass(tone: Tone = 'plain', extra = ''): string {
  return `inline-flex h-8 shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-lg border px-3 text-sm font-medium transition-colors disabled:opacity-55 ${TONES[tone]} ${extra}`;
}

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { tone?: Tone; icon?: IconName; busy?: boolean };

export function Button({ tone = 'plain', icon, busy = false, className = '', children, disabled, ...rest }: Props) {
  return (
    <button type="button" {...rest} disabled={disabled || busy} aria-busy={busy} className={buttonClass(tone, className)}>
      {busy ? <Spinner /> : icon && <Icon name={icon} size={15} className="-ml-0.5" />}
      {children}
    </button>
  );
}

/** A button that is only a picture; `label` is its name. */
export function IconButton({ label, icon, className = '', ...rest }: Omit<Props, 'tone'> & { label: string; icon: IconName }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-lg text-ink-2 transition-colors hover:bg-sunken hover:text-ink disabled:opacity-40 ${className}`}
    >
      <Icon name={icon} />
    </button>
  );
}

function Spinner() {
  return <span className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent" aria-hidden="true" />;
}
