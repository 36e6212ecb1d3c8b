import { Suspense } from 'react';
import { lazily } from './lazily.tsx';

const Markdown = lazily(() => import('./markdown.tsx'));

/** Text from a lab, as prose. Until the Markdown renderer is there the source is shown as it is. */
export function Prose({ text }: { text: string }) {
  return (
    <div className="prose">
      <Suspense fallback={<p>{text}</p>}>
        <Markdown text={text} />
      </Suspense>
    </div>
  );
}
