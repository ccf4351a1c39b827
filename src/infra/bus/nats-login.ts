/** What the client needs to reach the servers of one `NATS_URL`. */
export type NatsLogin = { servers: string[]; user?: string; pass?: string; token?: string; tls?: object };

/**
 * Servers of one cluster, separated by commas. The client looks at host and port of an address alone, so who we are is taken
 * out of the first address that says it: `name:password@` or `token@`, percent-encoded. With `tls://` nothing is said in clear.
 */
export function natsLogin(text: string): NatsLogin {
  const urls = text.split(',').map((part) => new URL(part.trim()));
  const who = urls.find(({ username }) => username !== '');
  const [name, password] = who ? [decodeURIComponent(who.username), decodeURIComponent(who.password)] : ['', ''];
  return {
    servers: urls.map(({ host }) => host),
    ...(password !== '' ? { user: name, pass: password } : name !== '' && { token: name }),
    ...(urls.some(({ protocol }) => protocol === 'tls:') && { tls: {} }),
  };
}
