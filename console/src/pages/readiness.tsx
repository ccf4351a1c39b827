import { Link } from '@tanstack/react-router';
import { useState, type FormEvent, type ReactNode } from 'react';
import {
  downloadReport,
  getChecklist,
  listChecklists,
  startRun,
  uploadBindings,
  uploadChecklist,
} from '../../../src/readiness/contract.ts';
import { useAllowed, useCommand, useOperation } from '../api/queries.ts';
import { fetchFile } from '../api/session.ts';
import { download } from '../parts/download.ts';
import { useFilters } from '../parts/filters.tsx';
import { AsWritten } from '../parts/readiness-checklist.tsx';
import { Gate } from '../parts/readiness-gate.tsx';
import { LineDrawer } from '../parts/readiness-line.tsx';
import { RemoveChecklist } from '../parts/readiness-remove.tsx';
import { AfterRelease } from '../parts/readiness-watch.tsx';
import { Signers } from '../parts/readiness-signers.tsx';
import { decisionOf, type Checklist } from '../parts/readiness-state.tsx';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { FormButtons } from '../ui/form-buttons.tsx';
import { Modal } from '../ui/dialog.tsx';
import { Select, SelectField, TextField } from '../ui/field.tsx';
import { count } from '../ui/format.ts';
import { readForm } from '../ui/form.ts';
import { PageHead } from '../ui/layout.tsx';
import { Empty, FailurePage, ProblemNote, Skeleton } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';

/** A production checklist against what runs: the decision on top, below it the document as it is written. */
export function ReadinessPage() {
  const [search, set] = useFilters();
  const list = useOperation(listChecklists, {});
  const name = search['checklist'] ?? list.data?.items[0]?.name;
  const asked = useOperation(getChecklist, { name: name ?? '' }, { enabled: name !== undefined, keep: true });
  const checklist = asked.data;
  if (list.error && !list.data) return <FailurePage problem={list.error} retry={() => void list.refetch()} />;
  if (asked.error && !checklist) return <FailurePage problem={asked.error} retry={() => void asked.refetch()} />;
  return (
    <>
      <PageHead title="Readiness" name="Readiness" lead={checklist?.title ?? 'Production checklists, checked against what runs'}>
        <ChooseChecklist items={list.data?.items ?? []} name={name} choose={(next) => set({ checklist: next, line: undefined })} />
        {checklist && <Actions checklist={checklist} />}
        {checklist && <RemoveChecklist checklist={checklist} removed={() => set({ checklist: undefined, line: undefined })} />}
        <Upload />
      </PageHead>
      {checklist ? (
        <>
          <Progress checklist={checklist} />
          <Gate checklist={checklist} />
          <AfterRelease name={checklist.name} />
          <AsWritten checklist={checklist} />
          <Document checklist={checklist} />
        </>
      ) : list.data?.items.length === 0 ? (
        <div className="card">
          <Empty title="There is no checklist">Load one as it is written, in Markdown.</Empty>
        </div>
      ) : (
        <Loading />
      )}
      {name !== undefined && search['line'] && <LineDrawer name={name} line={search['line']} close={() => set({ line: undefined })} />}
    </>
  );
}

function Loading() {
  return (
    <div aria-busy="true" className="space-y-4">
      <Skeleton className="h-44 rounded-xl" />
      <Skeleton className="h-96 rounded-xl" />
    </div>
  );
}

type Item = { name: string; title: string; decision: Checklist['gate']['decision'] };

function ChooseChecklist({ items, name, choose }: { items: readonly Item[]; name: string | undefined; choose: (name: string) => void }) {
  if (items.length < 2) return null;
  return (
    <Select aria-label="Checklist" value={name} onChange={(event) => choose(event.target.value)} className="max-w-56 print:hidden">
      {items.map((item) => (
        <option key={item.name} value={item.name}>
          {item.title} · {decisionOf(item.decision).word}
        </option>
      ))}
    </Select>
  );
}

function Actions({ checklist }: { checklist: Checklist }) {
  const allowed = useAllowed();
  const [open, setOpen] = useState(false);
  const run = useCommand(startRun, () => toast('All checks are run now'));
  return (
    <div className="contents print:hidden">
      <Button icon="users" onClick={() => setOpen(true)}>
        Who may sign
      </Button>
      <Link to="/readiness/wall" search={{ checklist: checklist.name }} className={buttonClass('plain')}>
        Wall
      </Link>
      <ReportMenu name={checklist.name} />
      {allowed(startRun) && (
        <Button tone="primary" busy={run.isPending || checklist.open !== undefined} onClick={() => run.mutate({ name: checklist.name })}>
          Run now
        </Button>
      )}
      {open && <Signers rolesAsked={checklist.rolesAsked} close={() => setOpen(false)} />}
    </div>
  );
}

const FORMATS = ['pdf', 'html', 'markdown', 'json', 'junit', 'text'] as const;
const ENDINGS: Readonly<Record<(typeof FORMATS)[number], string>> = {
  pdf: 'pdf',
  html: 'html',
  markdown: 'md',
  json: 'json',
  junit: 'xml',
  text: 'txt',
};

