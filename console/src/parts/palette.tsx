import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useId, useState, type KeyboardEvent } from 'react';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { useAllowed, useOperation } from '../api/queries.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import type { NavItem } from './nav.ts';

export type PaletteAction = { label: string; icon: IconName; hint?: string; run: () => void };

const BY_PREFIX: Record<string, { to: string; label: string; icon: IconName }> = {
  pay: { to: '/payments', label: 'payment', icon: 'payments' },
  win: { to: '/windows', label: 'window', icon: 'windows' },
  obl: { to: '/set-off/obligations', label: 'obligation', icon: 'setOff' },
  sor: { to: '/set-off/rounds', label: 'round', icon: 'setOff' },
  mem: { to: '/participants', label: 'participant', icon: 'participants' },
  acc: { to: '/ledger/accounts', label: 'account', icon: 'accounts' },
  trf: { to: '/ledger/transfers', label: 'transfer', icon: 'transfers' },
};

/** What was typed or pasted is an id: leads to the thing itself. */
function idActions(text: string, go: (to: string) => void): PaletteAction[] {
  const place = /^[a-z]{3}_[0-9a-f]{32}$/.test(text) ? BY_PREFIX[text.slice(0, 3)] : undefined;
  return place ? [{ label: `Open ${place.label} ${text}`, icon: place.icon, run: () => go(`${place.to}/${text}`) }] : [];
}

function useActions(text: string, pages: readonly NavItem[], actions: readonly PaletteAction[]): PaletteAction[] {
  const navigate = useNavigate();
  const go = (to: string) => void navigate({ to });
  const allowed = useAllowed();
  const asked = useDeferredValue(text.trim());
  const enabled = asked.length >= 2 && allowed(listParticipants);
  const found = useOperation(listParticipants, { query: asked, limit: '6' }, { enabled });
  const fits = (label: string) => label.toLowerCase().includes(text.trim().toLowerCase());
  const pageActions = pages.map((page): PaletteAction => ({
    label: page.label,
    icon: page.icon,
    hint: `g ${page.key}`,
    run: () => go(page.to),
  }));
  const banks = (enabled ? (found.data?.items ?? []) : []).map((bank): PaletteAction => ({
    label: bank.name,
    icon: 'participants',
    hint: bank.bic,
    run: () => go(`/participants/${bank.id}`),
  }));
  const search: PaletteAction = {
    label: `Payments with “${text.trim()}”`,
    icon: 'search',
    run: () => void navigate({ to: '/payments', search: { query: text.trim() } }),
  };
  const mayPay = pages.some((page) => page.to === '/payments');
  return [
    ...idActions(text.trim(), go),
    ...[...pageActions, ...actions].filter(({ label }) => fits(label)),
    ...banks,
    ...(text.trim() && mayPay ? [search] : []),
  ];
}

type Props = { open: boolean; onClose: () => void; pages: readonly NavItem[]; actions: readonly PaletteAction[] };

/** Jump anywhere, do anything, find a bank, a payment or an id, without leaving the keyboard. */
export function Palette(props: Props) {
  return (
    <Dialog.Root open={props.open} onOpenChange={(now) => !now && props.onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup
          aria-label="Jump or search"
          className="fixed inset-x-3 top-[10vh] z-50 mx-auto max-w-xl overflow-hidden rounded-2xl border border-line bg-raised shadow-float"
        >
          <PaletteBody {...props} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ onClose, pages, actions }: Props) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const shown = useActions(text, pages, actions);
  const at = Math.min(active, shown.length - 1);
  function run(action: PaletteAction | undefined) {
    if (!action) return;
    onClose();
    action.run();
  }
  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((at + step + shown.length) % shown.length);
    else if (event.key === 'Enter') run(shown[at]);
    else return;
    event.preventDefault();
  }
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Icon name="search" className="text-ink-3" />
        <input
          role="combobox"
          aria-label="Jump or search"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={shown[at] ? `${listId}-${at}` : undefined}
          placeholder="Jump to a page, a bank, a payment, an id…"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKey}
          className="h-12 w-full bg-transparent outline-none"
        />
      </div>
      <div id={listId} role="listbox" aria-label="Results" className="max-h-[50vh] overflow-y-auto p-1.5">
        {shown.map((action, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the focus stays in the text field, which hears the keys (ARIA combobox)
          <div
            key={`${action.label}${index}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseMove={() => setActive(index)}
            onClick={() => run(action)}
            className={`flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2 text-sm ${index === at ? 'bg-accent-soft text-ink' : 'text-ink-2'}`}
          >
            <Icon name={action.icon} className={index === at ? 'text-accent' : 'text-ink-3'} />
            <span className="min-w-0 flex-1 truncate">{action.label}</span>
            {action.hint && <kbd className="font-mono text-2xs text-ink-3">{action.hint}</kbd>}
          </div>
        ))}
        {shown.length === 0 && <div className="px-3 py-6 text-center text-sm text-ink-2">Nothing fits.</div>}
      </div>
    </>
  );
}
