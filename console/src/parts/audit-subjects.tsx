import { listAudit } from '../../../src/access/contract.ts';
import type { WireOutput } from '../../../src/base/client.ts';
import { useOperation } from '../api/queries.ts';
import { count, shortId } from '../ui/format.ts';
import { Card } from '../ui/layout.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Reference } from './reference.tsx';

type Row = WireOutput<typeof listAudit>['items'][number];

const COLUMNS: readonly Column<string>[] = [{ head: 'Subject', grow: true, cell: (subject) => <Reference text={subject} /> }];

/** What a row of the audit log is about, in short: the first of several and how many there are besides. */
export function SubjectInShort({ row: { subject, subjectCount = 1 } }: { row: Row }) {
  return (
    <>
      <span className="ident">{shortId(subject)}</span>
      {subjectCount > 1 && <span className="text-xs text-ink-3"> and {count(subjectCount - 1)} more</span>}
    </>
  );
}

/** All that a row is about, where these are several; they are asked for when the row is opened. */
export function AuditSubjects({ row }: { row: Row }) {
  const query = { subject: row.subject, action: row.action, from: row.at, to: row.at, subjects: 'all' as const };
  const asked = useOperation(listAudit, query, { staleMs: Number.POSITIVE_INFINITY });
  const subjects = asked.data && (asked.data.items.find(({ id }) => id === row.id)?.subjects ?? []);
  return (
    <Card title={`On all ${count(row.subjectCount ?? 0)}`}>
      <Table
        label="Subjects"
        columns={COLUMNS}
        rows={subjects}
        keyOf={(subject) => subject}
        problem={asked.error}
        retry={() => void asked.refetch()}
        empty={{ icon: 'audit', title: 'No subjects' }}
        skeletons={5}
      />
    </Card>
  );
}
