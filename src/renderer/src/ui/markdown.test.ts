import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import Markdown from './markdown.tsx';

const html = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }));

it('gives each cell the heading of its column, for when the columns do not fit', () => {
  const table = html('| | purchases over `600 ms` | |\n|---|---|---|\n| as it was | a third | |\n| no backup | none | not yet |');
  expect(table).toContain('<td data-label="purchases over 600 ms">none</td><td data-label="">not yet</td>');
});

it('sets the command of a recording apart from its output', () => {
  const block = html('```console\n$ ps -eo stat\nD\n```');
  expect(block).toContain('<span class="command">$ ps -eo stat\n</span>D\n');
  expect(html('```sh\nwait\n```')).not.toContain('command');
});
