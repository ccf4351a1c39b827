import { themesOf } from '../theme.ts';

/** Services, their interfaces and what they are deployed with. */
export const SERVICES = themesOf('Services and API', 'Technical Lead', [
  [
    'S1',
    'A+',
    'Health and readiness can be asked, of each service',
    'health|health check|health endpoint|healthy|health checks passing|services healthy|readiness endpoint|container status healthy|returns 200|service status|respond health|health check endpoint|wait health|liveness|health validation|service health|readiness probe|liveness probe|ready endpoint|status endpoint|answers 200|dependencies well',
  ],
  [
    'S2',
    'B',
    'Services start, stay up and log no errors at start',
    'services running|services started|containers started|crash|restart observed|logs startup|wait minutes|startup|startup errors|application servers start|verify services running|crash loop|start application|started successfully|restart count|restarted|up time processes|oomkilled|started once|stay up',
  ],
  ['S3', 'A+', 'gRPC answers', 'grpc|grpc endpoint|protobuf service'],
  [
    'S4',
    'A+',
    'WebSocket connects, beats, streams and comes back',
    'websocket|websocket connection|websocket endpoint|heartbeat|ping pong|reconnection|reconnect|disconnection|websocket supported|streaming websocket|unexpected disconnections|connection established websocket|socket|live connection|streaming client|server sent events',
  ],
  [
    'S5',
    'A+',
    'Services listen where they should, and are found',
    'service port|port allocation|port internal|internal access only|service discovery|network connectivity|api gateway port|external access|service registry|port configuration|listens|listen where|port plan',
    { port: 3 },
  ],
  [
    'S6',
    'A+',
    'The main functions work from end to end after a deployment',
    'smoke test|smoke tests|critical functionality|api endpoints functional|critical api|endpoints responding|profile retrieval|portfolio endpoint|user journey|critical paths|basic functionality|test accounts|apis responding|market data endpoint|critical user journeys|functionality verified|happy path|sanity check|golden path|core flows|main functions',
  ],
  [
    'S7',
    'A+',
    'The user interface works, on small screens too, without errors',
    'dashboard accessible|login page|browser|authentication flow frontend|websocket connection frontend|logout frontend|frontend|console errors|responsive|mobile|navigation|charts|rendering|browser compatibility|ui|accessibility|links working|page loads|real time updates visible|logout button|mobile app|console pages|user interface|screen reader|pages work|telephone|keyboard',
  ],
  [
    'S8',
    'A+',
    'Outside services answer through their adapters',
    'external api|binance|exchange connectivity|openai api responding|external integration|third party|third party integration|broker api|broker connection|payment integration tested|external api connectivity|integration active|mt5|market data feed|external dependencies|openai responding|exchange websocket|streaming market data|market data streaming working|adapter|adapters|partner api|vendor api|upstream|webhook|payment provider|sandbox',
  ],
  [
    'S9',
    'A+',
    'A maintenance page can be shown',
    'maintenance page|maintenance mode|enable maintenance|service unavailable page|503|holding page',
  ],
  [
    'S10',
    'A+',
    'Deployment, start in order and traffic are scripted, without interruption',
    'deployment script|deploy application|deploy code|zero downtime|service restart|restart order|start order|configuration update|apply configuration|traffic shift|canary|blue green|services started docker compose|enable monitoring|enable alerts|enable traffic|deployed successfully|application deployment|configure load balancer deploy|rollout|rolling update|release pipeline|release script|gradual rollout|traffic shifted|losing request',
  ],
]);

/** What the software is for. */
export const DOMAIN = themesOf('Domain features', 'Product Owner', [
  [
    'F1',
    'A+',
    'Orders, balances, history and calculations of trading are right',
    'order placement|order|cancel order|order cancellation|account balance|trading function|trade execution|trading api|trading calculation|symbol|instrument|market hours|trading schedule|trading accuracy|trading performance|order history|historical data retrieval|balance retrieval|paper trading|quote|fills|trade book|paper trade|orders',
  ],
  [
    'F2',
    'A+',
    'Trading stays within its limits',
    'position limit|risk threshold|stop loss|margin|circuit breaker|emergency stop|risk management|risk limit|exposure limit|kill switch|limit breach|loss limit|pre trade|order limit refused',
  ],
  [
    'F3',
    'A+',
    'Money laundering, sanctions and regulators: controls and reports',
    'kyc|aml|know your customer|money laundering|sanctions|regulatory reporting|audit trail implementation|compliance check|regulatory validation|financial compliance|financial data handling|aml controls|screening|suspicious|pep|watchlist|compliance case|regulator report|compliance record',
  ],
  [
    'F4',
    'A+',
    'Providers of models: routes, failover, cost, latency, cache',
    'ai provider|openai integration|anthropic|claude|gemini|google ai|local model|ollama|custom provider|provider failover|provider load balancing|ai response caching|ai orchestration|cost monitoring|response caching|multi provider|failover mechanism|llm|latency error tracking provider|ai framework|model provider|provider fails|prompt|inference|fallback model|models|tokens cost',
  ],
  [
    'F5',
    'A+',
    'Tenants cannot see or reach each other',
    'tenant isolation|multi tenant|multi tenancy|schema level separation|database isolation|network isolation|storage isolation|provider isolation|billing isolation|tenant traffic|isolation|separated tenant|per tenant cost tracking|row level security|tenants apart|cross tenant|customer separation',
  ],
  [
    'F6',
    'A+',
    'Tenants are opened, limited, charged and looked after',
    'tenant onboarding|onboarding|tenant provisioning|resource quota|per tenant limit|tenant configuration|configuration template|tenant management|billing integration|usage tracking|support tools|new tenant|plan quota|tenant opened|customer provisioning',
  ],
  [
    'F7',
    'A+',
    'Ideas, leaders, copies and sentiment of the community',
    'copy trading|trade idea|idea creation|leaderboard|sentiment|social trading|follower|performance metrics calculating|social feed|copy trade|traders community|community|followers|ideas copies|feed|moderation',
  ],
  [
    'F8',
    'A+',
    'What is charged and settled is exact',
    'billing accuracy|financial accuracy|cost attribution|revenue tracking|settlement|netting|netting efficiency|reconciliation|invoice accuracy|billing calculations|cost tracking accurate|accurate billing|balances sum|books balance|double entry|ledger|recomputed|difference zero|posting|settled window',
  ],
]);
