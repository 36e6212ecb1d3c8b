/** Addresses outside the app are opened only after the learner has seen the host's real (punycode) name. */
import type { ReactNode } from 'react';
import { Link } from 'react-aria-components';
import { ask } from './dialog.tsx';

/** The address when it is http(s); null for everything else (javascript:, file:, relative paths, nonsense). */
export function externalUrl(address: string): URL | null {
  try {
    const url = new URL(address);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

export async function openExternal(address: string): Promise<void> {
  const url = externalUrl(address);
  if (!url) return;
  const yes = await ask({
    title: `Open ${url.hostname}?`,
    body: (
      <>
        <p>This leaves Ops Lab and opens in your browser. The host is written as the network sees it.</p>
        <p className="mono">{url.href}</p>
      </>
    ),
    confirm: 'Open it',
    cancel: 'Stay here',
  });
  if (yes) window.open(url.href, '_blank', 'noopener,noreferrer');
}

export function ExternalLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  const url = href === undefined ? null : externalUrl(href);
  if (!url) return <span>{children}</span>;
  return (
    <Link className="text-link" onPress={() => void openExternal(url.href)}>
      {children}
    </Link>
  );
}
