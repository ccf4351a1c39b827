import type { Site } from './console-site.ts';

/** An address, and what shows that the page there has its data (text of a regular expression). */
export type Visited = readonly [address: string, shows: string];

/** What is visited of each route of the console. */
export function pagesOf({ ids }: Pick<Site, 'ids'>): Readonly<Record<string, readonly Visited[]>> {
  return {
    // Of the day on which the site was paid on: midnight may have come since.
    '/': [[`/?day=${ids.day}`, 'Who pays whom']],
    '/payments': [['/payments', 'FIRST-0001|Casa del Mare']],
    '/payments/$id': [
      [`/payments/${ids.settled}`, 'proof verified'],
      [`/payments/${ids.held}`, 'Decision'],
    ],
    '/payments/new': [['/payments/new', 'From bank']],
    '/payments/file': [['/payments/file', 'drop it here']],
    '/messages': [
      ['/messages', 'pacs.008|Credit transfer'],
      ['/messages?box=out', 'Nothing in this box|The operator'],
      ['/messages?box=recalls', 'No recalls'],
    ],
    '/messages/$id': [[`/messages/${ids.message}`, 'As it came']],
    '/messages/out/$id': [[`/messages/out/${ids.outgoing}`, 'As it is sent']],
    '/windows': [['/windows', 'settled']],
    '/windows/days': [['/windows/days', 'No business day is over yet|Positions, and what is carried over']],
    '/windows/$id': [[`/windows/${ids.window}`, 'Positions']],
    '/set-off': [
      ['/set-off', 'WAITS-0001'],
      ['/set-off?show=rounds', '#1'],
    ],
    '/set-off/obligations/$id': [[`/set-off/obligations/${ids.obligation}`, 'only a bank itself']],
    '/set-off/obligations/new': [['/set-off/obligations/new', 'The other bank']],
    '/set-off/preview': [['/set-off/preview', 'Would be cleared']],
    '/set-off/rounds/$id': [[`/set-off/rounds/${ids.round}`, 'After: what is left of it']],
    '/participants': [['/participants', 'Nordfjord Bank']],
    '/participants/$id': [[`/participants/${ids.participant}`, 'Latest payments']],
    '/reports': [['/reports', 'No reports']],
    '/invoices': [['/invoices', 'The service is free']],
    '/invoices/$id': [[`/invoices/${ids.invoice}`, 'Lines']],
    '/custody': [['/custody', 'Published proof of reserves']],
    '/reconciliation': [['/reconciliation', 'Everything is explained']],
    '/screening': [['/screening', 'house']],
    '/cases': [['/cases', 'Viktor Baranovski|screening']],
    '/cases/$id': [[`/cases/${ids.case}`, 'Details']],
    '/limits': [
      ['/limits', 'No limits. Whatever is covered goes through'],
      ['/limits?tab=breakers', 'breaker'],
      ['/limits?tab=rules', 'rule'],
    ],
    '/queues': [['/queues', 'Who waits for whom']],
    '/liquidity': [['/liquidity', 'Money by bank and currency']],
    '/corridors': [['/corridors', 'one of ↓ for →']],
    '/simulator': [['/simulator', 'Liquidity against delay']],
    '/ledger/accounts': [['/ledger/accounts', 'liability']],
    '/ledger/accounts/$id': [[`/ledger/accounts/${ids.account}`, 'Statement']],
    '/ledger/transfers': [['/ledger/transfers', '№']],
    '/ledger/transfers/$id': [[`/ledger/transfers/${ids.transfer}`, 'Proof']],
    '/ledger/balance': [['/ledger/balance', 'balanced']],
    '/audit': [['/audit', 'settlement.close_window']],
    '/access/users': [['/access/users', 'admin']],
    '/access/keys': [['/access/keys', 'payments:write|test']],
    '/notifications': [['/notifications', 'Treasury system']],
    '/notifications/$id': [[`/notifications/${ids.webhook}`, 'Nothing was sent yet|settlement.window_settled']],
    '/password': [['/password', 'New password again']],
    '/readiness': [
      ['/readiness', 'In the way'],
      ['/readiness?show=sign', 'To sign'],
    ],
    '/readiness/wall': [['/readiness/wall', 'In the way']],
  };
}
