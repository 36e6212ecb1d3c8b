/** A terminal in a container: the engine's own command line in a pty, and what has to be cleared away after it. */

import { homedir } from 'node:os';
import type Docker from 'dockerode';
import type { EngineDetails } from '../../engine/engine.ts';
import { whichProgram } from '../../engine/which.ts';
import type { PtyCommand, TerminalRequest } from '../runtime.ts';
import { workspacePath } from '../workspace-path.ts';
import { hangUp, NONCE_VARIABLE } from './hang-up.ts';

/** Ctrl-P is the shell's: a sequence that nobody types detaches. */
const DETACH_KEYS = 'ctrl-@,ctrl-^,ctrl-@,ctrl-^';

export interface CommandLine {
  readonly file: string;
  /** That lead it to the engine. */
  readonly args: readonly string[];
}

/** The command line of this engine on this machine, or null when none is installed. */
export function findCommandLine({ endpoint, flavour }: EngineDetails): CommandLine | null {
  const docker = whichProgram('docker');
  if (docker) {
    const { tls } = endpoint;
    const secure = tls ? ['--tlsverify', '--tlscacert', tls.ca, '--tlscert', tls.cert, '--tlskey', tls.key] : [];
    return { file: docker, args: ['-H', endpoint.url, ...secure] };
  }
  const podman = flavour === 'podman' ? whichProgram('podman') : null;
  return podman ? { file: podman, args: ['--url', endpoint.url] } : null;
}

/** @param container full id */
export function terminalCommand(
  commandLine: CommandLine,
  docker: Docker,
  container: string,
  request: TerminalRequest,
  environment: NodeJS.ProcessEnv = process.env,
): PtyCommand {
  const variables = { TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8', [NONCE_VARIABLE]: request.nonce };
  const program = request.kind === 'log' ? ['tail', '-n', '200', '-F', `/lab/${workspacePath(request.file ?? '')}`] : ['bash'];
  const env: Record<string, string> = { TERM: 'xterm-256color', HOME: homedir(), DOCKER_CLI_HINTS: 'false' };
  for (const name of ['PATH', 'SystemRoot', 'USERPROFILE', 'XDG_RUNTIME_DIR']) {
    const value = environment[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    file: commandLine.file,
    args: [
      ...commandLine.args,
      'exec',
      '-it',
      `--detach-keys=${DETACH_KEYS}`,
      '-w',
      '/lab',
      ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      container,
      ...program,
    ],
    env,
    cwd: homedir(),
    captured: request.kind === 'shell',
    ended: () => hangUp(docker, container, request.nonce),
  };
}
