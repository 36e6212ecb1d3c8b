import { describe, expect, it } from 'vitest';
import { HANDLERS } from '../handlers/index.ts';
import type { Method } from '../http/head.ts';
import { ENDPOINTS, findRoute, type Verdict } from './endpoints.ts';

/** The specification's own table: every endpoint of the Engine API and its verdict. */
const TABLE: readonly string[] = [
  'rewrite GET /_ping',
  'rewrite HEAD /_ping',
  'rewrite GET /version',
  'rewrite GET /info',
  'rewrite GET /events',
  'rewrite GET /system/df',
  'deny POST /auth',
  'deny GET /debug/pprof',
  'deny GET /debug/pprof/cmdline',
  'deny GET /debug/pprof/heap',
  'deny GET /debug/pprof/profile',
  'deny GET /debug/pprof/symbol',
  'deny GET /debug/pprof/trace',
  'deny GET /debug/vars',
  'deny POST /session',
  'deny POST /grpc',
  'rewrite GET /containers/json',
  'rewrite POST /containers/create',
  'rewrite GET /containers/x/json',
  'rewrite GET /containers/x/top',
  'allow GET /containers/x/logs',
  'allow GET /containers/x/changes',
  'deny GET /containers/x/export',
  'allow GET /containers/x/stats',
  'rewrite GET /containers/x/archive',
  'rewrite HEAD /containers/x/archive',
  'deny PUT /containers/x/archive',
  'rewrite POST /containers/x/start',
  'allow POST /containers/x/stop',
  'allow POST /containers/x/restart',
  'allow POST /containers/x/kill',
  'allow POST /containers/x/pause',
  'allow POST /containers/x/unpause',
  'allow POST /containers/x/wait',
  'allow POST /containers/x/resize',
  'allow POST /containers/x/attach',
  'deny GET /containers/x/attach/ws',
  'rewrite POST /containers/x/exec',
  'rewrite POST /exec/x/start',
  'allow POST /exec/x/resize',
  'allow GET /exec/x/json',
  'rewrite POST /containers/x/rename',
  'rewrite POST /containers/x/update',
  'rewrite DELETE /containers/x',
  'rewrite POST /containers/prune',
  'deny POST /containers/x/copy',
  'deny GET /containers/x/checkpoints',
  'deny POST /containers/x/checkpoints',
  'deny DELETE /containers/x/checkpoints/y',
  'deny POST /commit',
  'rewrite GET /images/json',
  'deny GET /images/search',
  'deny GET /images/get',
  'deny GET /images/a/b/get',
  'rewrite GET /images/a/b/history',
  'rewrite GET /images/a/b:c/json',
  'deny GET /images/x/attestations',
  'deny POST /images/load',
  'rewrite POST /images/create',
  'deny POST /images/a/b/push',
  'rewrite POST /images/a/b/tag',
  'rewrite POST /images/prune',
  'rewrite DELETE /images/a/b',
  'rewrite POST /build',
  'rewrite POST /build/prune',
  'deny POST /build/cancel',
  'deny GET /distribution/a/b/json',
  'rewrite GET /networks',
  'rewrite GET /networks/x',
  'rewrite POST /networks/create',
  'rewrite POST /networks/x/connect',
  'rewrite POST /networks/x/disconnect',
  'allow DELETE /networks/x',
  'rewrite POST /networks/prune',
  'rewrite GET /volumes',
  'rewrite GET /volumes/x',
  'rewrite POST /volumes/create',
  'deny PUT /volumes/x',
  'allow DELETE /volumes/x',
  'rewrite POST /volumes/prune',
  'rewrite GET /plugins',
  'deny GET /plugins/privileges',
  'deny GET /plugins/x/json',
  'deny POST /plugins/pull',
  'deny POST /plugins/create',
  'deny POST /plugins/x/enable',
  'deny POST /plugins/x/disable',
  'deny POST /plugins/x/push',
  'deny POST /plugins/x/set',
  'deny POST /plugins/x/upgrade',
  'deny DELETE /plugins/x',
  'deny GET /swarm',
  'deny GET /swarm/unlockkey',
  'deny POST /swarm/init',
  'deny POST /swarm/join',
  'deny POST /swarm/leave',
  'deny POST /swarm/unlock',
  'deny POST /swarm/update',
  'deny GET /nodes',
  'deny GET /nodes/x',
  'deny POST /nodes/x/update',
  'deny DELETE /nodes/x',
  'deny GET /services',
  'deny GET /services/x',
  'deny GET /services/x/logs',
  'deny POST /services/create',
  'deny POST /services/x/update',
  'deny DELETE /services/x',
  'deny GET /tasks',
  'deny GET /tasks/x',
  'deny GET /tasks/x/logs',
  'deny GET /secrets',
  'deny GET /secrets/x',
  'deny POST /secrets/create',
  'deny POST /secrets/x/update',
  'deny DELETE /secrets/x',
  'deny GET /configs',
  'deny GET /configs/x',
  'deny POST /configs/create',
  'deny POST /configs/x/update',
  'deny DELETE /configs/x',
];

describe('the endpoints of the gate', () => {
  it.each(TABLE)('%s', (line) => {
    const [verdict, method, path] = line.split(' ') as [Verdict, Method, string];
    expect(findRoute(method, path)?.endpoint.verdict).toBe(verdict);
  });

  it('are these and no others', () => {
    const hit = new Set(TABLE.map((line) => findRoute(line.split(' ')[1] as Method, line.split(' ')[2] ?? '')?.endpoint));
    expect(ENDPOINTS.filter((endpoint) => !hit.has(endpoint)).map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it('have somebody who answers, or a sentence why not', () => {
    for (const { verdict, answer, path } of ENDPOINTS) {
      if (verdict === 'deny') expect(answer, path).toMatch(/^[A-Z].*\.$/);
      else expect(HANDLERS[answer], `${path} ${answer}`).toBeTypeOf('function');
    }
  });

  it('switch protocols on attach and exec only', () => {
    expect(ENDPOINTS.filter(({ hijack }) => hijack).map(({ path }) => path)).toEqual(['/containers/{id}/attach', '/exec/{id}/start']);
  });

  it('do not exist in other methods and forms', () => {
    for (const line of [
      'DELETE /containers/json/x',
      'PUT /containers/x',
      'GET /Containers/json',
      'GET /containers/x/y/json',
      'POST /',
      'GET /images/json/',
      'POST /exec/x/y/start',
    ]) {
      const [method, path] = line.split(' ');
      expect(findRoute(method as Method, path ?? ''), line).toBeNull();
    }
  });
});
