// Options of the scripts' command lines. An option that is not known is an error: a typing mistake must not be ignored.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './say.mjs';

/**
 * @typedef {{ type: 'string' | 'boolean', value?: string, help: string, choices?: string[], multiple?: boolean }} OptionSpec
 * @typedef {Record<string, string | boolean | string[] | undefined>} OptionValues a list for an option that may be repeated
 */

/**
 * @param {string[]} argv arguments after the script's name
 * @param {Record<string, OptionSpec>} specs by option name, without the dashes
 * @returns {OptionValues} what was given; `--help` is always known
 * @throws {UsageError} for an unknown option, a missing value, a value outside `choices`, or an argument that is no option
 */
export function parseOptions(argv, specs) {
  /** @type {Record<string, { type: 'string' | 'boolean', multiple?: boolean }>} */
  const options = { help: { type: 'boolean' } };
  for (const [name, spec] of Object.entries(specs)) options[name] = { type: spec.type, multiple: spec.multiple ?? false };
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
    if (value === '' || (Array.isArray(value) && value.includes(''))) throw new UsageError(`--${name} needs a value. See --help.`);
  }
  return /** @type {OptionValues} */ (values);
}

/**
 * @param {OptionValues[string]} value
 * @returns {number | undefined} a TCP port; 0 lets the system choose
 */
export function parsePort(value) {
  if (typeof value !== 'string') return undefined;
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) throw new UsageError(`--port must be a number from 0 to 65535, not '${value}'.`);
  return port;
}

/**
 * @param {OptionValues} options with `data-dir` and `labs`
 * @param {string} directory that relative paths start from
 * @returns {string[]} the same as arguments for a host, with whole paths; OPS_LAB_DATA_DIR counts as `--data-dir`
 */
export function hostArguments(options, directory) {
  const args = [];
  const dataDir = options['data-dir'] ?? process.env.OPS_LAB_DATA_DIR;
  if (typeof dataDir === 'string' && dataDir !== '') args.push('--data-dir', resolve(directory, dataDir));
  const labs = Array.isArray(options.labs) ? options.labs : [];
  return [...args, ...labs.flatMap((folder) => ['--labs', resolve(directory, folder)])];
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
