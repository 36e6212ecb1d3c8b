// Options of the scripts' command lines. An option that is not known is an error: a typing mistake must not be ignored.
import { parseArgs } from 'node:util';
import { UsageError } from './say.mjs';

/**
 * @typedef {{ type: 'string' | 'boolean', value?: string, help: string, choices?: string[] }} OptionSpec
 */

/**
 * @param {string[]} argv arguments after the script's name
 * @param {Record<string, OptionSpec>} specs by option name, without the dashes
 * @returns {Record<string, string | boolean | undefined>} what was given; `--help` is always known
 * @throws {UsageError} for an unknown option, a missing value, a value outside `choices`, or an argument that is no option
 */
export function parseOptions(argv, specs) {
  /** @type {Record<string, { type: 'string' | 'boolean' }>} */
  const options = { help: { type: 'boolean' } };
  for (const [name, spec] of Object.entries(specs)) options[name] = { type: spec.type };
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options, strict: true, allowPositionals: false }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.replace(/\. To specify a positional argument.*$/s, '')}. See --help.`);
  }
  for (const [name, spec] of Object.entries(specs)) {
    const value = values[name];
    if (spec.choices !== undefined && typeof value === 'string' && !spec.choices.includes(value)) {
      throw new UsageError(`--${name} must be one of ${spec.choices.join(', ')}, not '${value}'. See --help.`);
    }
    if (value === '') throw new UsageError(`--${name} needs a value. See --help.`);
  }
  return /** @type {Record<string, string | boolean | undefined>} */ (values);
}

/**
 * @param {string | boolean | undefined} value
 * @returns {number | undefined} a TCP port; 0 lets the system choose
 */
export function parsePort(value) {
  if (typeof value !== 'string') return undefined;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new UsageError(`--port must be a number from 0 to 65535, not '${value}'.`);
  return port;
}

/**
 * @param {string} usage the first line
 * @param {string} about what the command does
 * @param {Record<string, OptionSpec>} specs
 */
export function helpText(usage, about, specs) {
  const rows = [...Object.entries(specs), ['help', { type: 'boolean', help: 'Show this.' }]].map(([name, spec]) => {
    const { value, help } = /** @type {OptionSpec} */ (spec);
    return [`--${name}${value === undefined ? '' : ` ${value}`}`, help];
  });
  const width = Math.max(...rows.map(([left]) => String(left).length));
  return `Usage: ${usage}\n\n${about}\n\n${rows.map(([left, right]) => `  ${String(left).padEnd(width)}  ${right}`).join('\n')}\n`;
}
