import { describe, expect, it } from 'vitest';
import * as tabs from './layout.ts';

const terminal = (id: string): tabs.Tab => ({ kind: 'terminal', id });
const file = (path: string): tabs.Tab => ({ kind: 'file', path });
const keysOf = (layout: tabs.Layout) => tabs.panes(layout.root).map((pane) => pane.tabs.map(tabs.tabKey));

function layoutWith(...list: tabs.Tab[]): tabs.Layout {
  return list.reduce((layout, tab) => tabs.openTab(layout, tab), tabs.emptyLayout());
}

describe('tabs', () => {
  it('open in the focused pane and are shown', () => {
    const layout = layoutWith(terminal('a'), file('server.js'));
    expect(keysOf(layout)).toEqual([['terminal:a', 'file:server.js']]);
    expect(tabs.focusedPane(layout).active).toBe('file:server.js');
  });

  it('are shown where they are when opened again', () => {
    const layout = tabs.openTab(layoutWith(terminal('a'), file('x')), terminal('a'));
    expect(keysOf(layout)).toEqual([['terminal:a', 'file:x']]);
    expect(tabs.focusedPane(layout).active).toBe('terminal:a');
  });

  it('open behind the shown one when nobody asked to see them', () => {
    const layout = tabs.openTab(layoutWith(terminal('a')), file('x'), true);
    expect(tabs.focusedPane(layout).active).toBe('terminal:a');
  });

  it('give way to their neighbour when closed', () => {
    const layout = tabs.closeTab(layoutWith(terminal('a'), terminal('b'), terminal('c')), 'terminal:c');
    expect(tabs.focusedPane(layout).active).toBe('terminal:b');
  });

  it('are stepped through in a circle', () => {
    const layout = layoutWith(terminal('a'), terminal('b'));
    expect(tabs.focusedPane(tabs.stepTab(layout, 1)).active).toBe('terminal:a');
    expect(tabs.focusedPane(tabs.stepTab(layout, -1)).active).toBe('terminal:a');
  });
});

describe('splits', () => {
  it('move the shown tab into the new half', () => {
    const layout = tabs.splitPane(layoutWith(terminal('a'), file('x')), 'pane-0', 'below');
    expect(keysOf(layout)).toEqual([['terminal:a'], ['file:x']]);
    expect(layout.root).toMatchObject({ type: 'split', direction: 'below' });
    expect(tabs.focusedPane(layout).active).toBe('file:x');
  });

  it('join a split of the same direction and nest in another', () => {
    const two = tabs.splitPane(layoutWith(terminal('a'), terminal('b')), 'pane-0', 'right');
    const three = tabs.splitWith(two, 'pane-1', 'right', terminal('c'));
    expect(three.root).toMatchObject({ direction: 'right', children: [{ id: 'pane-0' }, { id: 'pane-1' }, { id: 'pane-2' }] });
    const nested = tabs.splitWith(three, 'pane-2', 'below', terminal('d'));
    expect(nested.root).toMatchObject({ children: [{}, {}, { type: 'split', direction: 'below' }] });
  });

  it('take a tab along that an event had put elsewhere already', () => {
    const layout = tabs.splitWith(tabs.openTab(layoutWith(terminal('a')), terminal('b'), true), 'pane-0', 'right', terminal('b'));
    expect(keysOf(layout)).toEqual([['terminal:a'], ['terminal:b']]);
  });

  it('disappear with their last tab', () => {
    const split = tabs.splitPane(layoutWith(terminal('a'), terminal('b')), 'pane-0', 'right');
    const layout = tabs.closeTab(split, 'terminal:b');
    expect(layout.root).toMatchObject({ type: 'pane', id: 'pane-0' });
    expect(layout.focused).toBe('pane-0');
  });

  it('leave one empty pane when everything is closed', () => {
    const layout = tabs.closeTab(layoutWith(terminal('a')), 'terminal:a');
    expect(layout.root).toMatchObject({ type: 'pane', tabs: [], active: null });
    expect(keysOf(tabs.openTab(layout, terminal('b')))).toEqual([['terminal:b']]);
  });
});

describe('reconcile', () => {
  it('adds terminals that came up and drops those that are gone, without touching files', () => {
    const layout = tabs.reconcile(layoutWith(terminal('a'), file('x')), ['b']);
    expect(keysOf(layout)).toEqual([['file:x', 'terminal:b']]);
  });

  it('does not bring back what the learner has closed', () => {
    const closed = tabs.closeTab(layoutWith(terminal('a'), terminal('b')), 'terminal:a');
    expect(keysOf(tabs.reconcile(closed, ['a', 'b']))).toEqual([['terminal:b']]);
  });

  it('changes nothing when nothing has changed', () => {
    const layout = layoutWith(terminal('a'));
    expect(tabs.reconcile(layout, ['a'])).toEqual(layout);
  });
});
