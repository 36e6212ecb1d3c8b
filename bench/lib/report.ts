/** A figure beside its floor and its aim; the table and the JSON file that they end in. Pure. */

/** What a figure aims at; all that is given has to hold. */
export interface Limits {
  /** In the figure's unit. */
  readonly atMost?: number;
  /** In multiples of the floor. */
  readonly atMostFloors?: number;
  readonly atLeastFloors?: number;
}

export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** What the same machine could do at best, measured in the same run. */
  readonly floor: number;
  readonly limits: Limits;
}

export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Null when it could not be measured; `aim` then says why. */
  readonly value: number | null;
  readonly floor: number | null;
  readonly ratio: number | null;
  readonly aim: string;
  readonly ok: boolean;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly browser: string;
  readonly engine: string;
  /** Load of the last minute, at the start and at the end. */
  readonly load: readonly [number, number];
  /** When it was measured, ISO 8601. */
  readonly at: string;
}

/** Three significant digits are more than a busy machine gives. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function figureOf({ name, unit, value, floor, limits }: Measured): Figure {
  const ratio = floor > 0 ? value / floor : null;
  const aims: [boolean, string][] = [];
  const { atMost, atMostFloors, atLeastFloors } = limits;
  if (atMostFloors !== undefined) aims.push([ratio !== null && ratio <= atMostFloors, `<= ${atMostFloors} x floor`]);
  if (atLeastFloors !== undefined) aims.push([ratio !== null && ratio >= atLeastFloors, `>= ${atLeastFloors} x floor`]);
  if (atMost !== undefined) aims.push([value <= atMost, `<= ${atMost} ${unit}`]);
  return {
    name,
    unit,
    value: rounded(value),
    floor: rounded(floor),
    ratio: ratio === null ? null : rounded(ratio),
    aim: aims.map(([, text]) => text).join(', '),
    ok: aims.every(([holds]) => holds),
  };
}

/** @param why a sentence */
export function notMeasured(name: string, why: string): Figure {
  return { name, unit: '', value: null, floor: null, ratio: null, aim: `not measured: ${why}`, ok: false };
}

/** @returns a Markdown table whose columns line up */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const escaped = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')));
  const widths = head.map((title, column) => Math.max(3, title.length, ...escaped.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...escaped.map(line)].join('\n');
}

export function figureTable(figures: readonly Figure[]): string {
  const number = (value: number | null) => (value === null ? '' : String(value));
  return table(
    ['figure', 'value', 'floor', 'unit', 'ratio', 'aim', 'ok'],
    figures.map(({ name, unit, value, floor, ratio, aim, ok }) => [
      name,
      number(value),
      number(floor),
      unit,
      number(ratio),
      aim,
      ok ? 'yes' : 'NO',
    ]),
  );
}

export function machineLine({ cpu, cores, memoryGiB, system, node, browser, engine, load, at }: Machine): string {
  return `${at}: ${cores} x ${cpu}, ${memoryGiB} GiB, ${system}, Node ${node}, ${browser}, ${engine}; load ${load.join(' to ')}`;
}
