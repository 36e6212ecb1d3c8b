/** Loading, empty and error states: each screen has all three. */
import type { ReactNode } from 'react';
import { errorWords } from '../app/error-words.ts';
import { Button } from './button.tsx';
import { VerdictGlyph } from './verdict.tsx';

export function Loading({ what }: { what: string }) {
  return (
    <div className="empty" role="status">
      <span className="row mid">
        <VerdictGlyph verdict="working" />
        Loading {what}
      </span>
    </div>
  );
}

export function Empty({ icon, title, children, action }: { icon: ReactNode; title: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      {icon}
      <h2 className="h-lg">{title}</h2>
      <p className="mid">{children}</p>
      {action && <div className="row">{action}</div>}
    </div>
  );
}

/** @param action a button for where to go instead */
export function Failure({ error, retry, action }: { error: unknown; retry?: () => void; action?: ReactNode }) {
  const words = errorWords(error);
  return (
    <div className="empty" role="alert">
      <VerdictGlyph verdict="not-yet" lamp />
      <h2 className="h-lg">{words.title}</h2>
      <p className="mid">
        {words.message} {words.next}
      </p>
      {(retry || action) && (
        <div className="row">
          {action}
          {retry && <Button onPress={retry}>Try again</Button>}
        </div>
      )}
    </div>
  );
}
