import type { DoctorItem } from '../../../../shared/contract/values.ts';

/** The checks as plain text, to be sent to somebody who helps. */
export function doctorReport(items: readonly DoctorItem[]): string {
  return items
    .map((item) => [`[${item.state}] ${item.title}: ${item.detail}`, ...(item.command === '' ? [] : [`    ${item.command}`])].join('\n'))
    .join('\n');
}
