/** Figures and times as people read them. Pure. */

/** `1150`, `1.3`, `43.6k`: at most one decimal under 100, k above 10 000. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 10_000) return `${trim(value / 1000)}k`;
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  return size >= 1 || value === 0 ? trim(value) : String(Number(value.toPrecision(2)));
}

function trim(value: number): string {
  return String(Number(value.toFixed(1)));
}

/** A figure with its unit: `1150 ms`, `99%`, `23`. */
export function formatQuantity(value: number, unit: string): string {
  if (unit === '') return formatNumber(value);
  // With a unit the digits stay, since `10k ms` is no way to write ten seconds.
  const figure = Math.abs(value) >= 10_000 ? String(Math.round(value)) : formatNumber(value);
  return unit === '%' ? `${figure}%` : `${figure} ${unit}`;
}

const COMPARISONS = { below: 'under', 'at-most': 'at most', 'at-least': 'at least', equals: 'exactly' } as const;

/** The bound in words: `under 100 ms`. */
export function formatLimit(comparison: keyof typeof COMPARISONS, limit: number, unit: string): string {
  return `${COMPARISONS[comparison]} ${formatQuantity(limit, unit)}`;
}

/** A clock of hours, minutes, seconds: `00:11:48`. */
export function formatClock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** A short clock: `09:12`, `1:02:03`. */
export function formatElapsed(ms: number): string {
  const clock = formatClock(ms);
  return clock.startsWith('00:') ? clock.slice(3) : clock.replace(/^0/, '');
}

/** A duration for reading: `24 ms`, `1.4 s`, `41 s`, `1 min 12 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** Bytes in decimal units: `18.4 kB`, `1.1 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : trim(value)} ${units[unit]}`;
}

const dateTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const dateOfAnotherYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** `23 Nov 14:09:18`; of another year `23 Nov 2024 14:09`. */
export function formatDateTime(at: number, now = Date.now()): string {
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? dateTime : dateOfAnotherYear).format(at).replace(',', '');
}

/** `14:09:18` */
export function formatTime(at: number): string {
  return clock.format(at);
}

/** `23 November 2025` */
export function formatDay(at: number): string {
  return day.format(at);
}

/** `1 lab`, `2 labs` */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The letters on a learner's plate: `ML` for Mara Lindqvist. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
