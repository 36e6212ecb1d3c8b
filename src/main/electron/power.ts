import type { PowerMonitor } from 'electron';

export interface PowerActions {
  /** Looks again at what may have changed while the machine slept. */
  refresh(): Promise<unknown>;
  /** Ends the app without a question: nobody is there to answer, and the system does not wait. */
  end(): void;
  log(line: string): void;
}

/**
 * Follows the machine: after its sleep everything that is known of the engine may be wrong (its virtual machine slept too, or
 * was ended), and when it shuts down the app ends. Sessions, ports and terminals need nothing: their time is monotonic, and
 * their lines are in this process. Call it after `ready`.
 */
export function followPower(monitor: Pick<PowerMonitor, 'on'>, { refresh, end, log }: PowerActions): void {
  monitor.on('resume', () => {
    refresh().catch((error: Error) => log(`the engine could not be looked at after the machine slept: ${error.message}`));
  });
  monitor.on('shutdown', end);
}
