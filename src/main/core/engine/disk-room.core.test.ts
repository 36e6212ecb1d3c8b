/** A build on a disk without room: a real small file system where the engine says that it keeps its images. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { needsMounts } from '../../../test-support/requirements.ts';
import { temporaryDirectory } from '../../../test-support/temporary-directory.ts';
import { freeBytesIn, lackOfRoom } from './disk-room.ts';
import { Engine } from './engine.ts';
import { ImageBuilder } from './image-builder.ts';

const RECIPE = fileURLToPath(new URL('../../../../labs/images/base', import.meta.url));

/** A file system of this size, until the test is over. */
function smallDisk(size: string): string {
  const folder = temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', [folder]));
  return folder;
}

test.skipIf(!needsMounts('a small one, to fill it'))('the engine’s disk is full: nothing is begun, and one sentence says so', async () => {
  const folder = temporaryDirectory();
  const disk = smallDisk('64m');
  const asked: string[] = [];
  // An engine that has no image yet and keeps what it gets on that disk.
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.replace(/^\/v[\d.]+/, '').split('?')[0]}`);
    const answer = (status: number, body: object) => {
      response.statusCode = status;
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    };
    if (request.url?.includes('/version'))
      return answer(200, { Version: '29.0', ApiVersion: '1.44', MinAPIVersion: '1.24', Arch: 'amd64' });
    if (request.url?.includes('/info')) return answer(200, { ID: `disk-${process.pid}`, OSType: 'linux', DockerRootDir: disk });
    return answer(404, { message: 'no such image' });
  });
  const socket = join(folder, 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => server.close().closeAllConnections());
  const engine = new Engine({ env: { DOCKER_HOST: `unix://${socket}` }, platform: 'linux', home: folder, uid: 0, systemSockets: folder });
  const builder = new ImageBuilder({ engine, folder: RECIPE, workFolder: join(folder, 'work') });
  await expect(builder.build()).rejects.toMatchObject({
    code: 'limit',
    retryable: true,
    message: expect.stringMatching(/^The disk is full: the engine’s disk has 6\d MB free, .* 800 MB .* build it again\.$/),
  });
  expect(await builder.status()).toMatchObject({ state: 'failed', error: expect.stringContaining('The disk is full') });
  expect(asked.filter((request) => !request.startsWith('GET'))).toEqual([]);
});

test.skipIf(!needsMounts('a small one, to fill it'))(
  'free space is that of the very file system, and what cannot be seen is taken for enough',
  async () => {
    const free = await freeBytesIn(smallDisk('10m'));
    expect(free).toBeGreaterThan(9e6);
    expect(free).toBeLessThan(11e6);
    expect(lackOfRoom('the disk', free, 20e6)).toMatchObject({ code: 'limit', retryable: true });
    expect(await freeBytesIn('/nowhere')).toBeNull();
    expect(lackOfRoom('the disk', null, 20e6)).toBeNull();
  },
);
