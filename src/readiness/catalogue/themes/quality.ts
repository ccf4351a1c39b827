import { themesOf } from '../theme.ts';

/** Tests and the state of the code. */
export const QUALITY = themesOf('Tests and quality', 'QA Lead', [
  [
    'Q1',
    'B',
    'All tests pass, with the coverage asked for',
    'unit test|unit tests passing|tests passing|test suite|coverage|test coverage|tests passed|all tests|full test suite|coverage above|tests commit|line coverage|branch coverage|green build',
  ],
  ['Q2', 'B', 'Tests find changed code', 'mutation|mutation score|stryker'],
  [
    'Q3',
    'B',
    'Lint, format and types are clean',
    'lint|linting|eslint|clippy|flake8|code formatting|type checking|formatting verified|static analysis|code linting passed|spec tags|code style|warnings compiler|lint types|clean build',
  ],
  [
    'Q4',
    'B',
    'No known vulnerabilities in code and dependencies',
    'vulnerability|vulnerabilities|security scan|dependency vulnerability|vulnerability scanning|dependency vulnerabilities|dependency check|critical vulnerabilities|security tests pending|npm audit|sast|scan clean|security tests|cve|known vulnerable|dependencies audited|snyk|dependabot|audited',
    {},
    'Security Lead',
  ],
  [
    'Q5',
    'B',
    'Integration and end-to-end tests pass',
    'integration test|integration tests passed|end to end|e2e|e2e tests|functional testing|staging tests|workflow tested|integration testing|infrastructure tests|flow tested|api endpoints tested|error handling tested|tests staging|authentication flow tested|browser tests|contract tests|regression|acceptance tests',
  ],
  [
    'Q6',
    'B',
    'Load and stress tests were run',
    'load test|load tests passed|load testing passed|peak load capacity|stress test|stress testing|performance test|performance testing|benchmark|tps|sustained load|performance tests|peak load|expected load|soak test|spike test|k6|gatling|payments second|peak',
  ],
  [
    'Q7',
    'C',
    'Penetration test, code review, no open serious bugs',
    'penetration test|penetration testing|owasp|code review|critical bugs|security review|no high severity bugs|backlog|bugs|bug bounty|security assessment|peer review|pentest|open finding|defects',
    {},
    'Security Lead',
  ],
  [
    'Q8',
    'B',
    'Rolling back and failing over were tried',
    'rollback test|rollback tests|rollback tested|failover tested|rollback plan tested|can revert|rollback drill|incident response tested|chaos|practised|rollback tried|going back practised|failover exercise|game day',
  ],
]);

/** Speed and size. */
export const PERFORMANCE = themesOf('Performance and capacity', 'Technical Lead', [
  [
    'L1',
    'A+',
    'Answers are fast enough',
    'response time|api response|latency|p95|p99|p50|percentile|performance targets|response times acceptable|average api response|slo latency|apdex|time first byte|answered within',
    { latency: 2.5 },
  ],
  [
    'L2',
    'A+',
    'Throughput and people at the same time',
    'throughput|concurrent users|ops sec|operations per second|requests per second|transactions per second|rps|simultaneous|operations second',
  ],
  [
    'L3',
    'A+',
    'WebSockets: how many, how fast',
    'websocket latency|websocket capacity|websocket connections|1000 connections websocket|live clients|sockets open|round trip',
  ],
  [
    'L4',
    'B',
    'Processor, memory and disk stay within their limits',
    'cpu usage|memory usage|memory leak|memory leaks|disk io|cpu utilization|memory utilization|resource usage|resource utilization|disk space|no memory leaks|memory leaks detected monitoring|disk normal|resource usage|processor memory leak|cpu memory|disk full',
  ],
  [
    'L5',
    'A+',
    'Pages load fast',
    'page load|time to interactive|first paint|web vitals|page load time|page load cold|page speed|lighthouse|first load',
  ],
  [
    'L6',
    'C+',
    'Capacity is planned, limits of growth are known',
    'capacity plan|capacity|resource requirements|scaling thresholds|peak capacity|performance optimization|performance bottleneck|performance tuning|growth forecast|optimize bottlenecks|headroom|forecast|growth plan|sizing|thresholds grow',
  ],
]);
