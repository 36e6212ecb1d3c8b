/** The whole way through a lab, as a learner goes it: on each host and on each runtime. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { History } from '../../pages/history.ts';
import { Workstation } from '../../pages/workstation.ts';
import { objectiveIds, solutionFiles, workspaceFile } from '../../support/lab-files.ts';

/** Open descriptors of the service, looked at until there are three more. */
const DESCRIPTORS_GROW = [
  "pid=$(sed -n 's/.*listens, process //p' log/api.log | tail -n 1)",
  'first=$(ls /proc/$pid/fd | wc -l); now=$first',
  'until [ $now -ge $((first + 3)) ]; do sleep 1; now=$(ls /proc/$pid/fd | wc -l); done',
  'echo "grown by $((now - first))"',
].join('; ');

/** `symptom` is a command that ends when the failure was seen, and what it shows then. */
const LABS = [
  {
    lab: 'node-event-loop-freeze',
    solution: 'worker-pool',
    service: 'api',
    repair: 'responsive',
    file: 'start.sh',
    symptom: ['until grep -m 1 -o "event loop blocked.*" log/api.log; do sleep 1; done', /loop blocked, a timer came \d{3,} ms late/],
  },
  {
    lab: 'too-many-open-files',
    solution: 'deadline-abort-signal',
    service: 'api',
    repair: 'descriptors',
    file: 'start.sh',
    symptom: [DESCRIPTORS_GROW, /grown by (?:[3-9]|\d{2,})/],
  },
  {
    lab: 'container-oomkilled',
    solution: 'lru-with-ttl',
    service: 'members',
    repair: 'members-live',
    file: 'start-members.sh',
    symptom: ['until grep -m 1 -o "members.js ended, .*" log/members.log; do sleep 1; done', /members\.js ended, exit code 13[49]/],
  },
] as const;

for (const { lab, solution, service, repair, file, symptom } of LABS) {
  test(`${lab}: from the page to a fix that holds, over a crash, and back`, async ({ app, runtime }) => {
    await new Catalog(app.page).start(lab, runtime);
    let bench = new Workstation(app.page);
    await bench.acknowledge();
    await bench.terminal.ready();

    await test.step('commands run on the broken system', async () => {
      await bench.terminal.run('echo "to $((20 + 3)) of them"; ls');
      await bench.terminal.shows('to 23 of them');
      await bench.terminal.shows(file);
      await bench.terminal.run('cat /no/such/file');
      await bench.terminal.shows('No such file or directory');
    });

    await test.step('its symptom is seen in the terminal', async () => {
      const [command, shown] = symptom;
      await bench.terminal.run(command);
      await bench.terminal.shows(shown, 120_000);
    });

    await test.step('a hint opens', async () => {
      expect((await bench.openHint()).length).toBeGreaterThan(20);
    });

    await test.step('a check fails, with its numbers and bounds', async () => {
      await bench.check(repair);
      await bench.verdict(repair, 'Not yet');
      await expect(bench.objective(repair).locator('.w')).toContainText(/has to be (below|at most|at least|exactly)?/);
      await expect(bench.objective(repair).locator('.big')).toContainText(/\d/);
    });

    const sessionId = bench.sessionId;
    await test.step('the page is closed and opened again', async () => {
      await app.leaveAndComeBack();
      await app.shell.goTo('Workstation');
      bench = new Workstation(app.page);
      await bench.terminal.shows('to 23 of them');
      expect(bench.sessionId).toBe(sessionId);
    });

    await test.step('the host is killed and started again', async () => {
      await app.killAndStartAgain();
      await app.shell.goTo('Workstation');
      bench = new Workstation(app.page);
      expect(bench.sessionId).toBe(sessionId);
      await bench.terminal.shows('to 23 of them');
      await bench.terminal.ready();
      await bench.terminal.run('echo "still $((40 + 2))"');
      await bench.terminal.shows('still 42');
    });

    const files = solutionFiles(lab, solution);
    await test.step('a fix is written in the editor, and holds', async () => {
      for (const [index, { path, text }] of files.entries()) {
        await bench.editor.open(path);
        await bench.editor.replace(path, text);
        if (index === files.length - 1) await bench.editor.saveAndRestart(path, service);
        else await bench.editor.save(path);
      }
      await bench.verdict(repair, 'Fixed');
    });

    await test.step('the fix is taken back, and the verdict falls', async () => {
      const changed = files.filter(({ path }) => workspaceFile(lab, path) !== null);
      for (const [index, { path }] of changed.entries()) {
        await bench.editor.open(path);
        await bench.editor.replace(path, workspaceFile(lab, path) ?? '');
        if (index === changed.length - 1) await bench.editor.saveAndRestart(path, service);
        else await bench.editor.save(path);
      }
      await bench.verdict(repair, /: (Not yet|Mitigated)$/);
    });

    await test.step('the commands are in the history, with their exit codes', async () => {
      await app.shell.goTo('History');
      const history = new History(app.page);
      await history.search('file');
      await history.expectCommand('cat /no/such/file', 1);
      await history.search('still');
      await history.expectCommand('echo "still $((40 + 2))"', 0);
      await expect(history.rows.filter({ hasText: '/no/such/file' })).toHaveCount(0);
    });
  });
}

test('a solution is shown, applied, and marks the attempt as assisted', async ({ app, runtime }) => {
  const lab = 'node-event-loop-freeze';
  const [repair = ''] = objectiveIds(lab, 'repair');
  await new Catalog(app.page).start(lab, runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  const solutions = await bench.showSolutions();
  await solutions
    .getByRole('button', { name: /^Apply: / })
    .first()
    .click();
  await app.shell.answer('Apply it');
  await expect(app.page.getByText('points, assisted')).toBeVisible();
  await bench.verdict(repair, /: (Fixed|Mitigated)$/);
  for (const guard of objectiveIds(lab, 'guard')) await bench.verdict(guard, /: Holds$/);
  await bench.stop();
  await app.shell.goTo('Labs');
  await expect(new Catalog(app.page).row(lab)).toContainText(/Fixed|Mitigated/);
});
