/** The lab container-dns by hand: the symptom in the terminal, a repair as an operator types it, the verdict. */
import { test } from '../../../fixtures/test.ts';
import { Catalog } from '../../../pages/catalog.ts';
import { Workstation } from '../../../pages/workstation.ts';

test('container-dns: refused in the container, found on the machine, and repaired with a network', async ({ app, runtime }) => {
  const engine = runtime === 'docker' ? 'docker' : './box';
  const here = runtime === 'docker' ? '--init -v /lab:/lab -w /lab ops-lab/base' : 'ops-lab/base';
  await new Catalog(app.page).start('container-dns', runtime);
  const bench = new Workstation(app.page);
  await bench.acknowledge();
  await bench.terminal.ready();

  await test.step('the machine finds the name, shop does not', async () => {
    await bench.terminal.run('until grep -q started log/start.log; do sleep 0.2; done; getent hosts rates.corp.test');
    await bench.terminal.shows(/198\.51\.100\.10\s+rates\.corp\.test/, 60_000);
    await bench.terminal.run(`${engine} exec shop cat /etc/resolv.conf`);
    await bench.terminal.shows('nameserver 127.0.0.53');
    await bench.terminal.run(`${engine} exec shop getent hosts rates.corp.test; echo "code $((1 + $?))"`);
    await bench.terminal.shows('code 3');
    await bench.terminal.run('tail -n 2 log/shop.log');
    await bench.terminal.shows(/rates\.corp\.test: EAI_AGAIN after \d{1,3} ms/);
    await bench.check('names');
    await bench.verdict('names', 'Not yet');
  });

  await test.step('with the address of the resolver, stock is still not found', async () => {
    await bench.terminal.run(
      `${engine} rm -f shop; ${engine} run -d --name shop --dns $(node look.js -a ns1.corp.test) ${here} node shop.js`,
    );
    await bench.verdict('names', 'Mitigated');
  });

  await test.step('a network of its own holds', async () => {
    await bench.terminal.run(`${engine} network create shop-net && ${engine} rm -f shop stock`);
    await bench.terminal.run(`${engine} run -d --name stock --network shop-net ${here} node stock.js`);
    await bench.terminal.run(`${engine} run -d --name shop --network shop-net ${here} node shop.js`);
    await bench.verdict('names', 'Fixed');
    await bench.terminal.run(`${engine} exec shop getent hosts stock | sed 's/.* /found /'`);
    await bench.terminal.shows('found stock');
  });
});
