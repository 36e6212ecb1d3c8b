/** What a gate is told by the one who starts it. */
import { readFileSync } from 'node:fs';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';

export interface NamedImage {
  /** As learners write it, with a tag: `ops-lab/base:latest`. */
  readonly name: string;
  /** `sha256:` and 64 hex digits. */
  readonly id: string;
}

export interface LabService {
  /** Its name in compose.yaml, which is the learner's name for it. */
  readonly name: string;
  readonly id: string;
}

export interface ResolverConfig {
  /** The upstream that answers on port 53. */
  readonly containerId: string;
  /** Where the gate keeps each container's resolv.conf. */
  readonly folder: string;
}

export interface GateConfig {
  readonly sessionId: string;
  /** Unix socket, or named pipe, of the real engine. */
  readonly engineSocket: string;
  readonly listenSocket: string;
  /** Permissions of the socket. */
  readonly socketMode: number;
  readonly ledgerFile: string;
  /** Volume that the learner sees as `workspacePath` in the terminal. */
  readonly workspaceVolume: string | null;
  readonly workspacePath: string;
  /** What `bridge` and `default` mean here. */
  readonly sessionNetworkId: string;
  /** The learner's workstation: known to them, and not theirs to change. */
  readonly terminalContainerId: string;
  /** Containers of the lab itself that are handed to the learner as theirs. */
  readonly services: readonly LabService[];
  /** Names of the lab's services: a container that a learner makes under one of them takes its place. */
  readonly serviceNames: readonly string[];
  readonly allowedImages: readonly NamedImage[];
  /** Capabilities, without `CAP_`, that each container gets; never others. */
  readonly capabilities: readonly string[];
  /** Sysctls that a container may set, as `name=value`. */
  readonly sysctls: readonly string[];
  /** Addresses that `--dns` may name; where there is a resolver, any address may be written down. */
  readonly dns: readonly string[];
  /** The lab's own resolver: see name-service.ts. */
  readonly resolver: ResolverConfig | null;
  /** CIDR block in which `network create --subnet` may choose; null: nowhere. */
  readonly subnetBlock: string | null;
  /** Names of the platform on the session's network. */
  readonly reservedNames: readonly string[];
  /** Put on all that is created, so that the core finds it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Key of the authentication code on labels, at least 32 characters. */
  readonly secret: string;
  /** Whether published ports listen in the terminal. */
  readonly forwardPorts: boolean;
  readonly limits: Limits;
}

const OPTIONAL = {
  forwardPorts: false,
  socketMode: 0o660,
  workspaceVolume: null,
  workspacePath: '/lab',
  services: [],
  serviceNames: [],
  allowedImages: [],
  capabilities: [],
  sysctls: [],
  dns: [],
  resolver: null,
  subnetBlock: null,
  reservedNames: [],
  labels: {},
} as const;

const FORBIDDEN_CAPABILITIES = ['ALL', 'SYS_ADMIN', 'NET_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'BPF', 'PERFMON'];

/**
 * Fills in what was left out.
 * @throws Error for a configuration that would not be safe
 */
export function completeConfig(
  given: Partial<Omit<GateConfig, 'limits'>> &
    Pick<
      GateConfig,
      'sessionId' | 'engineSocket' | 'listenSocket' | 'ledgerFile' | 'sessionNetworkId' | 'terminalContainerId' | 'secret'
    > & {
      limits?: Partial<Limits>;
    },
): GateConfig {
  const config: GateConfig = { ...OPTIONAL, ...given, limits: { ...DEFAULT_LIMITS, ...given.limits } };
  if (!/^[a-z0-9-]{8,64}$/.test(config.sessionId)) throw new Error('sessionId must be 8 to 64 characters of a-z, 0-9 and -');
  for (const id of [config.sessionNetworkId, config.terminalContainerId, ...config.services.map((service) => service.id)].concat(
    config.resolver === null ? [] : [config.resolver.containerId],
  )) {
    if (!/^[0-9a-f]{64}$/.test(id)) throw new Error(`not a full id: ${id}`);
  }
  for (const { id } of config.allowedImages) if (!/^sha256:[0-9a-f]{64}$/.test(id)) throw new Error(`not a full image id: ${id}`);
  if (config.secret.length < 32) throw new Error('secret must have at least 32 characters');
  const wrong = config.capabilities.find((capability) => FORBIDDEN_CAPABILITIES.includes(capability));
  if (wrong) throw new Error(`no lab may grant ${wrong}`);
  return config;
}

/** @param source path of a JSON file */
export function readConfig(source: string): GateConfig {
  return completeConfig(JSON.parse(readFileSync(source, 'utf8')) as Parameters<typeof completeConfig>[0]);
}
