import { Link } from '@tanstack/react-router';
import { State } from '../ui/badge.tsx';
import { Icon } from '../ui/icon.tsx';
import { Card } from '../ui/layout.tsx';
import { Money } from '../ui/money.tsx';
import { Time } from '../ui/time.tsx';
import type { CaseDetail } from './case-why.tsx';

/** What both parties paid and were paid lately. */
export function Traffic({ detail }: { detail: CaseDetail }) {
  if (detail.traffic.length === 0) return null;
  return (
    <div className="grid gap-4 2xl:grid-cols-2">
      {detail.traffic.map((side) => (
        <Card
          key={side.party}
          title={<bdi>{side.name}</bdi>}
          aside={side.account ? <span className="ident">{side.account}</span> : side.party}
        >
          <ul className="px-4 pb-3">
            {side.payments.slice(0, 10).map((payment) => (
              <li
                key={payment.id + payment.direction}
                className={`flex items-center gap-3 border-t border-line py-1.5 text-sm first:border-0 ${payment.id === detail.paymentId ? 'font-medium' : ''}`}
              >
                <span className={payment.direction === 'sent' ? 'text-outgoing' : 'text-net'} title={payment.direction}>
                  <Icon name={payment.direction === 'sent' ? 'upload' : 'download'} size={14} />
                  <span className="sr-only">{payment.direction}</span>
                </span>
                <Link to="/payments/$id" params={{ id: payment.id }} className="min-w-0 flex-1 truncate rounded hover:underline">
                  <bdi>{payment.other}</bdi>
                </Link>
                <span className="hidden text-xs text-ink-3 sm:block">
                  <Time at={payment.at} />
                </span>
                {payment.decision !== 'reserved' && payment.decision !== 'settled' && <State of={payment.decision} />}
                <Money asset={payment.asset} units={payment.units} />
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </div>
  );
}
