import { Dialog } from '@base-ui/react/dialog';
import { Link, Outlet, useLocation, useMatches, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { sendPayment } from '../../../src/settlement/payment/contract.ts';
import { useAllowed, useLogin } from '../api/queries.ts';
import { serves, session } from '../api/session.ts';
import { IconButton } from '../ui/button.tsx';
import { Modal } from '../ui/dialog.tsx';
import { Icon, Logo } from '../ui/icon.tsx';
import { Empty } from '../ui/states.tsx';
import { Toasts } from '../ui/toast.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { navItemAt, visibleNav, type NavItem } from './nav.ts';
import { Palette, type PaletteAction } from './palette.tsx';
import { useShortcuts } from './shortcuts.ts';
import { setTheme } from './theme.ts';
import { UserMenu } from './user-menu.tsx';

type Groups = ReturnType<typeof visibleNav>;

/** The frame around every page: navigation, palette, live state, user. */
export function Shell() {
  const { user } = useLogin();
  const allowed = useAllowed();
  const navigate = useNavigate();
  const groups = visibleNav(allowed, user.memberId !== undefined);
  const pages = groups.flatMap((group) => group.items);
  const [open, setOpen] = useState<'palette' | 'help' | 'menu' | undefined>();
  const mayPay = allowed(sendPayment);
  useShortcuts({
    pages,
    openPalette: () => setOpen('palette'),
    openHelp: () => setOpen('help'),
    sendPayment: mayPay ? () => void navigate({ to: '/payments/new' }) : undefined,
  });
  useFocusOnTurn();
  const close = () => setOpen(undefined);
  return (
    <div className="min-h-dvh lg:pl-56 print:pl-0">
      <a
        href="#page"
        className="sr-only rounded-lg bg-raised px-3 py-2 shadow-float focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60"
      >
        Skip to the page
      </a>
      <aside className="fixed inset-y-0 left-0 z-20 hidden w-56 flex-col border-r border-line bg-surface lg:flex print:hidden">
        <Brand />
        <Navigation groups={groups} />
        <button
          type="button"
          onClick={() => setOpen('help')}
          className="mx-3 mb-3 flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-xs text-ink-3 hover:bg-sunken hover:text-ink"
        >
          <Icon name="keyboard" size={15} /> Keyboard
          <kbd className="ml-auto rounded border border-line px-1 font-mono text-2xs">?</kbd>
        </button>
      </aside>
      <TopBar onMenu={() => setOpen('menu')} onPalette={() => setOpen('palette')} />
      <main id="page" tabIndex={-1} className="mx-auto max-w-384 px-4 pt-5 pb-16 sm:px-6 print:p-0">
        <Page start={pages[0]} />
      </main>
      <PhoneMenu open={open === 'menu'} onClose={close} groups={groups} />
      <Palette open={open === 'palette'} onClose={close} pages={pages} actions={usePaletteActions(mayPay)} />
      <Help open={open === 'help'} onClose={close} pages={pages} mayPay={mayPay} />
      <Toasts />
    </div>
  );
}

/**
 * The page at the address. Who has no overview begins with the first page that there is, and pages of a module that this
 * installation does not run say so, since links to them may have been kept.
 */
function Page({ start }: { start: NavItem | undefined }) {
  // Of the page that is shown, which follows the address once the next one has come.
  const pathname = useMatches({ select: (matches) => matches.at(-1)?.pathname ?? '/' });
  const login = useLogin();
  const navigate = useNavigate();
  const elsewhere = pathname === '/' && start && start.to !== '/' ? start.to : undefined;
  useEffect(() => {
    if (elsewhere) void navigate({ to: elsewhere, replace: true });
  }, [elsewhere, navigate]);
  if (elsewhere) return null;
  const item = navItemAt(pathname);
  if (!item || serves(login, item.operation)) return <Outlet />;
  return (
    <div className="card">
      <h1 className="sr-only">{item.label}</h1>
      <Empty icon={item.icon} title={`${item.label}: not here`}>
        This installation runs without the module that this page belongs to.
      </Empty>
    </div>
  );
}

/** After a page change the focus goes to the page's heading, as a browser without scripts would have it. */
function useFocusOnTurn(): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (!document.querySelector('[role=dialog]')) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [pathname]);
}

function usePaletteActions(mayPay: boolean): PaletteAction[] {
  const navigate = useNavigate();
  const paying: PaletteAction[] = [
    { label: 'Send a payment', icon: 'plus', hint: 'n', run: () => void navigate({ to: '/payments/new' }) },
    { label: 'Send a message', icon: 'upload', run: () => void navigate({ to: '/payments/file' }) },
  ];
  return [
    ...(mayPay ? paying : []),
    { label: 'Theme: light', icon: 'sun', run: () => setTheme('light') },
    { label: 'Theme: dark', icon: 'moon', run: () => setTheme('dark') },
    { label: 'Theme: as the system', icon: 'screen', run: () => setTheme('system') },
    { label: 'Change password', icon: 'lock', run: () => void navigate({ to: '/password' }) },
    { label: 'Sign out', icon: 'exit', run: () => void session.signOut() },
  ];
}

