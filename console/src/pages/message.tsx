import { useNavigate, useParams } from '@tanstack/react-router';
import type { WireOutput } from '../../../src/base/client.ts';
import { getMessage, getMessageAnswer, getMessageDocument, getOutgoingDocument } from '../../../src/settlement/message/contract.ts';
import { useOperation } from '../api/queries.ts';
import { download } from '../parts/download.ts';
import { XmlView } from '../parts/xml-view.tsx';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Facts } from '../ui/layout.tsx';
import { Failure, Skeleton } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { KINDS, OutcomeBadge } from './messages.tsx';

type Message = WireOutput<typeof getMessage>;

/** One message that came in: what became of it, what was wrong and where, its bytes and its answer. */
export function MessageDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getMessage, { id: id! });
  const message = asked.data;
  return (
    <Drawer
      open
      onClose={() => void navigate({ to: '/messages', search: true })}
      title={message ? (KINDS[message.kind.slice(0, 8)] ?? message.kind) : 'Message'}
      lead={message && <span className="ident break-all">{message.messageId}</span>}
    >
      {message ? (
        <Body message={message} />
      ) : asked.error ? (
        <Failure problem={asked.error} retry={() => void asked.refetch()} />
      ) : (
        <Skeleton className="h-48 rounded-xl" />
      )}
    </Drawer>
  );
}

function Body({ message }: { message: Message }) {
  const { id } = message;
  const document = useOperation(getMessageDocument, { id }, { staleMs: Infinity });
  const answer = useOperation(getMessageAnswer, { id }, { enabled: message.outcome !== undefined, staleMs: Infinity });
  return (
    <div className="space-y-5">
      <div className="card px-5 py-4">
        <Facts
          items={[
            ['Outcome', <OutcomeBadge key="outcome" of={message.outcome} />],
            [
              'Kind',
              <span key="kind" className="ident">
                {message.kind}
              </span>,
            ],
            ['Sender', message.sender],
            ['Received', <Time key="at" at={message.receivedAt} />],
            [
              'Transactions',
              <span key="count" className="num">
                {count(message.transactions)}
              </span>,
            ],
            ['SHA-256', <Copyable key="hash" text={message.hash} label="hash" />],
          ]}
        />
      </div>
      {message.refusals.length > 0 && <Refusals refusals={message.refusals} />}
      <Xml title="As it came" xml={document.data} problem={document.error} marks={message.refusals} name={`${message.messageId}.xml`} />
      {message.outcome !== undefined && (
        <Xml
          title={`Answered with ${message.answerKind ?? 'a report'}`}
          xml={answer.data}
          problem={answer.error}
          name={`answer-${message.messageId}.xml`}
        />
      )}
    </div>
  );
}

function Refusals({ refusals }: { refusals: Message['refusals'] }) {
  return (
    <section aria-label="What was wrong">
      <h3 className="mb-2 text-sm font-semibold">What was wrong</h3>
      <ul className="card divide-y divide-line">
        {refusals.map(({ code, path, text, rule }) => (
          <li key={`${code}${path}${text}`} className="px-4 py-3 text-sm">
            <p>
              <span className="mr-2 font-mono font-medium text-bad">{code}</span>
              {text}
            </p>
            <p className="ident mt-0.5 break-all">
              {path || 'the message'}
              {rule && <span className="text-ink-3"> · rule {rule}</span>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

type XmlProps = {
  title: string;
  xml: string | undefined;
  problem: Parameters<typeof Failure>[0]['problem'] | null;
  marks?: Message['refusals'];
  name: string;
};

function Xml({ title, xml, problem, marks, name }: XmlProps) {
  return (
    <section>
      <div className="mb-2 flex items-center justify-between gap-3">
        <h3 className="text-sm font-semibold">{title}</h3>
        {xml !== undefined && (
          <Button icon="download" onClick={() => download(name, xml, 'application/xml')}>
            Download
          </Button>
        )}
      </div>
      {xml !== undefined ? (
        <XmlView xml={xml} label={title} {...(marks && { marks })} />
      ) : problem ? (
        <Failure problem={problem} />
      ) : (
        <Skeleton className="h-48 rounded-xl" />
      )}
    </section>
  );
}

/** One message for a bank. */
export function OutgoingDrawer() {
  const { id } = useParams({ strict: false });
  const navigate = useNavigate();
  const asked = useOperation(getOutgoingDocument, { id: id! }, { staleMs: Infinity });
  const kind = asked.data && /tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})/.exec(asked.data)?.[1];
  return (
    <Drawer
      open
      onClose={() => void navigate({ to: '/messages', search: true })}
      title={(kind && KINDS[kind.slice(0, 8)]) || 'Message'}
      lead={kind && <span className="ident">{kind}</span>}
    >
      <Xml title="As it is sent" xml={asked.data} problem={asked.error} name={`${kind ?? 'message'}-${id}.xml`} />
    </Drawer>
  );
}
