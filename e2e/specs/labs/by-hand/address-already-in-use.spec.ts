/** The ports lab as a learner goes it: each error seen in the terminal, each cause taken away by typing and editing. */
import { test } from '../../../fixtures/test.ts';
import { Catalog } from '../../../pages/catalog.ts';
import { Workstation } from '../../../pages/workstation.ts';
import { workspaceFile } from '../../../support/lab-files.ts';

const LAB = 'address-already-in-use';

/** Words in this order, however the lines were broken. */
const words = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(' ', '\\s+'));

test(`${LAB}: an orphan that listens, and three errors of Docker, repaired by hand`, async ({ app, runtime }) => {
  await new Catalog(app.page).start(LAB, runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  const { terminal } = bench;
  await terminal.ready();

  await test.step('the old release answers, and the new one finds its port taken', async () => {
    await terminal.run('clear; until grep -m 1 EADDRINUSE log/apps.log; do sleep 1; done; curl -s localhost:8081/health');
    await terminal.shows('EADDRINUSE', 60_000);
    await terminal.shows('"release":"46"');
    await bench.verdict('api', 'Not yet');
  });

  await test.step('the signal reaches the server', async () => {
    await bench.editor.open('start.sh');
    const broken = workspaceFile(LAB, 'start.sh') ?? '';
    await bench.editor.replace('start.sh', broken.replace('node server.js &\nwait\n', 'exec node server.js\n'));
    await bench.editor.saveAndRestart('start.sh', 'apps');
    await bench.verdict('api', 'Fixed');
  });

  await test.step('the deployment of rates meets a name, a container and a process', async () => {
    await bench.verdict('rates', 'Not yet');
    await app.page.getByRole('tab', { name: 'Shell' }).first().click();
    // Narrow enough for no error to be cut at the edge of the terminal.
    const deploy = 'sh rates/deploy.sh 8 2>&1 | fold -s -w 60';
    await terminal.run(`clear; curl -s "localhost:7080/rate?cents=100"; ${deploy}`);
    await terminal.shows('"release":"7"');
    await terminal.shows(words('Conflict. The container name "/rates" is already in use'));
    await terminal.run(`docker rm rates; ${deploy}`);
    await terminal.shows(words('Bind for 0.0.0.0:7080 failed: port is already allocated'));
    await terminal.run(`docker rm -f rates rates-7; ${deploy}`);
    await terminal.shows(words('listen tcp4 0.0.0.0:7090: bind: address already in use'));
  });

  await test.step('deploy.sh removes what it replaces, the process is ended, and rates is the new release', async () => {
    await terminal.run("sed -i '/^docker stop rates/a docker rm rates' rates/deploy.sh");
    await terminal.run('pkill -f rates/exporter.js; sh rates/deploy.sh 8; curl -s --retry 9 --retry-all-errors localhost:7090');
    await terminal.shows('"release":"8"');
    await bench.check('rates');
    await bench.verdict('rates', 'Fixed');
  });
});
