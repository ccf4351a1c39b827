import { themesOf } from '../theme.ts';

/** Machines, networks and what runs below the software. */
export const HOST = themesOf('Host and cloud', 'DevOps Lead', [
  [
    'H1',
    'D+',
    'Size of the machines: memory, processors, disk, network card',
    'ram|gb ram|vcpu|cpu core|ssd|nvme|tb storage|gbps|bandwidth|server specification|hardware requirement|minimum specification|machine size|disk free|free space|processors|memory size|hardware',
  ],
  [
    'H2',
    'D+',
    'Operating system, patches, time zone, clock, host name',
    'ubuntu|debian|lts|operating system|security patch|system update|system updates completed|os update|timezone|utc|ntp|time synchronization|chrony|hostname|kernel|linux|supported linux|patch level|time synchronised|clock synchronised|clock kept',
  ],
  [
    'H3',
    'D+',
    'Administrators reach machines safely: SSH keys, no root, second factor, VPN',
    'ssh|ssh key|ssh port|root login|password authentication disabled|sudo|access control|multi factor authentication access control|vpn only|admin access vpn|bastion login|ssh root|jump host|administrators reach|sudoers',
    {},
    'Security Lead',
  ],
  [
    'H4',
    'D+',
    'Firewall and security groups: nothing open but what must be',
    'firewall|firewall rule|ufw|security group|deny all|default deny|port allowed|port blocked|port exposed|ports open|inbound|network policy|nftables|ports reachable|reachable from outside|only open ports|ingress rule|egress rule',
    {},
    'Security Lead',
  ],
  [
    'H5',
    'D+',
    'Addresses that attack are banned',
    'fail2ban|ban time|intrusion prevention|jail|brute force|banned|ip ban|blocklist|attackers|shut out|password guessing',
    {},
    'Security Lead',
  ],
  [
    'H6',
    'D+',
    'Tools and container runtime are installed',
    'docker installed|docker compose installed|docker daemon|git installed|openssl installed|curl|wget|jq|certbot installed|tools installed|agents installed|ufw installed|kubernetes|container orchestration|container runtime|systemd boot|mongodump|node installed|python installed|command line tools|installed tools|packages installed|runtime installed',
  ],
  [
    'H7',
    'D',
    'Cloud account, private network, addresses, remote access',
    'cloud account|cloud provider|account created|vpc|virtual network|subnet|cidr|static ip|elastic ip|vpn|bastion|infrastructure provisioned|production infrastructure|iam|disaster site|dr site|second region|multi region|private network|fixed address|landing zone|peering|network set up|cloud region|availability zone|aws account',
  ],
  [
    'H8',
    'B',
    'Load balancer spreads traffic over healthy instances',
    'load balancer|load balancer configured|load balancer health checks|load balancing|balancer|haproxy|nginx upstream|application servers|minimum servers|distributing traffic|load distribution|envoy|reverse proxy|proxy configured|high availability servers|blue green|dead instance|spread over instances|two instances|health checks balancer|traffic instances',
  ],
  [
    'H9',
    'D+',
    'Capacity grows by itself',
    'auto scaling|autoscaling|scaling group|scaling rule|scaling trigger|horizontal pod autoscaler|fine tune auto scaling|scale out|elastic|scale automatically|replicas grow|hpa|load rises',
  ],
  [
    'H10',
    'D+',
    'Static files come from a content delivery network',
    'cdn|cdn caching configured|content delivery|cloudfront|edge cache|cdn caching|static asset|static files|delivery network|cached near|edge network',
  ],
  [
    'H11',
    'D',
    'Protection from floods of traffic',
    'ddos|denial of service|aws shield|scrubbing|ddos protection|floods|volumetric attack|waf',
    {},
    'Security Lead',
  ],
  [
    'H12',
    'D+',
    'Names resolve to the right addresses',
    'dns|dns record|dns propagation|reverse dns|domain name|nameserver|dig|nslookup|ttl dns|update dns|a record|cname|names resolve|domain points',
  ],
  [
    'H13',
    'D+',
    'Container registry holds the images',
    'registry|docker registry|registry account|registry authentication|image push|image pull|pushed registry|pull tested|docker hub|ecr|gcr',
  ],
  [
    'H14',
    'B',
    'Images and artefacts are built, tagged, small and scanned',
    'image build|build logs reviewed|images built|image tag|images tagged|image size|image scan|images scanned|artifact|build artefact|build log|sbom|tagged version|scanned vulnerability image|artefacts built|release artifact|package built|signed image|provenance|built from tag',
  ],
  [
    'H15',
    'B',
    'Processes have limits of memory and processor',
    'resource limit|memory limit container|cpu limit|resource limits|limits configured cpu|cgroup|quota container|memory bounded|processor bounded|ulimit|out of memory killer|memory max',
  ],
]);