function ReportMenu({ name }: { name: string }) {
  const fetchReport = async (format: (typeof FORMATS)[number]) => {
    try {
      const file = await fetchFile(downloadReport, { name, format });
      download(`${name}-${new Date().toISOString().slice(0, 10)}.${ENDINGS[format]}`, file, file.type);
    } catch (error) {
      toast((error as Error).message);
    }
  };
  return (
    <Select
      aria-label="Report"
      value=""
      onChange={(event) =>
        event.target.value === 'print' ? window.print() : void fetchReport(event.target.value as (typeof FORMATS)[number])
      }
      className="w-28"
    >
      <option value="">Report…</option>
      <option value="print">Print</option>
      {FORMATS.map((format) => (
        <option key={format} value={format}>
          {format === 'junit' || format === 'pdf' || format === 'json' || format === 'html' ? format.toUpperCase() : format}
        </option>
      ))}
    </Select>
  );
}

/** How far the run is that goes on now. */
function Progress({ checklist: { open } }: { checklist: Checklist }) {
  if (!open) return null;
  const share = open.total === 0 ? 0 : open.done / open.total;
  return (
    <div className="card mb-4 px-5 py-3 print:hidden" role="status">
      <div className="flex justify-between text-sm">
        <span>{open.state === 'queued' ? 'A run waits to begin' : 'Checks are running'}</span>
        <span className="num text-ink-2">{open.total > 0 && `${count(open.done)} of ${count(open.total)}`}</span>
      </div>
      <div className="mt-2 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div className="h-full rounded-full bg-accent transition-all" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

/** What was read of the document, and what it all speaks of. */
function Document({ checklist }: { checklist: Checklist }) {
  const { findings, guessed, run, log, items, criteria, unbound, sha256 } = checklist;
  return (
    <section className="card mt-4 px-5 py-4 text-sm text-ink-2" aria-label="Document">
      <p>
        {count(items)} boxes and {count(criteria)} criteria
        {unbound > 0 && (
          <>
            , <span className="text-bad">{count(unbound)} decided by nothing</span>
          </>
        )}
        {checklist.uploadedBy && `, uploaded by ${checklist.uploadedBy}`}. <span className="ident">{sha256.slice(0, 12)}</span>
      </p>
      {run?.subject && (
        <p className="mt-1">
          The results speak of commit <span className="ident">{run.subject.commit.slice(0, 12)}</span> in {run.subject.environment},
          configuration <span className="ident">{run.subject.configHash.slice(0, 12)}</span>.
        </p>
      )}
      <p className="mt-1">
        Log: {count(log.size)} entries, root <span className="ident">{log.root.slice(0, 16)}…</span>
      </p>
      <Remarks items={findings}>
        The reader has {count(findings.length)} {findings.length === 1 ? 'remark' : 'remarks'} about the document
      </Remarks>
      <Remarks items={guessed}>
        It had to guess {guessed.length === 1 ? 'once' : `${count(guessed.length)} times`}, and goes by what it guessed
      </Remarks>
    </section>
  );
}

const MOST_REMARKS = 200;

/** What the reader says about lines and headings of the document. */
function Remarks({ items, children }: { items: Checklist['findings']; children: ReactNode }) {
  if (items.length === 0) return null;
  return (
    <details className="mt-2">
      <summary className="rounded text-accent">{children}</summary>
      <ul className="mt-2 space-y-1">
        {items.slice(0, MOST_REMARKS).map((item) => (
          <li key={`${item.line}${item.text}`} className="flex items-start gap-2">
            <Badge>line {item.line}</Badge>
            <span className="min-w-0 break-words">{item.text}</span>
          </li>
        ))}
      </ul>
      {items.length > MOST_REMARKS && <p className="mt-1">and {count(items.length - MOST_REMARKS)} more</p>}
    </details>
  );
}

function Upload() {
  const allowed = useAllowed();
  const [open, setOpen] = useState(false);
  if (!allowed(uploadChecklist)) return null;
  return (
    <>
      <Button icon="upload" className="print:hidden" onClick={() => setOpen(true)}>
        Load
      </Button>
      {open && <UploadForm close={() => setOpen(false)} />}
    </>
  );
}

function UploadForm({ close }: { close: () => void }) {
  const [, set] = useFilters();
  const then = (kept: { name: string; takenOut?: { confirmations: readonly unknown[] } }) => {
    close();
    set({ checklist: kept.name, line: undefined });
    const open = kept.takenOut?.confirmations.length ?? 0;
    toast(open === 0 ? 'Kept' : `Kept; ${count(open)} confirmed in the file only: confirm ${open === 1 ? 'it' : 'them'} here`);
  };
  const checklist = useCommand(uploadChecklist, then);
  const bindings = useCommand(uploadBindings, then);
  function submit(event: FormEvent<HTMLFormElement>) {
    const file = new FormData(event.currentTarget).get('file');
    const text = readForm(event);
    const command = text('what') === 'bindings' ? bindings : checklist;
    if (file instanceof File) command.mutate({ name: text('name'), document: file });
  }
  return (
    <Modal
      open
      onClose={close}
      title="Load a checklist"
      lead="A Markdown document as people write it, or the file of what decides its lines."
    >
      <form onSubmit={submit} className="mt-2 space-y-4">
        <TextField
          label="Name"
          name="name"
          required
          pattern="[a-z0-9][a-z0-9\-]{0,59}"
          title="Small letters, digits, hyphens"
          placeholder="release"
          hint="A checklist of that name is replaced."
        />
        <SelectField label="What it is" name="what">
          <option value="checklist">Checklist (Markdown)</option>
          <option value="bindings">Bindings (YAML)</option>
        </SelectField>
        <TextField label="File" name="file" type="file" required accept=".md,.markdown,.yaml,.yml,text/markdown,application/yaml" />
        <ProblemNote problem={checklist.error ?? bindings.error} />
        <FormButtons close={close} act="Load" busy={checklist.isPending || bindings.isPending} />
      </form>
    </Modal>
  );
}
