/** How far an image build is. Pure. */
import type { ImageBuild } from '../../connection/client.ts';

/** Whole per cent, by steps and the bytes of the running one. */
export function buildPercent(build: Pick<ImageBuild, 'state' | 'step' | 'steps' | 'bytes' | 'totalBytes'>): number {
  if (build.state === 'ready') return 100;
  if (build.steps <= 0) return 0;
  const within = build.bytes !== null && build.totalBytes ? Math.min(1, build.bytes / build.totalBytes) : 0;
  return Math.min(99, Math.max(0, Math.floor(((Math.max(0, build.step - 1) + within) / build.steps) * 100)));
}

/** About how long is left in milliseconds by the pace so far; null before there is a pace. */
export function buildRemainingMs(
  build: Pick<ImageBuild, 'state' | 'step' | 'steps' | 'bytes' | 'totalBytes' | 'elapsedMs'>,
): number | null {
  const percent = buildPercent(build);
  return build.state === 'building' && percent >= 5 ? (build.elapsedMs * (100 - percent)) / percent : null;
}
