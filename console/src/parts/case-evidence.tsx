import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { addEvidence, getEvidence, linkCase } from '../../../src/settlement/compliance/contract.ts';
import { useAllowed, useCommand } from '../api/queries.ts';
import { call } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { readForm } from '../ui/form.ts';
import { Icon } from '../ui/icon.tsx';
import { Card } from '../ui/layout.tsx';
import { ProblemNote } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import type { CaseDetail } from './case-why.tsx';

const size = (bytes: number) =>
  bytes < 1_024 ? `${bytes} bytes` : bytes < 1 << 20 ? `${Math.round(bytes / 1_024)} kB` : `${(bytes / (1 << 20)).toFixed(1)} MB`;

/** Files of a case; the browser is handed what the server kept. */
export function Evidence({ detail }: { detail: CaseDetail }) {
  const allowed = useAllowed();
  const input = useRef<HTMLInputElement>(null);
  const add = useCommand(addEvidence, () => toast('Added'));
  const may = allowed(addEvidence) && detail.state !== 'closed';
  return (
    <Card
      title="Evidence"
      aside={
        may && (
          <Button tone="quiet" icon="upload" busy={add.isPending} onClick={() => input.current?.click()}>
            Add a file
          </Button>
        )
      }
    >
      <input
        ref={input}
        type="file"
        aria-label="Add a file"
        className="hidden"
        accept=".pdf,.png,.jpg,.jpeg,.txt,.csv,.xml,.json,.eml"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file) add.mutate({ id: detail.id, name: file.name.slice(0, 200), document: file });
          event.target.value = '';
        }}
      />
      {add.error && (
        <div className="px-4 pb-3">
          <ProblemNote problem={add.error} />
        </div>
      )}
      {detail.evidence.length === 0 ? (
        <p className="px-4 pb-4 text-sm text-ink-3">No file yet. PDF, PNG, JPEG or text, at most 10 MB.</p>
      ) : (
        <ul className="px-4 pb-3">
          {detail.evidence.map((file) => (
            <li key={file.id} className="flex items-center gap-3 border-t border-line py-2 text-sm first:border-0">
              <Icon name="audit" className="text-ink-3" />
              <button
                type="button"
                className="min-w-0 flex-1 truncate rounded text-left text-accent hover:underline"
                onClick={() => void open(detail.id, file.id)}
              >
                {file.name}
              </button>
              <span className="text-xs whitespace-nowrap text-ink-3" title={`SHA-256 ${file.sha256}, added by ${file.addedBy}`}>
                {size(file.bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

async function open(id: string, evidence: string): Promise<void> {
  const file = await call(getEvidence, { id, evidence });
  const bytes = Uint8Array.from(atob(file.content), (char) => char.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: file.mediaType }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  URL.revokeObjectURL(url);
}

/** What belongs to a case: payments, parties, other cases. */
export function Links({ detail }: { detail: CaseDetail }) {
  const allowed = useAllowed();
  const link = useCommand(linkCase, () => toast('Linked'));
  const may = allowed(linkCase) && detail.state !== 'closed';
  return (
    <Card title="Linked" aside={`${detail.links.length}`}>
      <ul className="max-h-64 overflow-y-auto px-4 pb-2">
        {detail.links.map((one) => (
          <li key={one.kind + one.subject} className="flex items-center gap-2 border-t border-line py-2 text-sm first:border-0">
            <span className="w-16 shrink-0 text-xs text-ink-3">{one.kind}</span>
            <LinkTo {...one} />
          </li>
        ))}
      </ul>
      {may && (
        <form
          className="flex items-end gap-2 px-4 pb-4"
          onSubmit={(event) => {
            const subject = readForm(event)('subject').trim();
            const kind = subject.startsWith('pay_') ? 'payment' : subject.startsWith('case_') ? 'case' : 'party';
            if (subject) link.mutate({ id: detail.id, kind, subject });
            event.currentTarget.reset();
          }}
        >
          <TextField label="Id of a payment or case, or an account" name="subject" maxLength={140} className="flex-1" />
          <Button type="submit" busy={link.isPending}>
            Link
          </Button>
        </form>
      )}
      {link.error && (
        <div className="px-4 pb-4">
          <ProblemNote problem={link.error} />
        </div>
      )}
    </Card>
  );
}

function LinkTo({ kind, subject, label }: CaseDetail['links'][number]) {
  if (kind === 'party') return <bdi className="min-w-0 flex-1 truncate">{label}</bdi>;
  const to = kind === 'payment' ? '/payments/$id' : '/cases/$id';
  return (
    <Link to={to} params={{ id: subject }} className="min-w-0 flex-1 truncate rounded text-accent hover:underline">
      <bdi>{label}</bdi>
    </Link>
  );
}
