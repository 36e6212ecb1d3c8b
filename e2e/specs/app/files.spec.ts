/** A file that is open in the editor while a terminal changes or removes it. */
import { expect, test } from '../../fixtures/test.ts';
import { Catalog } from '../../pages/catalog.ts';
import { Editor } from '../../pages/editor.ts';
import { Workstation } from '../../pages/workstation.ts';

test('the editor says what a terminal did to its file, and nothing that was typed is lost', async ({ app, runtime }) => {
  test.setTimeout(150_000);
  await new Catalog(app.page).start('node-event-loop-freeze', runtime);
  const bench = new Workstation(app.page);
  const { editor, terminal, page } = bench;
  await bench.acknowledge();
  await terminal.ready();
  await terminal.run('echo "first version" > notes.txt; echo made');
  await terminal.shows('made');
  await editor.open('notes.txt');

  await test.step('removed: said as soon as the editor is used again; saving writes it anew', async () => {
    await bench.showTerminal('shell');
    await terminal.run('rm notes.txt; echo "left: $(ls notes.txt 2>/dev/null)."');
    await terminal.shows('left: .');
    await editor.open('notes.txt');
    await editor.says('notes.txt', 'Removed from the disk');
    await editor.save('notes.txt');
    await bench.showTerminal('shell');
    await terminal.run('echo "again: $(cat notes.txt)"');
    await terminal.shows('again: first version');
  });

  await test.step('removed while something is typed: asked, not thrown away', async () => {
    await editor.open('notes.txt');
    await editor.replace('notes.txt', 'second version\n');
    await bench.showTerminal('shell');
    await terminal.run('rm notes.txt; echo "removed $((6 * 7))"');
    await terminal.shows('removed 42');
    await editor.open('notes.txt');
    await editor.pressSave('notes.txt');
    const question = page.getByRole('alertdialog', { name: 'notes.txt is not there any more' });
    await question.getByRole('button', { name: 'Write it again' }).click();
    await expect(question).toBeHidden();
    await editor.says('notes.txt', 'Saved');
  });

  await test.step('changed while something is typed: overwritten only when that is chosen', async () => {
    await editor.replace('notes.txt', 'third version\n');
    await bench.showTerminal('shell');
    await terminal.run('cat notes.txt; echo "theirs" > notes.txt; echo "changed $((6 * 8))"');
    await terminal.shows('second version');
    await terminal.shows('changed 48');
    await editor.open('notes.txt');
    await editor.pressSave('notes.txt');
    const question = page.getByRole('alertdialog', { name: 'notes.txt has changed on disk' });
    await question.getByRole('button', { name: 'Overwrite' }).click();
    await expect(question).toBeHidden();
    await editor.says('notes.txt', 'Saved');
    await bench.showTerminal('shell');
    await terminal.run('echo "now: $(cat notes.txt)"');
    await terminal.shows('now: third version');
  });

  await test.step('typed and not saved: there again after the page was left', async () => {
    await editor.open('notes.txt');
    await editor.replace('notes.txt', 'only typed\n');
    await app.leaveAndComeBack();
    await app.shell.goTo('Workstation');
    await new Editor(app.page).open('notes.txt');
    await new Editor(app.page).says('notes.txt', 'Not saved');
    await expect(app.page.locator('.cm-content').filter({ hasText: 'only typed' })).toBeVisible();
  });
});
