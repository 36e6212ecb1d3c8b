/** The callers: pages that each show 100 users, nearly always others. */
const SERVICES = [
  [process.env.PICTURES_URL, '/pictures'],
  [process.env.MEMBERS_URL, '/members'],
];
const EVERY_MS = 500;
const USERS = 100;

for (const [url, path] of SERVICES) {
  if (url === undefined) continue;
  setInterval(async () => {
    const ids = Array.from({ length: USERS }, () => Math.floor(Math.random() * 1e9));
    try {
      await (await fetch(`${url}${path}?ids=${ids.join(',')}`, { signal: AbortSignal.timeout(3000) })).text();
    } catch {
      // A page without users; the next one is asked for all the same.
    }
  }, EVERY_MS);
}
