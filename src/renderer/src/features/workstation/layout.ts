/** Tabs and splits of the centre, as a tree of panes. Pure. */

export type Tab = { readonly kind: 'terminal'; readonly id: string } | { readonly kind: 'file'; readonly path: string };

export interface Pane {
  readonly type: 'pane';
  readonly id: string;
  readonly tabs: readonly Tab[];
  /** Key of the shown tab; null only when there are none. */
  readonly active: string | null;
}

export interface Split {
  readonly type: 'split';
  readonly id: string;
  readonly direction: 'right' | 'below';
  readonly children: readonly LayoutNode[];
}

export type LayoutNode = Pane | Split;

export interface Layout {
  readonly root: LayoutNode;
  /** The pane that new tabs go to. */
  readonly focused: string;
  /** Terminals whose tab the learner has closed; they do not come back by themselves. */
  readonly closed: readonly string[];
  /** For the ids of new panes. */
  readonly nextId: number;
}

export function emptyLayout(): Layout {
  return { root: { type: 'pane', id: 'pane-0', tabs: [], active: null }, focused: 'pane-0', closed: [], nextId: 1 };
}

export function tabKey(tab: Tab): string {
  return tab.kind === 'terminal' ? `terminal:${tab.id}` : `file:${tab.path}`;
}

export function panes(node: LayoutNode): Pane[] {
  return node.type === 'pane' ? [node] : node.children.flatMap(panes);
}

export function focusedPane(layout: Layout): Pane {
  const all = panes(layout.root);
  const pane = all.find((candidate) => candidate.id === layout.focused) ?? all[0];
  if (!pane) throw new Error('A layout has at least one pane.');
  return pane;
}

export function activeTab(pane: Pane): Tab | undefined {
  return pane.tabs.find((tab) => tabKey(tab) === pane.active);
}

function mapPane(node: LayoutNode, id: string, change: (pane: Pane) => LayoutNode): LayoutNode {
  if (node.type === 'pane') return node.id === id ? change(node) : node;
  return { ...node, children: node.children.map((child) => mapPane(child, id, change)) };
}

/** Empty panes go, and a split with one child becomes that child. */
function tidy(node: LayoutNode): LayoutNode | null {
  if (node.type === 'pane') return node.tabs.length > 0 ? node : null;
  const children = node.children.map(tidy).filter((child) => child !== null);
  if (children.length === 0) return null;
  return children.length === 1 && children[0] ? children[0] : { ...node, children };
}

function settled(layout: Layout): Layout {
  const root = tidy(layout.root) ?? { ...emptyLayout().root };
  const all = panes(root);
  const focused = all.some((pane) => pane.id === layout.focused) ? layout.focused : (all[0]?.id ?? 'pane-0');
  return { ...layout, root, focused };
}

/** Shows a tab: where it is already, or as a new one in the focused pane (without leaving the shown tab when `behind`). */
export function openTab(layout: Layout, tab: Tab, behind = false): Layout {
  const key = tabKey(tab);
  const home = panes(layout.root).find((pane) => pane.tabs.some((other) => tabKey(other) === key));
  if (home) return behind ? layout : activate(layout, home.id, key);
  const pane = focusedPane(layout);
  const root = mapPane(layout.root, pane.id, () => ({
    ...pane,
    tabs: [...pane.tabs, tab],
    active: behind && pane.active !== null ? pane.active : key,
  }));
  const closed = tab.kind === 'terminal' ? layout.closed.filter((id) => id !== tab.id) : layout.closed;
  return { ...layout, root, closed };
}

export function activate(layout: Layout, paneId: string, key: string): Layout {
  return { ...layout, root: mapPane(layout.root, paneId, (pane) => ({ ...pane, active: key })), focused: paneId };
}

export function focusPane(layout: Layout, paneId: string): Layout {
  return layout.focused === paneId ? layout : { ...layout, focused: paneId };
}

export function closeTab(layout: Layout, key: string): Layout {
  const pane = panes(layout.root).find((candidate) => candidate.tabs.some((tab) => tabKey(tab) === key));
  if (!pane) return layout;
  const index = pane.tabs.findIndex((tab) => tabKey(tab) === key);
  const tab = pane.tabs[index];
  const tabs = pane.tabs.filter((_, other) => other !== index);
  const neighbour = tabs[Math.min(index, tabs.length - 1)];
  const active = pane.active === key ? (neighbour ? tabKey(neighbour) : null) : pane.active;
  const root = mapPane(layout.root, pane.id, () => ({ ...pane, tabs, active }));
  const closed = tab?.kind === 'terminal' ? [...layout.closed, tab.id] : layout.closed;
  return settled({ ...layout, root, closed });
}

/** Splits a pane; the shown tab moves into the new half. Nothing happens to a pane with one tab: see `splitWith`. */
export function splitPane(layout: Layout, paneId: string, direction: Split['direction']): Layout {
  const pane = panes(layout.root).find((candidate) => candidate.id === paneId);
  const tab = pane && activeTab(pane);
  if (!pane || !tab || pane.tabs.length < 2) return layout;
  return splitWith(layout, paneId, direction, tab);
}

/** Splits a pane and shows a tab in the new half; the tab leaves the place where it was. */
export function splitWith(before: Layout, paneId: string, direction: Split['direction'], tab: Tab): Layout {
  const layout = { ...closeTab(before, tabKey(tab)), closed: before.closed };
  const id = `pane-${layout.nextId}`;
  const added: Pane = { type: 'pane', id, tabs: [tab], active: tabKey(tab) };
  const root = insertBeside(layout.root, paneId, direction, added, `split-${layout.nextId}`);
  return { ...layout, root, focused: id, nextId: layout.nextId + 1 };
}

function insertBeside(node: LayoutNode, paneId: string, direction: Split['direction'], added: Pane, splitId: string): LayoutNode {
  if (node.type === 'pane') {
    return node.id === paneId ? { type: 'split', id: splitId, direction, children: [node, added] } : node;
  }
  const at = node.children.findIndex((child) => child.type === 'pane' && child.id === paneId);
  if (at >= 0 && node.direction === direction) {
    return { ...node, children: [...node.children.slice(0, at + 1), added, ...node.children.slice(at + 1)] };
  }
  return { ...node, children: node.children.map((child) => insertBeside(child, paneId, direction, added, splitId)) };
}

/** Adds tabs for terminals that are new, and drops those that are gone. */
export function reconcile(layout: Layout, terminalIds: readonly string[]): Layout {
  let next = layout;
  for (const pane of panes(layout.root)) {
    for (const tab of pane.tabs) {
      if (tab.kind === 'terminal' && !terminalIds.includes(tab.id)) {
        const closed = next.closed;
        next = { ...closeTab(next, tabKey(tab)), closed };
      }
    }
  }
  const shown = new Set(panes(next.root).flatMap((pane) => pane.tabs.map(tabKey)));
  for (const id of terminalIds) {
    if (!next.closed.includes(id) && !shown.has(tabKey({ kind: 'terminal', id }))) next = openTab(next, { kind: 'terminal', id }, true);
  }
  return next;
}

/** The tab after (1) or before (-1) the shown one of the focused pane. */
export function stepTab(layout: Layout, step: 1 | -1): Layout {
  const pane = focusedPane(layout);
  const index = pane.tabs.findIndex((tab) => tabKey(tab) === pane.active);
  const next = pane.tabs[(index + step + pane.tabs.length) % pane.tabs.length];
  return next ? activate(layout, pane.id, tabKey(next)) : layout;
}
