import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LabOnDisk, labOnDisk } from '../../../test-support/lab-on-disk.ts';
import { labSchemaText } from './lab-schema.ts';
import { loadLab } from './load-lab.ts';
import { NEW_LAB_FILES } from './new-lab.ts';
import { formatProblem } from './problem.ts';

let lab: LabOnDisk;
beforeEach(async () => {
  lab = await labOnDisk();
});
afterEach(() => lab.remove());

const problems = async () => (await loadLab(lab.folder)).problems.map(formatProblem);

describe('a lab that is in order', () => {
  it('loads with everything that its folder holds', async () => {
    const { lab: loaded, problems: found } = await loadLab(lab.folder, true);
    expect(found).toEqual([]);
    expect(loaded).toMatchObject({
      id: 'sample',
      folder: lab.folder,
      thirdParty: true,
      workspaceFiles: ['log/.gitkeep', 'server.js'],
      solutions: [{ name: 'wait-with-a-timer', files: ['server.js'], hasScript: false }],
      wrong: [{ name: 'restart', files: [], hasScript: false }],
    });
    expect(loaded?.story.map(({ id }) => id)).toEqual(['symptoms', 'investigation', 'root-cause', 'fix', 'prevention', 'myths']);
  });

  it('shows a recording with its command, output, title and runtime', async () => {
    const story = (await loadLab(lab.folder)).lab?.story ?? [];
    expect(story[1]?.markdown).toContain(
      '```console\n$ tail -n 1 log/app.log\nGET / kept the thread busy for 150 ms\n```\n\n*One line of the log (recorded, shell)*',
    );
  });

  it('keeps a recording that contains backticks inside its block', async () => {
    await lab.replace('recordings/log-line.yaml', '  GET /', '  ```\n  # not a heading\n  GET /');
    expect((await loadLab(lab.folder)).lab?.story[1]?.markdown).toContain('````console\n$ tail');
  });
});

