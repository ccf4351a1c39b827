import { themesOf } from '../theme.ts';

/** What can be seen of a running system. */
export const OBSERVABILITY = themesOf('Observability', 'DevOps Lead', [
  [
    'O1',
    'A+',
    'Metrics of technology and business are exposed',
    'metrics exposed|business metrics|application metrics|database metrics|cache metrics|service metrics|custom metrics|metrics accurate|metrics endpoint|application monitoring|infrastructure monitoring|apm|metric collection|error rates metric|business metrics defined|trading monitoring|revenue analytics|response times metric|instrumentation|counters|gauge|metric families|exporter',
  ],
  [
    'O2',
    'B',
    'Prometheus scrapes every service',
    'prometheus|prometheus scraping|scrape|monitoring stack|services visible monitoring|monitoring configured|monitoring tools|monitoring enabled|monitoring services|full monitoring|prometheus running|external monitoring|monitoring system collecting|targets up|scraped|uptime check|metrics collected',
  ],
  [
    'O3',
    'B',
    'Dashboards exist and show data',
    'dashboard|grafana|dashboards|custom dashboards|monitoring dashboards ready|dashboards showing|trace analysis dashboards|business dashboards|monitoring dashboard|grafana running|panel|panels|graphs',
  ],
  [
    'O4',
    'A+',
    'Logs are written, structured, rotated and kept',
    'log rotation|structured logging|application logs|access logs|error logs|log retention|log levels appropriate|log levels appropriate logging|json format log|excessive logging|log levels configured|logs written|error logs monitored|warnings logs|logging|json lines|logs rotated|logs kept days|log volume|log format',
  ],
  [
    'O5',
    'B',
    'Logs come together in one place',
    'log aggregation|centralized logging|elk|loki|splunk|cloudwatch|central log|log shipping|logs together|central store|shipped logs|siem|marker',
  ],
  [
    'O6',
    'A+',
    'Access and changes are recorded for audits',
    'audit log|audit logs|audit logging|audit trail|sensitive operations audit|access changes logged|audit logs enabled|audit logging enabled|who did what|audit record|chained audit',
  ],
  [
    'O7',
    'B',
    'Alerts are defined, arrive, and were tried',
    'alert|alert rules|alerts configured|test alert|alert manager|alertmanager|alert channels|critical alerts|warning alerts|alerting|alert thresholds|pagerduty|opsgenie|system alerts|security alerts|monitoring alerting active|notifications failure|enable alerts|alerts working|alarm|alarms|test alert reached|alert rules loaded|paging rule',
  ],
  [
    'O8',
    'A+',
    'Requests can be traced through services',
    'tracing|distributed tracing|trace sampling|trace retention|trace|span|opentelemetry|jaeger|zipkin|follow request|correlation id|trace id',
  ],
  [
    'O9',
    'A+',
    'Errors are tracked one by one',
    'error tracking|sentry|exception tracking|crash reporting|unexpected error|exceptions reported|stack trace|errors tracked',
  ],
  [
    'O10',
    'C+',
    'Somebody is on call and knows whom to wake',
    'on call|on call rotation|escalation policy|escalation policies|alert response|24 7 support|response critical alerts|rota|pager duty schedule|on duty|paging|answered within minutes',
  ],
  [
    'O11',
    'B',
    'Everything critical is watched',
    'monitoring coverage|100 components monitored|critical components monitored|coverage monitoring|everything monitored|blind spot|components scraped|all watched',
  ],
]);
