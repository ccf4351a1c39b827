import type { ReactNode } from 'react';
import { Button } from './button.tsx';

/** The end of a form in a dialog: leaving it, and what it is for. `act` says that in a word or two. */
export function FormButtons({
  close,
  act,
  busy,
  disabled = false,
  tone = 'primary',
}: {
  close: () => void;
  act: ReactNode;
  busy: boolean;
  disabled?: boolean;
  tone?: 'primary' | 'danger';
}) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={close}>Cancel</Button>
      <Button type="submit" tone={tone} busy={busy} disabled={disabled}>
        {act}
      </Button>
    </div>
  );
}
