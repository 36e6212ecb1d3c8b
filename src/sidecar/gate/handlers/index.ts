/** Who answers which endpoint: the names are those of policy/endpoints.ts. */
import type { GateHandler } from '../gate.ts';
import { build, pruneBuild } from './build.ts';
import { archive, attach, changes, logs, resizeContainer, stats, topContainer, waitContainer } from './container-streams.ts';
import {
  containers,
  inspectContainer,
  killContainer,
  pauseContainer,
  pruneContainers,
  removeContainer,
  renameContainer,
  restartContainer,
  startContainer,
  stopContainer,
  unpauseContainer,
  updateContainer,
} from './containers.ts';
import { createContainer } from './create-container.ts';
import { createExec, inspectExec, resizeExec, startExec } from './exec.ts';
import { imageHistory, images, inspectImage, pruneImages, pullImage, removeImage, tagImage } from './images.ts';
import { connectNetwork, createNetwork, disconnectNetwork, inspectNetwork, networks, pruneNetworks, removeNetwork } from './networks.ts';
import { diskUse, events, info, ping, plugins, version } from './system.ts';
import { createVolume, inspectVolume, pruneVolumes, removeVolume, volumes } from './volumes.ts';

export const HANDLERS: Readonly<Record<string, GateHandler>> = {
  archive,
  attach,
  build,
  changes,
  connectNetwork,
  containers,
  createContainer,
  createExec,
  createNetwork,
  createVolume,
  disconnectNetwork,
  diskUse,
  events,
  imageHistory,
  images,
  info,
  inspectContainer,
  inspectExec,
  inspectImage,
  inspectNetwork,
  inspectVolume,
  killContainer,
  logs,
  networks,
  pauseContainer,
  ping,
  plugins,
  pruneBuild,
  pruneContainers,
  pruneImages,
  pruneNetworks,
  pruneVolumes,
  pullImage,
  removeContainer,
  removeImage,
  removeNetwork,
  removeVolume,
  renameContainer,
  resizeContainer,
  resizeExec,
  restartContainer,
  startContainer,
  startExec,
  stats,
  stopContainer,
  tagImage,
  topContainer,
  unpauseContainer,
  updateContainer,
  version,
  volumes,
  waitContainer,
};
