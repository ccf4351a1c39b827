import { listApiKeys, listAudit, listUsers } from '../../../src/access/contract.ts';
import type { Operation } from '../../../src/base/operation.ts';
import { listChecklists } from '../../../src/readiness/contract.ts';
import { listAccounts, listTransfers, trialBalance } from '../../../src/ledger/contract.ts';
import { getNotificationPreferences } from '../../../src/settlement/notification/preference-contract.ts';
import { listInvoices } from '../../../src/settlement/fee/contract.ts';
import { listCases } from '../../../src/settlement/compliance/contract.ts';
import { listMessages } from '../../../src/settlement/message/contract.ts';
import { getOverview } from '../../../src/settlement/overview/contract.ts';
import { listCorridors, listLiquidity } from '../../../src/settlement/liquidity/contract.ts';
import { getLatestReserveProof } from '../../../src/settlement/custody/reserves-contract.ts';
import { listBreaks } from '../../../src/settlement/reconciliation/break-contract.ts';
import { listParticipants } from '../../../src/settlement/participant/contract.ts';
import { listPayments } from '../../../src/settlement/payment/contract.ts';
import { listQueue } from '../../../src/settlement/queue/contract.ts';
import { listReports } from '../../../src/settlement/report/contract.ts';
import { listLimits } from '../../../src/settlement/risk/contract.ts';
import { listScreeningLists } from '../../../src/settlement/screening/contract.ts';
import { listSimulations } from '../../../src/settlement/simulator/contract.ts';
import { listObligations } from '../../../src/settlement/obligation/contract.ts';
import { listWindows } from '../../../src/settlement/window/contract.ts';
import type { IconName } from '../ui/icon.tsx';

/** A page in the navigation: shown to whoever may call the operation that it lives on. `key` follows `g`. */
export type NavItem = { to: string; label: string; icon: IconName; operation: Operation; key: string };

/** Every page that exists, in groups; a new module adds its lines here. */
const NAV: readonly { title: string; items: readonly NavItem[] }[] = [
  {
    title: 'Settlement',
    items: [
      { to: '/', label: 'Overview', icon: 'overview', operation: getOverview, key: 'o' },
      { to: '/payments', label: 'Payments', icon: 'payments', operation: listPayments, key: 'p' },
      { to: '/messages', label: 'Messages', icon: 'messages', operation: listMessages, key: 'x' },
      { to: '/windows', label: 'Windows', icon: 'windows', operation: listWindows, key: 'w' },
      { to: '/set-off', label: 'Set-off', icon: 'setOff', operation: listObligations, key: 'j' },
      { to: '/participants', label: 'Participants', icon: 'participants', operation: listParticipants, key: 'b' },
      { to: '/custody', label: 'Custody', icon: 'lock', operation: getLatestReserveProof, key: 'y' },
      { to: '/reconciliation', label: 'Reconciliation', icon: 'check', operation: listBreaks, key: 'z' },
      { to: '/reports', label: 'Reports', icon: 'reports', operation: listReports, key: 'r' },
      { to: '/invoices', label: 'Invoices', icon: 'invoices', operation: listInvoices, key: 'i' },
      { to: '/screening', label: 'Screening', icon: 'screening', operation: listScreeningLists, key: 's' },
      { to: '/cases', label: 'Cases', icon: 'cases', operation: listCases, key: 'c' },
      { to: '/limits', label: 'Limits', icon: 'limits', operation: listLimits, key: 'm' },
    ],
  },
  {
    title: 'Liquidity',
    items: [
      { to: '/queues', label: 'Queues', icon: 'queues', operation: listQueue, key: 'q' },
      { to: '/liquidity', label: 'Liquidity', icon: 'liquidity', operation: listLiquidity, key: 'f' },
      { to: '/corridors', label: 'Corridors', icon: 'corridors', operation: listCorridors, key: 'd' },
      { to: '/simulator', label: 'Simulator', icon: 'simulator', operation: listSimulations, key: 'v' },
    ],
  },
  {
    title: 'Ledger',
    items: [
      { to: '/ledger/accounts', label: 'Accounts', icon: 'accounts', operation: listAccounts, key: 'a' },
      { to: '/ledger/transfers', label: 'Transfers', icon: 'transfers', operation: listTransfers, key: 't' },
      { to: '/ledger/balance', label: 'Trial balance', icon: 'balance', operation: trialBalance, key: 'e' },
    ],
  },
  {
    title: 'Control',
    items: [
      { to: '/readiness', label: 'Readiness', icon: 'readiness', operation: listChecklists, key: 'h' },
      { to: '/audit', label: 'Audit log', icon: 'audit', operation: listAudit, key: 'l' },
      { to: '/access/users', label: 'Users', icon: 'users', operation: listUsers, key: 'u' },
      { to: '/notifications', label: 'Notifications', icon: 'bell', operation: getNotificationPreferences, key: 'n' },
      { to: '/access/keys', label: 'API keys', icon: 'keys', operation: listApiKeys, key: 'k' },
    ],
  },
];

/** The page of the navigation that an address lies below, if any. */
export function navItemAt(pathname: string): NavItem | undefined {
  const isAt = ({ to }: NavItem) => pathname === to || (to !== '/' && pathname.startsWith(`${to}/`));
  return NAV.flatMap(({ items }) => items).find(isAt);
}

/** The groups with the pages that may be shown; a member's user has no trial balance of the whole book. */
export function visibleNav(allowed: (operation: Operation) => boolean, isMember: boolean) {
  const shown = (item: NavItem) =>
    allowed(item.operation) &&
    !(
      isMember &&
      (item.operation === trialBalance ||
        item.operation === listLimits ||
        item.operation === listBreaks ||
        item.operation === listSimulations)
    );
  return NAV.map((group) => ({ ...group, items: group.items.filter(shown) })).filter((group) => group.items.length > 0);
}
