import { expect, it } from 'vitest';
import { visiblePanels } from './visible-panels.ts';

const wishes = {
  eightyColumns: 704,
  story: { wanted: true, size: 272 },
  instruments: { wanted: true, size: 292 },
  keep: 'instruments',
} as const;

it('shows both panels where 80 columns still fit beside them', () => {
  expect(visiblePanels({ ...wishes, width: 1280 })).toEqual({ story: true, instruments: true });
});

it('hides the story first, then the objectives', () => {
  expect(visiblePanels({ ...wishes, width: 1200 })).toEqual({ story: false, instruments: true });
  expect(visiblePanels({ ...wishes, width: 900 })).toEqual({ story: false, instruments: false });
});

it('keeps the story when it was asked for last', () => {
  expect(visiblePanels({ ...wishes, width: 1200, keep: 'story' })).toEqual({ story: true, instruments: false });
});

it('leaves hidden what is not wanted', () => {
  expect(visiblePanels({ ...wishes, width: 3000, story: { wanted: false, size: 272 } })).toEqual({ story: false, instruments: true });
});
