import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react';
import { Icon } from './icon.tsx';

type Frame = { label: string; hint?: ReactNode; error?: string | undefined; className?: string };

function Framed({ id, label, hint, error, className = '', children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-xs font-medium text-ink-2">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="text-xs text-bad">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-xs text-ink-3">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Frame) {
  return { 'aria-describedby': hint || error ? `${id}-note` : undefined, 'aria-invalid': error ? true : undefined };
}

export function TextField({ label, hint, error, className, ...rest }: Frame & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const frame = { label, hint, error, className } as Frame;
  return (
    <Framed {...frame} id={id}>
      <input id={id} {...described(id, frame)} {...rest} className="control w-full" />
    </Framed>
  );
}

export function TextArea({ label, hint, error, className, ...rest }: Frame & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  const frame = { label, hint, error, className } as Frame;
  return (
    <Framed {...frame} id={id}>
      <textarea id={id} rows={3} {...described(id, frame)} {...rest} className="control h-auto w-full py-1.5" />
    </Framed>
  );
}

export function SelectField({ label, hint, error, className, children, ...rest }: Frame & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  const frame = { label, hint, error, className } as Frame;
  return (
    <Framed {...frame} id={id}>
      <Select id={id} {...described(id, frame)} {...rest}>
        {children}
      </Select>
    </Framed>
  );
}

/** The browser's own list: it works with every keyboard, screen reader and phone. */
export function Select({ className = '', children, ...rest }: SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={`relative inline-flex min-w-0 ${className}`}>
      <select {...rest} className="control w-full min-w-0 appearance-none truncate pr-7">
        {children}
      </select>
      <Icon name="down" size={13} className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-ink-3" />
    </span>
  );
}

export function CheckField({ label, hint, ...rest }: { label: ReactNode; hint?: ReactNode } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className="flex gap-2.5">
      <input id={id} type="checkbox" {...rest} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <label htmlFor={id} className="min-w-0 text-sm">
        {label}
        {hint && <span className="block text-xs text-ink-3">{hint}</span>}
      </label>
    </div>
  );
}
