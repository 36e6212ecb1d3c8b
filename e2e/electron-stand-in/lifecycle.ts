import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the app is in its life: some calls are allowed only before it is ready, some only after. */
export const lifecycle = { ready: false, userData: join(tmpdir(), 'ops-lab-stand-in') };
