import { type ComponentType, lazy } from 'react';
import { loadAgain } from './load-again.ts';

const failed = new Set<() => void>();

/**
 * A component whose code is fetched when it is first shown. React keeps the failure of a fetch for good; here it is kept
 * until `forgetFailures`.
 * @param load such as `() => import('./screen.tsx')`
 */
export function lazily<Props extends object>(load: () => Promise<{ default: ComponentType<Props> }>): ComponentType<Props> {
  const fetched = () =>
    lazy(() =>
      loadAgain(load).catch((error: unknown) => {
        failed.add(() => {
          Fetched = fetched();
        });
        throw error;
      }),
    );
  let Fetched = fetched();
  return function Lazily(props: Props) {
    return <Fetched {...props} />;
  };
}

/** What could not be fetched is fetched again when it is shown next. */
export function forgetFailures(): void {
  for (const forget of failed) forget();
  failed.clear();
}