/** Each row: what is broken, in which file, what is replaced by what, and the exact answer. */
const BROKEN: [string, string, string, string, string][] = [
  [
    'a misspelt key',
    'lab.yaml',
    'minutes: 15',
    'minuts: 15',
    'sample/lab.yaml:7:1: found the unknown key “minuts”. Did you mean “minutes”?',
  ],
  ['a missing key', 'lab.yaml', 'minutes: 15\n', '', 'sample/lab.yaml:3:1: minutes: found nothing, expected a whole number'],
  [
    'a value of another kind',
    'lab.yaml',
    'minutes: 15',
    'minutes: soon',
    'sample/lab.yaml:7:10: minutes: found "soon", expected a whole number',
  ],
  ['a number out of range', 'lab.yaml', 'minutes: 15', 'minutes: 1', 'sample/lab.yaml:7:10: minutes: found 1, expected at least 5'],
  [
    'a word out of a list',
    'lab.yaml',
    'level: beginner',
    'level: beginer',
    'sample/lab.yaml:6:8: level: found "beginer", expected one of beginner, intermediate or advanced. Did you mean “beginner”?',
  ],
  [
    'a kind of probe that is none',
    'lab.yaml',
    'use: http-load',
    'use: http-laod',
    'sample/lab.yaml:25:10: probes.load.use: found "http-laod", expected one of http-load, exec, service-state, descriptors, processes, sockets, restart-cycles or script. Did you mean “http-load”?',
  ],
  [
    'a bound without a limit',
    'lab.yaml',
    'below: 1000',
    'belw: 1000',
    'sample/lab.yaml:32:9: found the unknown key “belw”. Did you mean “below”?',
  ],
  [
    'a bound with two limits',
    'lab.yaml',
    'below: 1000',
    'below: 1000\n        at-least: 1',
    'sample/lab.yaml:29:9: probes.load.bounds.0: expected only one of the keys at-least or below',
  ],
  [
    'an objective that names no probe of the lab',
    'lab.yaml',
    'probes: [load]',
    'probes: [laod]',
    'sample/lab.yaml:53:14: found the probe “laod”; there is load. Did you mean “load”?',
  ],
  [
    'a service that compose.yaml has not',
    'lab.yaml',
    'restartable: [app]',
    'restartable: [api]',
    'sample/lab.yaml:20:15: found the service “api”; there is host, app. Did you mean “app”?',
  ],
  [
    'an expression that is none',
    'lab.yaml',
    "'kept the thread busy for \\d+ ms'",
    "'kept ('",
    'sample/lab.yaml:47:22: found no regular expression: Invalid regular expression: /kept (/: Unterminated group',
  ],
  [
    'a path out of the folder',
    'lab.yaml',
    'open: [server.js]',
    'open: [../server.js]',
    'sample/lab.yaml:19:18: editor.open.0: found "../server.js", expected a relative path that stays inside its folder',
  ],
  [
    'a log that nothing writes',
    'lab.yaml',
    'file: log/app.log',
    'file: log/ap.log',
    'sample/lab.yaml:18:54: found the file “log/ap.log”; there is log/host.log, log/app.log, log/.gitkeep, server.js. Did you mean “log/app.log”?',
  ],
  [
    'a key that occurs twice',
    'lab.yaml',
    'minutes: 15',
    'minutes: 15\nminutes: 20',
    'sample/lab.yaml:8:1: found the key “minutes” twice in one map',
  ],
  ['an anchor', 'lab.yaml', 'minutes: 15', 'minutes: &m 15', 'sample/lab.yaml:7:10: found an anchor (&name); write the value out'],
  [
    'a merge key',
    'lab.yaml',
    'minutes: 15',
    'minutes: 15\n<<: {}',
    'sample/lab.yaml:8:1: found the key “<<”, which no file of a lab may have',
  ],
  [
    'a prototype key',
    'compose.yaml',
    "{ PORT: '8080' }",
    "{ __proto__: '8080' }",
    'sample/compose.yaml:19:20: found the key “__proto__”, which no file of a lab may have',
  ],
  [
    'a container that asks for more',
    'compose.yaml',
    '  app:\n',
    '  app:\n    privileged: true\n',
    'sample/compose.yaml:15:5: found the unknown key “privileged”; known here: image, command, working_dir, environment, init, read_only, mem_limit, cpus, pids_limit, ulimits, cap_add, user, blkio_config, restart, expose, pid, network_mode, networks, dns, volumes, depends_on, x-ops-lab.',
  ],
  [
    'a host mount',
    'compose.yaml',
    "    pid: service:host\n    network_mode: service:host\n    volumes: ['workspace:/lab']",
    "    volumes: ['/:/host']",
    'sample/compose.yaml:27:15: services.app.volumes.0: found "/:/host", expected one of workspace:/lab, services:/lab:ro, data:/data or data:/data:ro',
  ],
  [
    'no terminal',
    'compose.yaml',
    'role: terminal',
    'role: service',
    'sample/compose.yaml:2:3: found 0 services with x-ops-lab.role “terminal”, expected exactly one',
  ],
  [
    'an engine for a service',
    'compose.yaml',
    '  app:\n',
    '  app:\n    x-ops-lab: { role: service, engine: true }\n',
    'sample/compose.yaml:15:41: found an engine, expected it at the service with the role “terminal” only',
  ],
  [
    'a hint for nothing',
    'hints.yaml',
    'responsive:',
    'responsiv:',
    'sample/hints.yaml:5:1: found the objective “responsiv”; there is cause, responsive. Did you mean “responsive”?',
  ],
  ['a negative cost', 'hints.yaml', 'cost: 15', 'cost: -15', 'sample/hints.yaml:12:11: responsive.1.cost: found -15, expected at least 0'],
  [
    'an infinite cost',
    'hints.yaml',
    'cost: 15',
    'cost: 1e309',
    'sample/hints.yaml:12:11: responsive.1.cost: found Infinity, expected a whole number',
  ],
  ['a story without a part', 'story.md', '## Fix\n', '### Fix\n', 'sample/story.md: expected a part “## Fix”, found none'],
  [
    'a story with another part',
    'story.md',
    '## Fix\n',
    '## Fixes\n',
    'sample/story.md:22:1: found the part “Fixes”, expected one of Symptoms, Investigation, Root cause, Fix, Prevention, What the popular story gets wrong; use ### inside a part',
  ],
  [
    'a recording that is not there',
    'story.md',
    'log-line',
    'log-lines',
    'sample/story.md:12:1: found no recordings/log-lines.yaml for this recording',
  ],
  [
    'invented output',
    'story.md',
    '```recording\nlog-line',
    '```console\n$ ps',
    'sample/story.md:11:1: found a console block; output comes from recordings only, source code names its language',
  ],
  [
    'raw HTML',
    'story.md',
    'Let a timer',
    'Let <b>a</b> timer',
    'sample/story.md:24:1: found raw HTML; use Markdown, and backticks around code',
  ],
  [
    'a link that runs code',
    'story.md',
    'Let a timer',
    'Let [a timer](javascript:alert(1))',
    'sample/story.md:24:1: found a link to “javascript:alert(1”, expected http:// or https://',
  ],
  [
    'a fix that restarts what is not there',
    'wrong/restart/solution.yaml',
    'restart: [app]',
    'restart: [ap]',
    'sample/wrong/restart/solution.yaml:4:11: found the service “ap”; there is host, app. Did you mean “app”?',
  ],
  [
    'a wrong fix that is right',
    'wrong/restart/solution.yaml',
    'not-yet',
    'fixed',
    'sample/wrong/restart/solution.yaml:3:9: found a wrong fix that fixes everything, expected one objective that it leaves open',
  ],
  [
    'a solution for nothing',
    'solutions/wait-with-a-timer/solution.yaml',
    'responsive: fixed',
    'cause: fixed',
    'sample/solutions/wait-with-a-timer/solution.yaml:3:11: found the repair or guard objective “cause”; there is responsive.',
  ],
];

