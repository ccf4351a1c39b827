import { themesOf } from '../theme.ts';

/** Backups and recovery. */
export const RECOVERY = themesOf('Backup and recovery', 'Database Administrator', [
  [
    'B1',
    'B',
    'Backups are made on time and are young enough',
    'backup|backup schedule|backup configured|automated backup|backup completed|daily backup|backup strategy|backup running|database backup|backup service|first backup|initial backup|backup verification|backups completed|backup continuous|snapshot|dump|backup age|nightly backup|wal archive|newest backup|backup taken',
  ],
  [
    'B2',
    'B',
    'Backups are encrypted, elsewhere, and kept long enough',
    'backup encryption|backup retention|remote backup|backup remote|backup s3|bucket|s3 encryption|encrypted backup|offsite|backup stored|backup upload|30 days retention backup|iam user backup|retention policy backup|bucket created|second place|copy elsewhere|backup kept days|immutable backup|backups kept|backups encrypted',
  ],
  [
    'B3',
    'B',
    'Restoring was tried, and how long it took is known',
    'restore|restore tested|backup restoration|restoration tested|recovery time objective|recovery point objective|rto|rpo|backup restore tested|backup systems restore|restore practised|recover data|point in time|restored',
  ],
  [
    'B4',
    'B',
    'Disasters: the plan was practised',
    'disaster recovery|failover procedure|recovery procedure|disaster recovery capacity|failover procedures tested|recovery procedures tested|backup disaster recovery|dr tested|losing site|region outage|disaster practised|business continuity|disaster',
  ],
]);

/** Law and privacy. */
export const COMPLIANCE = themesOf('Compliance and privacy', 'Compliance Officer', [
  [
    'G1',
    'A+',
    'Consent and privacy of advertising are enforced',
    'privacy middleware|gdpr enforce|ccpa|ip anonymization|geo enforcement|consent|tcf|anonymize ip|privacy enforcement|identity leaves|advertising consent|do not track',
  ],
  [
    'G2',
    'A+',
    'Data of a person is kept, exported and deleted as the law says',
    'data retention|right deletion|data deletion|data export|anonymization|user data deletion|retention policy data|pii anonymization|gdpr compliance data protection|right to be forgotten|retention policies|erase|subject access|data kept|purge|retention period|retention',
  ],
  [
    'G3',
    'B',
    'Privacy policy, terms and cookies are published',
    'privacy policy|terms of service|cookie policy|policy published|terms published|terms service|imprint|legal notice|terms|privacy',
  ],
  [
    'G4',
    'C',
    'Lawyers and compliance officers agree',
    'gdpr compliance|pci dss|regulatory requirements|compliance verified|regulatory compliance|compliance validated|legal review|financial regulation|compliance|lawyer|counsel|licence|soc 2|iso 27001|hipaa|legal',
  ],
]);

/** Written things. */
export const DOCUMENTS = themesOf('Documents', 'Technical Lead', [
  [
    'X1',
    'B',
    'The interface is described for programs and people',
    'api documentation|api documentation complete|openapi|swagger|postman|error codes documented|rate limits documented|authentication guide|api docs|api integration guide|api specification|endpoint reference|api reference|api described|sdk',
  ],
  [
    'X2',
    'B',
    'People who operate it have their books',
    'runbook|incident response|incident response procedures|rollback procedures|escalation procedures|maintenance procedures|troubleshooting guide|disaster recovery plan|dr plan|deployment guide|escalation path|contacts list|backup restore procedures|operational procedures|admin documentation|restoration procedure documented|rotation schedule documented|rto rpo defined|support processes|performance tuning guide|configuration guide|deployment runbook|procedures documented|dashboard guide|post mortem template|update runbook|handbook|playbook|operations manual|how to operate|crash described|operations handbook',
  ],
  [
    'X3',
    'B',
    'Users and developers have theirs: guides, changes, diagrams',
    'user guide|user documentation|readme|changelog|change log|release notes|architecture diagram|architecture documented|faq|developer documentation|setup instructions|development guidelines|known issues documented|system architecture|database schema documented|configuration changes documented|ci cd docs|documentation updated|document issues|testing procedures|update documentation|tutorials|contact information|update changelog|guide|guides|wiki|manual|diagram',
  ],
  [
    'X4',
    'C',
    'Documents were read and found good',
    'documentation complete|plan reviewed|documents reviewed|documentation perfect|plan familiar|disaster recovery plan reviewed|incident response plan reviewed|all documentation updated|documentation reviewed|operational procedures documented complete|read documents|have read|nothing missing|proofread',
  ],
]);
