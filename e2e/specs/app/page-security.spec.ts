/** What a page must not be able to do, whatever is written on it. */
import { expect, test } from '../../fixtures/test.ts';

test('the page stays in the app', async ({ app }) => {
  const { page } = app;
  const origin = new URL(page.url()).origin;
  test.skip(app.host.kind === 'web', 'a browser goes where it is told; the web host cannot hold it');
  await page.evaluate(() => {
    location.href = 'https://elsewhere.example/';
  });
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'file:///etc/passwd';
    link.click();
  });
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(origin);
});

test('a link to the outside opens only after a yes, and never in the app', async ({ app }) => {
  const { page } = app;
  const before = page.url();
  const opened = await app.host.opened(async () => {
    await page.evaluate(() => {
      window.open('https://example.org/', '_blank', 'noopener,noreferrer');
    });
  });
  expect(opened).toEqual(['https://example.org/']);
  expect(page.url()).toBe(before);
});

test('ELE-024, 025: the policy stops inline script, eval and foreign sources', async ({ app }) => {
  const { page } = app;
  const blocked = await page.evaluate(async () => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => seen.push(event.effectiveDirective));
    const inline = document.createElement('script');
    try {
      inline.textContent = 'window.inlineRan = true';
      document.head.append(inline);
    } catch {
      seen.push('script-src-elem');
    }
    // In a task of its own: what a test evaluates is itself excepted from the policy.
    const evaluated = await new Promise<boolean>((resolve) => {
      setTimeout(() => {
        try {
          resolve(new Function('return true')());
        } catch {
          resolve(false);
        }
      });
    });
    const styled = document.createElement('div');
    styled.setAttribute('style', 'background-image: url(https://evil.example/x.png)');
    document.body.append(styled);
    const image = new Image();
    image.src = 'https://evil.example/y.png';
    const fetched = await fetch('https://evil.example/').then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    styled.remove();
    inline.remove();
    return { inline: 'inlineRan' in window, evaluated, fetched, images: seen.filter((directive) => directive === 'img-src').length };
  });
  expect(blocked).toEqual({ inline: false, evaluated: false, fetched: false, images: 2 });
  // These breaches were meant.
  await expect.poll(() => app.breaches.length).toBeGreaterThanOrEqual(4);
  app.breaches.length = 0;
});

test('a page may write to the clipboard, and asks for nothing else', async ({ app }) => {
  test.skip(app.host.kind === 'web', 'the browser asks its own person');
  const states = await app.page.evaluate(async () => {
    const names = ['clipboard-write', 'clipboard-read', 'notifications', 'geolocation', 'midi'] as PermissionName[];
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
  });
  expect(states.slice(1).every((state) => state !== 'granted')).toBe(true);
  expect(states[0]).toBe('granted');
});
