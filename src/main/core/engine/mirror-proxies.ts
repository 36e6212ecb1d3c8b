/** Of this machine's environment, what programs that ask a Debian mirror need. */
export function mirrorProxies(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ['http_proxy', 'https_proxy', 'no_proxy']) {
    const value = process.env[name];
    if (value) found[name] = value;
  }
  return found;
}
