import { answers, document, offers, reference, type Proposals } from '../checks.ts';

/** Which document a line asks for, by its words; those that are not there yet fail. */
const BOOKS: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/runbook/, 'docs/operations/runbook.md', []],
  [/incident/, 'docs/operations/incidents.md', ['severity', 'who']],
  [/rollback/, 'docs/operations/rollback.md', ['steps']],
  [/escalat|contact/, 'docs/operations/contacts.md', ['escalation']],
  [/disaster|\bdr\b|rto|recovery/, 'docs/operations/disaster-recovery.md', ['RTO', 'RPO']],
  [/backup|restor/, 'docs/operations/backup.md', ['restore']],
  [/maintenance/, 'docs/operations/maintenance.md', ['window']],
  [/rotation|secret/, 'docs/operations/secrets.md', ['rotation']],
  [/troubleshoot/, 'docs/operations/troubleshooting.md', []],
  [/performance|tuning/, 'docs/reference/performance.md', []],
  [/dashboard|monitor/, 'deploy/README.md', ['alerts']],
  [/post-?mortem/, 'docs/operations/post-mortem.md', []],
  [/config|deploy|admin|operat/, 'docs/how-to/operate.md', ['configuration', 'command line']],
];

const GUIDES: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/change ?log|release note/, 'CHANGELOG.md', []],
  [/architect|diagram/, 'ARCHITECTURE.md', ['the house']],
  [/readme/, 'README.md', ['two commands']],
  [/faq/, 'docs/faq.md', []],
  [/schema|database/, 'docs/reference/database.md', []],
  [/user|end-user|tutorial/, 'docs/tutorial/first-payment.md', []],
  [/develop|setup|guideline|test|ci/, 'CONTRIBUTING.md', []],
  [/contact/, 'docs/operations/contacts.md', []],
  [/configuration change/, 'CHANGELOG.md', []],
  [/known issue|issues/, 'docs/known-issues.md', []],
  [/integration/, 'docs/how-to/connect-a-custodian.md', []],
];

const pick = (text: string, from: typeof BOOKS, otherwise: string) => {
  const found = from.find(([pattern]) => pattern.test(text));
  return [document(found?.[1] ?? otherwise, found && found[2].length > 0 ? { headings: [...found[2]] } : {})];
};

/** What is asked of written things. */
export const DOCUMENT_PROPOSALS: Proposals = {
  G2: ({ text }) =>
    /export/.test(text)
      ? [offers('/v1/privacy/exports')]
      : /delet|anonym/.test(text)
        ? [offers('/v1/privacy/erasures')]
        : [document('docs/operations/retention.md', { headings: ['retention'] })],
  G3: ({ text }) => [answers(/cookie/.test(text) ? '/cookies' : /terms/.test(text) ? '/terms' : '/privacy', { minBytes: 500 })],
  X1: ({ text }) =>
    /error/.test(text)
      ? [reference('docs/reference/errors.md')]
      : /postman/.test(text)
        ? [answers('/openapi.json', { json: [{ at: '$.info.version', op: 'exists' }] })]
        : /limit/.test(text)
          ? [document('docs/how-to/operate.md', { contains: ['RIALTO_LIMIT_BANK'] })]
          : [
              answers('/openapi.json', { json: [{ at: '$.openapi', op: 'contains', value: '3.1' }] }),
              reference('docs/reference/operations.md'),
            ],
  X2: ({ text }) => pick(text, BOOKS, 'docs/operations/runbook.md'),
  X3: ({ text }) => pick(text, GUIDES, 'README.md'),
};
