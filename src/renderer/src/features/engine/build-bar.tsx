/** How far the build of the lab image is: always with a percentage, and a remaining time once there is one. */
import type { ImageBuild } from '../../connection/client.ts';
import { formatBytes, formatDuration } from '../../ui/format.ts';
import { buildPercent, buildRemainingMs } from './build-progress.ts';

/** `Step 3 of 9: unpacking, 18.4 MB of 218 MB. 41 s so far, about 2 min 10 s left.` */
export function buildWords(build: ImageBuild): string {
  const bytes =
    build.bytes === null ? '' : `, ${formatBytes(build.bytes)}${build.totalBytes === null ? '' : ` of ${formatBytes(build.totalBytes)}`}`;
  const remaining = buildRemainingMs(build);
  const left = remaining === null ? '' : `, about ${formatDuration(remaining)} left`;
  return `Step ${build.step} of ${build.steps}: ${build.title}${bytes}. ${formatDuration(build.elapsedMs)} so far${left}.`;
}

export function BuildBar({ build, tall }: { build: ImageBuild; tall?: boolean }) {
  const percent = buildPercent(build);
  return (
    <div className="stack gap">
      <p className="mid">
        <span className="num strong">{percent}%</span> {build.state === 'building' && buildWords(build)}
      </p>
      <div
        className={`bar${tall ? ' tall' : ''}${build.state === 'failed' ? ' failed' : ''}`}
        role="progressbar"
        aria-label="Lab image"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <i style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}