describe('a lab that is broken', () => {
  it.each(BROKEN)('says where and how: %s', async (_, file, before, after, expected) => {
    await lab.replace(file, before, after);
    const found = await problems();
    expect(found[0]).toBe(expected);
    expect((await loadLab(lab.folder)).lab).toBeNull();
  });

  it.each([...NEW_LAB_FILES.keys()].filter((path) => /^(?:lab|compose|hints)\.yaml$|^story\.md$/.test(path)))('misses %s', async (path) => {
    await rm(join(lab.folder, path));
    expect(await problems()).toContain(`sample/${path}: found no such file; every lab has one`);
  });

  it('refuses symbolic links wherever they are', async () => {
    await symlink('/etc/passwd', join(lab.folder, 'workspace', 'passwd'));
    await symlink('/etc', join(lab.folder, 'probes'));
    expect(await problems()).toEqual([
      'sample/probes: found a symbolic link; put the file itself here',
      'sample/workspace/passwd: found a symbolic link; put the file itself here',
    ]);
  });

  it('refuses names that are one, or none, on other systems', async () => {
    await writeFile(join(lab.folder, 'workspace', 'Server.js'), '');
    await writeFile(join(lab.folder, 'workspace', 'aux.js'), '');
    expect(await problems()).toEqual([
      'sample/workspace/aux.js: found a file name that not every system can keep; use letters, digits, dots and hyphens',
      'sample/workspace/server.js: found two names that are one on some systems: “Server.js” and “server.js”',
      'sample/lab.yaml:19:18: found the file “server.js”; there is Server.js, log/.gitkeep. Did you mean “Server.js”?',
    ]);
  });

  it('refuses what is no part of a lab', async () => {
    await mkdir(join(lab.folder, 'solution'));
    await writeFile(join(lab.folder, 'solution', 'x'), '');
    expect(await problems()).toContain('sample/solution: found “solution”, which is no part of a lab. Did you mean “solutions”?');
  });

  it('refuses an alias bomb, a second document, deep nesting and a huge file', async () => {
    for (const [content, message] of [
      [`a: &a [x]\n${'b: [*a, *a]\n'.repeat(9)}`, 'found an anchor'],
      ['a: 1\n---\nb: 1\n', 'found a second document'],
      ['['.repeat(100_000), 'nested levels'],
      ['- '.repeat(100_000), 'nested levels'],
      ['x'.repeat(300_000), 'found 300000 bytes'],
      [Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n'), 'unknown key'],
    ] as const) {
      await lab.write('lab.yaml', content);
      expect((await problems()).join('\n')).toContain(message);
    }
    await lab.write('lab.yaml', new Uint8Array([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect(await problems()).toContain('sample/lab.yaml:1:4: found bytes that are no UTF-8 text');
  });

  it('survives whatever a file of a lab is changed into', async () => {
    const paths = [...NEW_LAB_FILES.keys()].filter((path) => !path.includes('workspace/'));
    const change = fc.record({
      path: fc.constantFrom(...paths),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.integer({ min: 0, max: 40 }),
      put: fc.oneof(
        fc.string({ maxLength: 20, unit: 'binary' }),
        fc.constantFrom(
          '{',
          '[',
          '- ',
          ': ',
          '\n',
          '\t',
          '&a ',
          '*a',
          '!!x ',
          '"',
          "'",
          '|\n',
          '? ',
          '---\n',
          '<<: ',
          '.nan',
          '```',
          '# ',
          '\u0000',
          '-1',
          '[]',
          '{}',
          'null',
        ),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        for (const { path, at, cut, put } of changes) {
          const text = await lab.read(path);
          const from = Math.floor(at * text.length);
          await lab.write(path, text.slice(0, from) + put + text.slice(from + cut));
        }
        const { lab: loaded, problems: found } = await loadLab(lab.folder);
        expect(loaded === null).toBe(found.length > 0);
        for (const { line, column, message } of found) {
          expect(message).not.toContain('could not be read');
          expect(Number.isInteger(line) && line >= 0 && Number.isInteger(column) && column >= 0).toBe(true);
        }
        for (const path of paths) await lab.write(path, NEW_LAB_FILES.get(path) ?? '');
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});

describe('lab.schema.json', () => {
  it('is what `npm run lab -- schema` writes', async () => {
    expect(await readFile(join(import.meta.dirname, '../../../../labs/lab.schema.json'), 'utf8')).toBe(labSchemaText());
  });
});
