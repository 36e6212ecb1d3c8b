import { expect, it } from 'vitest';
import { externalUrl } from './external-link.tsx';

it('lets nothing out but http and https', () => {
  expect(externalUrl('https://nodejs.org/en')?.hostname).toBe('nodejs.org');
  for (const address of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '/relative', 'mailto:a@b.c', 'nonsense']) {
    expect(externalUrl(address), address).toBeNull();
  }
});

it('shows a host that only looks like another by its punycode name', () => {
  expect(externalUrl('https://аpple.com')?.hostname).toBe('xn--pple-43d.com');
});
