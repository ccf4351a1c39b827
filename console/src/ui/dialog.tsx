import { Dialog } from '@base-ui/react/dialog';
import { useRef, type ReactNode } from 'react';
import { IconButton } from './button.tsx';

type Props = { open: boolean; onClose: () => void; title: ReactNode; lead?: ReactNode; children: ReactNode; wide?: boolean };

const BACKDROP = 'fixed inset-0 z-40 bg-veil transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0';

/** The first field of a form, so that one can type at once; without a form, what the dialog would choose. */
function useFirstField() {
  const popup = useRef<HTMLDivElement>(null);
  const initialFocus = () => popup.current?.querySelector<HTMLElement>('form :is(select, input, textarea):enabled') ?? true;
  return { ref: popup, initialFocus };
}

/** A question or form in the middle of the screen. */
export function Modal({ open, onClose, title, lead, children, wide = false }: Props) {
  const first = useFirstField();
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Popup
          {...first}
          className={`fixed inset-x-3 top-[8vh] z-50 mx-auto flex max-h-[84vh] flex-col overflow-hidden rounded-2xl border border-line bg-raised shadow-float transition-all duration-150 data-ending-style:scale-98 data-ending-style:opacity-0 data-starting-style:scale-98 data-starting-style:opacity-0 ${wide ? 'max-w-2xl' : 'max-w-md'}`}
        >
          <Head title={title} lead={lead} />
          <div className="overflow-y-auto px-5 pt-2 pb-5">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** A detail beside the list it belongs to; fills a phone. */
export function Drawer({ open, onClose, title, lead, children }: Props) {
  const first = useFirstField();
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={BACKDROP} />
        <Dialog.Popup
          {...first}
          className="fixed inset-y-0 right-0 z-50 flex w-full max-w-160 flex-col border-l border-line bg-canvas shadow-float transition-transform duration-200 data-ending-style:translate-x-8 data-ending-style:opacity-0 data-starting-style:translate-x-8 data-starting-style:opacity-0"
        >
          <Head title={title} lead={lead} />
          <div className="flex-1 overflow-y-auto px-5 pt-2 pb-8">{children}</div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Head({ title, lead }: Pick<Props, 'title' | 'lead'>) {
  return (
    <div className="flex items-start justify-between gap-3 px-5 pt-4 pb-2">
      <div className="min-w-0">
        <Dialog.Title className="text-lg font-semibold tracking-tight">{title}</Dialog.Title>
        {lead && <Dialog.Description className="text-sm text-ink-2">{lead}</Dialog.Description>}
      </div>
      <Dialog.Close render={<IconButton label="Close" icon="close" className="-mr-1.5" />} />
    </div>
  );
}