function Brand() {
  const { tenant } = useLogin();
  return (
    <Link to="/" className="flex h-14 items-center gap-2.5 px-5">
      <Logo />
      <span className="min-w-0">
        <span className="block leading-tight font-semibold tracking-tight">Rialto</span>
        <span className="block truncate text-2xs leading-tight text-ink-3">{tenant.name}</span>
      </span>
    </Link>
  );
}

function Navigation({ groups, onGo }: { groups: Groups; onGo?: () => void }) {
  return (
    <nav aria-label="Pages of the console" className="flex-1 overflow-y-auto px-3 pt-2 pb-4">
      {groups.map(({ title, items }) => (
        <div key={title} className="mb-5">
          <p className="px-2.5 pb-1.5 text-2xs font-medium text-ink-3">{title}</p>
          <ul className="space-y-0.5">
            {items.map((item) => (
              <li key={item.to}>
                <NavLink item={item} {...(onGo ? { onGo } : {})} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function NavLink({ item, onGo }: { item: NavItem; onGo?: () => void }) {
  return (
    <Link
      to={item.to}
      activeOptions={{ exact: item.to === '/', includeSearch: false }}
      onClick={onGo}
      className="flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-sm text-ink-2 transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent"
    >
      <Icon name={item.icon} />
      {item.label}
    </Link>
  );
}

function TopBar({ onMenu, onPalette }: { onMenu: () => void; onPalette: () => void }) {
  return (
    <header className="sticky top-0 z-10 border-b border-line bg-canvas/85 backdrop-blur print:hidden">
      <div className="mx-auto flex h-14 max-w-384 items-center gap-3 px-4 sm:px-6">
        <IconButton label="Menu" icon="menu" onClick={onMenu} className="-ml-2 lg:hidden" />
        <span className="lg:hidden">
          <Logo size={24} />
        </span>
        <button
          type="button"
          onClick={onPalette}
          className="control flex w-full max-w-72 items-center gap-2 text-ink-3 max-sm:w-auto max-sm:border-transparent max-sm:bg-transparent max-sm:shadow-none"
        >
          <Icon name="search" size={15} />
          <span className="max-sm:sr-only">Jump or search</span>
          <kbd className="ml-auto rounded border border-line px-1 font-mono text-2xs max-sm:hidden">Ctrl K</kbd>
        </button>
        <div className="ml-auto flex items-center gap-3">
          <LiveIndicator />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}

function PhoneMenu({ open, onClose, groups }: { open: boolean; onClose: () => void; groups: Groups }) {
  return (
    <Dialog.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-veil" />
        <Dialog.Popup
          aria-label="Menu"
          className="fixed inset-y-0 left-0 z-50 flex w-64 flex-col border-r border-line bg-surface shadow-float"
        >
          <div className="flex items-center justify-between pr-3">
            <Brand />
            <Dialog.Close render={<IconButton label="Close menu" icon="close" />} />
          </div>
          <Navigation groups={groups} onGo={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Help({ open, onClose, pages, mayPay }: { open: boolean; onClose: () => void; pages: readonly NavItem[]; mayPay: boolean }) {
  const general: [string, string][] = [
    ['Ctrl K', 'Jump or search'],
    ['/', 'Filter the page'],
    ['j  k', 'Next, previous row'],
    ['Enter', 'Open the row'],
    ['Esc', 'Close'],
    ...(mayPay ? ([['n', 'Send a payment']] as [string, string][]) : []),
    ['?', 'This list'],
  ];
  return (
    <Modal open={open} onClose={onClose} title="Keyboard" wide>
      <div className="grid gap-x-10 gap-y-5 pt-1 sm:grid-cols-2">
        <Keys rows={general} />
        <Keys rows={pages.map((page) => [`g ${page.key}`, page.label])} />
      </div>
    </Modal>
  );
}

function Keys({ rows }: { rows: readonly (readonly [string, string])[] }) {
  return (
    <dl className="space-y-2 text-sm">
      {rows.map(([keys, what]) => (
        <div key={keys} className="flex items-center justify-between gap-4">
          <dt className="order-2">
            <kbd className="rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-xs whitespace-pre">{keys}</kbd>
          </dt>
          <dd className="text-ink-2">{what}</dd>
        </div>
      ))}
    </dl>
  );
}
