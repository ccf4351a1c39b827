import { useNavigate } from '@tanstack/react-router';
import { useState, type DragEvent } from 'react';
import { submitIso20022 } from '../../../src/settlement/payment/contract.ts';
import { useCommand } from '../api/queries.ts';
import { download } from '../parts/download.ts';
import { readStatusReport, type TransactionStatus } from '../parts/pacs002.ts';
import { XmlView } from '../parts/xml-view.tsx';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Drawer } from '../ui/dialog.tsx';
import { count } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';

const MEANINGS: Record<string, [string, Tone]> = {
  RJCT: ['rejected', 'bad'],
  PDNG: ['held for review', 'warn'],
  ACTC: ['accepted', 'accent'],
  ACSP: ['accepted', 'accent'],
  ACCP: ['accepted', 'accent'],
  ACWC: ['accepted with change', 'accent'],
  ACSC: ['settled', 'good'],
  ACCC: ['settled', 'good'],
  PART: ['taken in part', 'warn'],
  ACCR: ['cancelled', 'good'],
  CNCL: ['cancelled', 'good'],
  RJCR: ['refused', 'bad'],
  PDCR: ['asked of the other bank', 'warn'],
  PECR: ['some cancelled', 'warn'],
};

const columns: readonly Column<TransactionStatus>[] = [
  { head: 'End-to-end id', cell: (row) => <span className="ident break-all">{row.endToEndId || row.uetr || '–'}</span> },
  {
    head: 'Status',
    cell: (row) => <Badge tone={MEANINGS[row.status]?.[1] ?? 'plain'}>{MEANINGS[row.status]?.[0] ?? row.status}</Badge>,
  },
  { head: 'Reason', grow: true, cell: (row) => <span className="block text-ink-2">{row.reasons.join('; ')}</span> },
];

/** A message of any kind goes in, what it is answered comes out. */
export function SendFile() {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const send = useCommand(submitIso20022);
  const close = () => void navigate({ to: '/payments', search: true });
  function take(file: File | undefined) {
    if (!file) return;
    setName(file.name);
    send.mutate({ document: file });
  }
  return (
    <Drawer
      open
      onClose={close}
      title="Send a message"
      lead="ISO 20022 XML of any kind that banks send: payments, returns, recalls, questions. The answer comes at once."
    >
      <div className="space-y-4 pt-2">
        <DropZone busy={send.isPending} onFile={take} />
        <ProblemNote problem={send.error} />
        {send.data && <Report xml={send.data} name={name} />}
      </div>
    </Drawer>
  );
}

function DropZone({ busy, onFile }: { busy: boolean; onFile: (file: File | undefined) => void }) {
  const [over, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    onFile(event.dataTransfer.files[0]);
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- dropping is for the mouse; the field inside is the way for keys
    <label
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`flex cursor-pointer flex-col items-center gap-2 rounded-xl border-2 border-dashed px-6 py-10 text-center text-sm transition-colors has-focus-visible:border-accent ${over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-surface hover:bg-sunken/50'}`}
    >
      <Icon name="upload" size={22} className="text-ink-3" />
      <span>
        <span className="font-medium text-accent">{busy ? 'Sending…' : 'Choose a file'}</span> or drop it here
      </span>
      <span className="text-xs text-ink-3">XML, up to 8 MB</span>
      <input
        type="file"
        accept=".xml,application/xml,text/xml"
        className="sr-only"
        disabled={busy}
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </label>
  );
}

function Report({ xml, name }: { xml: string; name: string }) {
  const report = readStatusReport(xml);
  const kind = /tech:xsd:([a-z]{4}\.\d{3})/.exec(xml)?.[1] ?? 'answer';
  const [word, tone] = MEANINGS[report?.groupStatus ?? ''] ?? [report?.groupStatus || 'answered', 'plain'];
  return (
    <section className="card" aria-label="Status report">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
        <p className="min-w-0 truncate text-sm font-medium">
          {name} <Badge tone={tone}>{word}</Badge>
        </p>
        <Button icon="download" onClick={() => download(`${kind}-${name}`, xml, 'application/xml')}>
          {kind}
        </Button>
      </div>
      {report && report.transactions.length > 0 && (
        <Table<TransactionStatus>
          label={`${count(report.transactions.length)} transactions`}
          rows={report.transactions}
          keyOf={(row) => `${row.endToEndId}${row.uetr}`}
          empty={{ title: 'No transactions' }}
          columns={columns}
        />
      )}
      <details className="border-t border-line px-4 py-3 text-sm">
        <summary className={buttonClass('quiet', '-ml-3')}>Show the XML</summary>
        <div className="mt-2">
          <XmlView xml={xml} label="The answer" />
        </div>
      </details>
    </section>
  );
}
