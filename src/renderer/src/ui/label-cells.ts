import type { ExtraProps } from 'react-markdown';

type Element = NonNullable<ExtraProps['node']>;
type Node = Element['children'][number];
/** The root of a document, as far as it is walked here. */
interface Tree {
  readonly children: readonly (Node | { readonly type: 'doctype' })[];
}

function elements(nodes: Tree['children']): Element[] {
  return nodes.filter((node): node is Element => node.type === 'element');
}

function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => (node.type === 'text' ? node.value : node.type === 'element' ? textOf(node.children) : '')).join('');
}

function rowsOf(table: Element): Element[][] {
  const rows = elements(table.children).flatMap((group) => elements(group.children));
  return rows.map((row) => elements(row.children));
}

function label(parent: Tree): void {
  for (const element of elements(parent.children)) {
    label(element);
    if (element.tagName !== 'table') continue;
    const [head = [], ...rows] = rowsOf(element);
    for (const cell of rows.flatMap((row) => row.map((value, column) => ({ value, column })))) {
      cell.value.properties.dataLabel = textOf(head[cell.column]?.children ?? []);
    }
  }
}

/** A rehype plugin: each cell of a table gets its column's heading as `data-label`, shown where the table is too narrow for columns. */
export function labelCells(): (tree: Tree) => void {
  return label;
}
