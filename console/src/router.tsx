import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link, type ErrorComponentProps } from '@tanstack/react-router';
import type { Search } from './parts/filters.tsx';
import { Shell } from './parts/shell.tsx';
import { Button, buttonClass } from './ui/button.tsx';
import { Empty } from './ui/states.tsx';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Broken,
  validateSearch: (search): Search => search as Search,
});

const page = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component, errorComponent: Broken });

const payments = page(
  '/payments',
  lazyRouteComponent(() => import('./pages/payments.tsx'), 'PaymentsPage'),
);
const invoices = page(
  '/invoices',
  lazyRouteComponent(() => import('./pages/invoices.tsx'), 'InvoicesPage'),
);
const messages = page(
  '/messages',
  lazyRouteComponent(() => import('./pages/messages.tsx'), 'MessagesPage'),
);
const setOff = page(
  '/set-off',
  lazyRouteComponent(() => import('./pages/set-off.tsx'), 'SetOffPage'),
);
const transfers = page(
  '/ledger/transfers',
  lazyRouteComponent(() => import('./pages/transfers.tsx'), 'TransfersPage'),
);

const routes = [
  page(
    '/',
    lazyRouteComponent(() => import('./pages/overview.tsx'), 'OverviewPage'),
  ),
  payments.addChildren([
    createRoute({
      getParentRoute: () => payments,
      path: 'new',
      component: lazyRouteComponent(() => import('./pages/send-payment.tsx'), 'SendPayment'),
    }),
    createRoute({
      getParentRoute: () => payments,
      path: 'file',
      component: lazyRouteComponent(() => import('./pages/send-file.tsx'), 'SendFile'),
    }),
    createRoute({
      getParentRoute: () => payments,
      path: '$id',
      component: lazyRouteComponent(() => import('./pages/payment.tsx'), 'PaymentDrawer'),
    }),
  ]),
  messages.addChildren([
    createRoute({
      getParentRoute: () => messages,
      path: '$id',
      component: lazyRouteComponent(() => import('./pages/message.tsx'), 'MessageDrawer'),
    }),
    createRoute({
      getParentRoute: () => messages,
      path: 'out/$id',
      component: lazyRouteComponent(() => import('./pages/message.tsx'), 'OutgoingDrawer'),
    }),
  ]),
  page(
    '/windows',
    lazyRouteComponent(() => import('./pages/windows.tsx'), 'WindowsPage'),
  ),
  page(
    '/windows/days',
    lazyRouteComponent(() => import('./pages/business-days.tsx'), 'BusinessDaysPage'),
  ),
  page(
    '/windows/$id',
    lazyRouteComponent(() => import('./pages/window.tsx'), 'WindowPage'),
  ),
  setOff.addChildren([
    createRoute({
      getParentRoute: () => setOff,
      path: 'obligations/new',
      component: lazyRouteComponent(() => import('./pages/bring-in.tsx'), 'BringIn'),
    }),
    createRoute({
      getParentRoute: () => setOff,
      path: 'obligations/$id',
      component: lazyRouteComponent(() => import('./pages/obligation.tsx'), 'ObligationDrawer'),
    }),
  ]),
  page(
    '/set-off/preview',
    lazyRouteComponent(() => import('./pages/set-off-preview.tsx'), 'SetOffPreviewPage'),
  ),
  page(
    '/set-off/rounds/$id',
    lazyRouteComponent(() => import('./pages/set-off-round.tsx'), 'SetOffRoundPage'),
  ),
  page(
    '/participants',
    lazyRouteComponent(() => import('./pages/participants.tsx'), 'ParticipantsPage'),
  ),
  page(
    '/participants/$id',
    lazyRouteComponent(() => import('./pages/participant.tsx'), 'ParticipantPage'),
  ),
  page(
    '/reports',
    lazyRouteComponent(() => import('./pages/reports.tsx'), 'ReportsPage'),
  ),
  invoices.addChildren([
    createRoute({
      getParentRoute: () => invoices,
      path: '$id',
      component: lazyRouteComponent(() => import('./pages/invoice.tsx'), 'InvoiceDrawer'),
    }),
  ]),
  page(
    '/custody',
    lazyRouteComponent(() => import('./pages/custody.tsx'), 'CustodyPage'),
  ),
  page(
    '/reconciliation',
    lazyRouteComponent(() => import('./pages/reconciliation.tsx'), 'ReconciliationPage'),
  ),
  page(
    '/screening',
    lazyRouteComponent(() => import('./pages/screening.tsx'), 'ScreeningPage'),
  ),
  page(
    '/cases',
    lazyRouteComponent(() => import('./pages/cases.tsx'), 'CasesPage'),
  ),
  page(
    '/cases/$id',
    lazyRouteComponent(() => import('./pages/case.tsx'), 'CasePage'),
  ),
  page(
    '/limits',
    lazyRouteComponent(() => import('./pages/limits.tsx'), 'LimitsPage'),
  ),
  page(
    '/queues',
    lazyRouteComponent(() => import('./pages/queues.tsx'), 'QueuesPage'),
  ),
  page(
    '/liquidity',
    lazyRouteComponent(() => import('./pages/liquidity.tsx'), 'LiquidityPage'),
  ),
  page(
    '/corridors',
    lazyRouteComponent(() => import('./pages/corridors.tsx'), 'CorridorsPage'),
  ),
  page(
    '/simulator',
    lazyRouteComponent(() => import('./pages/simulator.tsx'), 'SimulatorPage'),
  ),
  page(
    '/ledger/accounts',
    lazyRouteComponent(() => import('./pages/accounts.tsx'), 'AccountsPage'),
  ),
  page(
    '/ledger/accounts/$id',
    lazyRouteComponent(() => import('./pages/account.tsx'), 'AccountPage'),
  ),
  transfers.addChildren([
    createRoute({
      getParentRoute: () => transfers,
      path: '$id',
      component: lazyRouteComponent(() => import('./pages/transfer.tsx'), 'TransferDrawer'),
    }),
  ]),
  page(
    '/ledger/balance',
    lazyRouteComponent(() => import('./pages/trial-balance.tsx'), 'TrialBalancePage'),
  ),
  page(
    '/readiness',
    lazyRouteComponent(() => import('./pages/readiness.tsx'), 'ReadinessPage'),
  ),
  page(
    '/readiness/wall',
    lazyRouteComponent(() => import('./pages/readiness-wall.tsx'), 'ReadinessWall'),
  ),
  page(
    '/audit',
    lazyRouteComponent(() => import('./pages/audit.tsx'), 'AuditPage'),
  ),
  page(
    '/access/users',
    lazyRouteComponent(() => import('./pages/users.tsx'), 'UsersPage'),
  ),
  page(
    '/access/keys',
    lazyRouteComponent(() => import('./pages/keys.tsx'), 'KeysPage'),
  ),
  page(
    '/notifications',
    lazyRouteComponent(() => import('./pages/notifications.tsx'), 'NotificationsPage'),
  ),
  page(
    '/notifications/$id',
    lazyRouteComponent(() => import('./pages/webhook.tsx'), 'WebhookPage'),
  ),
  page(
    '/password',
    lazyRouteComponent(() => import('./pages/password.tsx'), 'PasswordPage'),
  ),
];

/** Plain `?name=text`: addresses that a person can read, write and send on. */
function readSearch(text: string): Search {
  return Object.fromEntries(new URLSearchParams(text));
}

function writeSearch(search: object): string {
  const filled = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(filled.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch: readSearch,
  stringifySearch: writeSearch,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <div className="card">
      <h1 className="sr-only">Not found</h1>
      <Empty title="There is no such page">
        <Link to="/" className={buttonClass('plain', 'mt-3')}>
          To the start
        </Link>
      </Empty>
    </div>
  );
}

/** A page that fell over; after an update of the server its parts may have new names, which a reload fetches. */
function Broken({ error }: ErrorComponentProps) {
  return (
    <div className="card" role="alert">
      <h1 className="sr-only">Something went wrong</h1>
      <Empty icon="warning" title="This page failed">
        <p>{error instanceof Error ? error.message : String(error)}</p>
        <Button className="mt-3" onClick={() => location.reload()}>
          Reload
        </Button>
      </Empty>
    </div>
  );
}
